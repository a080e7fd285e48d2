import { labelOn, shownOn } from '../../core/displays.js';
import type { AgentCall, AgentHall } from '../../core/protocol/views.js';
import type { Clock } from '../clock.js';
import type { Bus } from './bus.js';
import type { Outcome } from './exchange.js';
import { canBlink, exchangeOf, type DisplayProfile, type Shown } from './display.js';

/** A new call blinks for so long, on models that can. */
export const BLINK_MS = 8_000;

/** What one display is for. */
export type Shows =
  | { readonly counter: string }
  /** The n-th newest call: its label, its counter's number, or both. */
  | { readonly call: number; readonly part: 'label' | 'counter' | 'both' };

/** One display on a bus. */
export interface DisplayUnit {
  readonly address: number;
  readonly profile: DisplayProfile;
  readonly shows: Shows;
}

interface DisplaysParts {
  readonly bus: Pick<Bus, 'put'>;
  readonly units: readonly DisplayUnit[];
  readonly clock: Clock;
  /** A display answers no more, or again. */
  onAnswer(address: number, outcome: Outcome): void;
}

/** A call from before the clock was set back is not new. */
const isNew = ({ at }: AgentCall, now: number): boolean => at <= now && now - at < BLINK_MS;

const bothOn = (
  { face }: DisplayProfile,
  label: string,
  counterNumber: number,
): string | undefined => {
  const counter = shownOn(face, String(counterNumber));
  const room = face.width - label.length - (counter?.length ?? 0);
  return counter === undefined || room < 1 ? undefined : label + ' '.repeat(room) + counter;
};

/** What a counter's display shows: who is called or served there, or why nobody is. */
const atCounter = (
  { face }: DisplayProfile,
  hall: AgentHall,
  { counterId, now }: { readonly counterId: string; readonly now: number },
): Shown => {
  const counter = hall.counters.find((entry) => entry.counterId === counterId);
  const state = counter?.state ?? 'closed';
  if (state === 'closed' || state === 'paused') return { text: face.signs[state], blink: false };
  const label = counter?.label ?? null;
  if (label === null) return { text: '', blink: false };
  const call = hall.calls.find((entry) => entry.counterId === counterId);
  const blink = state === 'called' && call !== undefined && isNew(call, now);
  return { text: labelOn(face, label) ?? face.signs.lost, blink };
};

const lastCall = (
  { profile }: DisplayUnit,
  hall: AgentHall,
  { row, part, now }: { row: number; part: 'label' | 'counter' | 'both'; now: number },
): Shown => {
  const call = hall.calls[row - 1];
  if (call === undefined) return { text: '', blink: false };
  const label = labelOn(profile.face, call.label);
  const number = hall.counters.find(({ counterId }) => counterId === call.counterId)?.number ?? 0;
  const texts = {
    label,
    counter: shownOn(profile.face, String(number)),
    both: label === undefined ? undefined : bothOn(profile, label, number),
  };
  return { text: texts[part] ?? profile.face.signs.lost, blink: isNew(call, now) };
};

/** What a display shows at a time; without a hall the server is away. */
export const shownAt = (unit: DisplayUnit, hall: AgentHall | null, now: number): Shown => {
  const { shows, profile } = unit;
  if (hall === null) return { text: profile.face.signs.lost, blink: false };
  if ('counter' in shows) return atCounter(profile, hall, { counterId: shows.counter, now });
  return lastCall(unit, hall, { row: shows.call, part: shows.part, now });
};

/** The displays of one bus: what changed goes out at once, and all of it again now and then. */
export class Displays {
  private hall: AgentHall | null = null;
  private readonly shown = new Map<DisplayUnit, string>();
  private cancels: (() => void)[] = [];

  constructor(private readonly parts: DisplaysParts) {}

  /** What is so now; `null` when the server is away. */
  see(hall: AgentHall | null): void {
    this.hall = hall;
    this.paint();
    const now = this.parts.clock.now();
    const newest = hall?.calls.find((call) => isNew(call, now));
    // The end of a blink is no news of the server's.
    if (newest !== undefined) this.parts.clock.after(BLINK_MS, () => this.paint());
  }

  /** Writes everything, now and again each `refreshMs`. */
  start(): void {
    for (const cancel of this.cancels) cancel();
    this.shown.clear();
    this.cancels = this.parts.units.map((unit) => this.refresh(unit));
    this.paint();
  }

  /** Nothing stands anywhere any more. */
  clear(): void {
    for (const cancel of this.cancels) cancel();
    for (const unit of this.parts.units) this.put(unit, { text: '', blink: false });
  }

  private refresh(unit: DisplayUnit): () => void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.parts.clock.after(unit.profile.refreshMs, () => {
        this.shown.delete(unit);
        this.paint();
        again();
      });
    };
    again();
    return () => cancel();
  }

  private paint(): void {
    const now = this.parts.clock.now();
    for (const unit of this.parts.units) {
      const wanted = shownAt(unit, this.hall, now);
      const blink = wanted.blink && canBlink(unit.profile);
      const key = `${blink ? 'blinks' : 'stands'} ${wanted.text}`;
      if (this.shown.get(unit) === key) continue;
      this.shown.set(unit, key);
      this.put(unit, { text: wanted.text, blink });
    }
  }

  private put(unit: DisplayUnit, shown: Shown): void {
    const { profile, address } = unit;
    this.parts.bus.put(`display ${address}`, {
      exchange: exchangeOf(profile, address, shown),
      onEnd: (outcome) => this.parts.onAnswer(address, outcome),
    });
  }
}

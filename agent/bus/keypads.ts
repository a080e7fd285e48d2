import type { Key } from '../../core/protocol/keys.js';
import type { Answer } from '../../core/protocol/wire.js';
import type { Clock } from '../clock.js';
import type { Bus } from './bus.js';
import { KeyReader, lampOf, type KeypadUnit } from './keypad.js';

/** A key that comes again so soon is the same press: its contact bounced. */
const BOUNCE_MS = 300;
/** So long a press without an answer is the same press when it is made again. */
const SAME_PRESS_MS = 30_000;

/** One press; with the same id it is the same command again. */
export interface Press {
  readonly requestId: string;
  readonly counterId: string;
  readonly key: Key;
  readonly at: number;
}

interface KeypadsParts {
  readonly bus: Pick<Bus, 'put'>;
  readonly units: readonly KeypadUnit[];
  readonly clock: Clock;
  /** 128 random bits as hex. */
  newId(): string;
  /** Asks the server; `undefined` when no answer came. */
  ask(press: Press): Promise<Answer | undefined>;
}

interface Pending {
  readonly press: Press;
  isAsked: boolean;
}

/** A clock that was set back makes no press the same as one of later. */
const isWithin = (ms: number, mostMs: number): boolean => ms >= 0 && ms < mostMs;

/**
 * The keypads of one bus. A key acts for whoever has its counter open, once, and its lamp lights
 * only when the server has taken it.
 */
export class Keypads {
  private readonly reader: KeyReader;
  private readonly heardAt = new Map<string, number>();
  private readonly pending = new Map<KeypadUnit, Pending>();

  constructor(private readonly parts: KeypadsParts) {
    this.reader = new KeyReader(parts.units);
  }

  /** What keypads sent. Resolves when every key in it was answered for. */
  async hear(bytes: Uint8Array): Promise<void> {
    const presses = this.reader.read(bytes).map(({ unit, key }) => this.press(unit, key));
    await Promise.all(presses);
  }

  private async press(unit: KeypadUnit, key: Key): Promise<void> {
    if (this.isBounce(unit, key)) return;
    const pending = this.pendingOf(unit, key);
    if (pending.isAsked) return;
    pending.isAsked = true;
    const answer = await this.parts.ask(pending.press);
    pending.isAsked = false;
    if (answer === undefined) return;
    if (this.pending.get(unit) === pending) this.pending.delete(unit);
    const exchange = lampOf(unit, 'refused' in answer ? 'refused' : 'accepted');
    if (exchange === undefined) return;
    this.parts.bus.put(`lamp ${unit.address}`, { exchange, onEnd: () => undefined });
  }

  private isBounce(unit: KeypadUnit, key: Key): boolean {
    const at = this.parts.clock.now();
    const place = `${unit.address} ${key}`;
    const before = this.heardAt.get(place);
    this.heardAt.set(place, at);
    return before !== undefined && isWithin(at - before, BOUNCE_MS);
  }

  /** A press that nobody answered is still that press when the same key comes again. */
  private pendingOf(unit: KeypadUnit, key: Key): Pending {
    const at = this.parts.clock.now();
    const before = this.pending.get(unit);
    if (before !== undefined && before.isAsked) return before;
    if (before?.press.key === key && isWithin(at - before.press.at, SAME_PRESS_MS)) return before;
    const requestId = this.parts.newId();
    const fresh = { press: { requestId, counterId: unit.counter, key, at }, isAsked: false };
    this.pending.set(unit, fresh);
    return fresh;
  }
}

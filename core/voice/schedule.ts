import type { Millis } from '../configuration.js';
import type { BoardCall, BoardView, Label } from '../protocol/views.js';
import type { CallForm } from './call.js';

/** A call that could not be spoken by then is only chimed for, in ms since it was made. */
export const LATE_MS = 10_000;
/** With more than so many waiting behind it in its zone, a call is label and counter only. */
const WAITING_MAX = 2;
/** Calls that are remembered, so that none is heard twice. */
const SEEN_MAX = 200;

/** A call to be heard, in the queue of its zone. */
export interface Waiting {
  readonly call: BoardCall;
  readonly zone: string;
  /** When it was made, on the board's own clock. */
  readonly since: Millis;
}

/** What a board still has to sound. The queues of its zones, in one list by age. */
export interface Queue {
  readonly waiting: readonly Waiting[];
  /** The call that sounds now, and whether it is to be said once more. */
  readonly current: (Waiting & { readonly again: boolean }) | null;
  /** Keys of calls that were there before; `null` before the first view. */
  readonly seen: ReadonlySet<string> | null;
}

export const EMPTY_QUEUE: Queue = { waiting: [], current: null, seen: null };

/**
 * One thing to sound: a chime for calls that came too late, or a chime and a call, or the same call
 * once more without one.
 */
export type Sounding =
  | { readonly kind: 'chime'; readonly zones: readonly string[] }
  | {
      readonly kind: 'call' | 'again';
      readonly call: BoardCall;
      readonly form: CallForm;
      readonly zones: readonly string[];
    };

const sameLabel = (a: Label, b: Label): boolean =>
  a.number === b.number && a.letter?.ar === b.letter?.ar;

const sameCall = (a: BoardCall, b: BoardCall): boolean =>
  a.counterId === b.counterId && sameLabel(a.label, b.label);

/** Whether the visitor is still being called there. */
const isCalled = (call: BoardCall, counters: BoardView['counters']): boolean =>
  counters.some(
    ({ counterId, state, label }) =>
      counterId === call.counterId &&
      state === 'called' &&
      label !== null &&
      sameLabel(label, call.label),
  );

/** `zoneOf` gives the zone of a counter for which this board sounds now, `null` for all others. */
interface Look {
  readonly now: Millis;
  readonly zoneOf: (counterId: string) => string | null;
}

/**
 * Takes a view: new calls join the end of their zone's queue, a repeated one keeps its place there,
 * and those whose visitor has come, or left, are dropped. What stands there when the board comes is
 * not heard.
 */
export const take = (
  queue: Queue,
  { calls, counters, at }: Pick<BoardView, 'calls' | 'counters' | 'at'>,
  { now, zoneOf }: Look,
): Queue => {
  const keys = calls.map(({ key }) => key).reverse();
  const known = queue.seen;
  const seen = new Set([...[...(known ?? [])].slice(-SEEN_MAX), ...keys]);
  if (known === null) return { ...queue, seen };
  let waiting = queue.waiting.filter(({ call }) => isCalled(call, counters));
  const { current: sounding } = queue;
  let current =
    sounding !== null && !isCalled(sounding.call, counters)
      ? { ...sounding, again: false }
      : sounding;
  for (const call of calls.filter(({ key }) => !known.has(key)).reverse()) {
    const zone = zoneOf(call.counterId);
    if (zone === null || !isCalled(call, counters)) continue;
    const same = ({ call: one }: Waiting): boolean => sameCall(one, call);
    if (waiting.some(same)) {
      waiting = waiting.map((one) => (same(one) ? { ...one, call } : one));
    } else if (current !== null && same(current)) {
      current = { ...current, again: true };
    } else {
      waiting = [...waiting, { call, zone, since: now - Math.max(0, at - call.at) }];
    }
  }
  return { waiting, current, seen };
};

const unique = (zones: readonly string[]): string[] => [...new Set(zones)];

/**
 * What sounds next, when nothing does: the oldest call that is not late. Calls that are late are
 * covered by its chime, or by one of their own. A call that was said in full is said again only if
 * nothing waits by then.
 */
export const next = (
  { waiting, current, seen }: Queue,
  now: Millis,
): { readonly queue: Queue; readonly sounding: Sounding | null } => {
  const isLate = ({ since }: Waiting): boolean => now - since > LATE_MS;
  const late = waiting.filter(isLate).map(({ zone }) => zone);
  const [head, ...rest] = waiting.filter((one) => !isLate(one));
  if (head !== undefined) {
    const behind = rest.filter(({ zone }) => zone === head.zone).length;
    const form = behind > WAITING_MAX ? 'short' : 'full';
    const queue: Queue = { waiting: rest, current: { ...head, again: behind === 0 }, seen };
    const zones = unique([head.zone, ...late]);
    return { queue, sounding: { kind: 'call', call: head.call, form, zones } };
  }
  if (late.length > 0) {
    const queue: Queue = { waiting: [], current: null, seen };
    return { queue, sounding: { kind: 'chime', zones: unique(late) } };
  }
  if (current?.again !== true) {
    return { queue: { waiting, current: null, seen }, sounding: null };
  }
  const { call, zone } = current;
  const queue: Queue = { waiting, current: { ...current, again: false }, seen };
  return { queue, sounding: { kind: 'again', call, form: 'full', zones: [zone] } };
};

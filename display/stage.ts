import type { Millis } from '../core/configuration.js';
import type { BoardCall, BoardView, Label } from '../core/protocol/views.js';

/** In a burst each call keeps the large area at least this long, in ms. */
export const STAGE_MS = 4_000;
/** A call that arrives later than this after it was made goes straight to the list, in ms. */
export const STALE_MS = 30_000;
/** Calls of the list beside the large area. */
export const LIST_MAX = 6;

/** The large area of a board. `since` is on the same clock as `now` below. */
export interface Stage {
  readonly shown: BoardCall | null;
  readonly since: Millis;
  /** Whether `shown` was called while the board was looking on, or stood there when it came. */
  readonly fresh: boolean;
  /** Calls that still wait for the large area, oldest first. */
  readonly queue: readonly BoardCall[];
  /** Keys of the last view; `null` before the first. */
  readonly seen: ReadonlySet<string> | null;
}

export const EMPTY_STAGE: Stage = {
  shown: null,
  since: 0,
  fresh: false,
  queue: [],
  seen: null,
};

/** Whether two labels read the same. */
export const sameLabel = (a: Label, b: Label): boolean =>
  a.number === b.number && a.letter?.ar === b.letter?.ar;

/** Whether both call the same ticket to the same counter. */
const sameCall = (a: BoardCall, b: BoardCall): boolean =>
  a.counterId === b.counterId && sameLabel(a.label, b.label);

/** Puts the next waiting call in the large area if the one there has had its time. */
export function turn(stage: Stage, now: Millis): Stage {
  const [next, ...queue] = stage.queue;
  if (next === undefined) return stage;
  if (stage.fresh && now - stage.since < STAGE_MS) return stage;
  return { ...stage, shown: next, since: now, fresh: true, queue };
}

/**
 * What the large area holds after a view. Later calls queue in the order they were made; a recall
 * takes the place of its own call, there or in the queue. What the board finds on coming, or learns
 * late, is shown quietly.
 */
export function take(stage: Stage, view: Pick<BoardView, 'calls' | 'at'>, now: Millis): Stage {
  const { calls, at } = view;
  const [newest] = calls;
  const seen = new Set(calls.map(({ key }) => key));
  if (newest === undefined) return { ...EMPTY_STAGE, seen };
  const known = stage.seen;
  const late = (call: BoardCall): boolean => at - call.at > STALE_MS;
  if (known === null || (!known.has(newest.key) && late(newest))) {
    return { shown: newest, since: now, fresh: false, queue: [], seen };
  }
  const news = calls.filter((call) => !known.has(call.key) && !late(call)).reverse();
  const again = news.find((call) => stage.shown !== null && sameCall(call, stage.shown));
  const waiting = [...stage.queue, ...news.filter((call) => call !== again)].filter(
    (call, n, all) => !all.slice(n + 1).some((later) => sameCall(call, later)),
  );
  const shown = again === undefined ? {} : { shown: again, since: now, fresh: true };
  return turn({ ...stage, ...shown, queue: waiting, seen }, now);
}

/** How long until the next call's turn, in ms; `null` if none waits. */
export const untilTurn = (stage: Stage, now: Millis): number | null =>
  stage.queue.length === 0 ? null : Math.max(0, stage.since + STAGE_MS - now);

/** The calls beside the large one, newest first: one row a ticket and counter. */
export function lastCalls(calls: readonly BoardCall[], shown: BoardCall | null): BoardCall[] {
  const rows: BoardCall[] = [];
  for (const call of calls) {
    if (shown !== null && sameCall(call, shown)) continue;
    if (!rows.some((row) => sameCall(row, call))) rows.push(call);
  }
  return rows.slice(0, LIST_MAX);
}

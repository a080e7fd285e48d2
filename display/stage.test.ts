import { describe, expect, test } from 'vitest';
import type { BoardCall } from '../core/protocol/views.js';
import { HALL_AT, call } from '../tests/fixtures/board.js';
import {
  EMPTY_STAGE,
  LIST_MAX,
  STAGE_MS,
  STALE_MS,
  lastCalls,
  take,
  turn,
  untilTurn,
  type Stage,
} from './stage.js';

const old = call(1, 300);
const view = (...calls: BoardCall[]) => ({ calls, at: HALL_AT });
const shownAfter = (stage: Stage, now: number) => turn(stage, now).shown?.key;
const watching = take(EMPTY_STAGE, view(old), 0);

describe('the large area', () => {
  test('shows what stands there when the board comes, quietly', () => {
    expect(watching).toMatchObject({ shown: old, fresh: false, queue: [] });
  });

  test('shows a new call at once', () => {
    const a = call(2, 1);
    expect(take(watching, view(a, old), 100)).toMatchObject({ shown: a, since: 100, fresh: true });
  });

  test('keeps each call of a burst for four seconds, in the order they were made', () => {
    const [a, b, c] = [call(2, 3), call(3, 2), call(4, 1)];
    const burst = take(watching, view(c, b, a, old), 0);
    expect(burst.shown).toBe(a);
    expect(untilTurn(burst, 1_000)).toBe(STAGE_MS - 1_000);
    expect(shownAfter(burst, STAGE_MS - 1)).toBe(a.key);
    const second = turn(burst, STAGE_MS);
    expect(second.shown).toBe(b);
    expect(shownAfter(second, 2 * STAGE_MS - 1)).toBe(b.key);
    const third = turn(second, 2 * STAGE_MS);
    expect(third.shown).toBe(c);
    expect(untilTurn(third, 2 * STAGE_MS)).toBeNull();
  });

  test('a call during a burst waits for its turn; the same view again changes nothing', () => {
    const [a, b] = [call(2, 2), call(3, 1)];
    const first = take(watching, view(a, old), 0);
    const second = take(first, view(b, a, old), 500);
    expect(second).toMatchObject({ shown: a, queue: [b] });
    expect(take(second, view(b, a, old), 900)).toEqual(second);
    expect(shownAfter(second, STAGE_MS)).toBe(b.key);
  });

  test('a recall that waits replaces its own call, and one alone is shown anew', () => {
    const [a, b] = [call(2, 3), call(3, 2)];
    const again = { ...b, key: 'again', at: HALL_AT, recalled: true };
    const burst = take(watching, view(b, a, old), 0);
    expect(take(burst, view(again, b, a, old), 100).queue).toEqual([again]);
    const alone = { ...a, key: 'alone', at: HALL_AT, recalled: true };
    expect(take(take(watching, view(a, old), 0), view(alone, a, old), 9_000)).toMatchObject({
      shown: alone,
      since: 9_000,
    });
  });

  test('a recall of the call that is shown is shown at once, and has its own four seconds', () => {
    const [a, b] = [call(2, 3), call(3, 2)];
    const again = { ...a, key: 'again', at: HALL_AT, recalled: true };
    const burst = take(watching, view(b, a, old), 0);
    const recalled = take(burst, view(again, b, a, old), 1_000);
    expect(recalled).toMatchObject({ shown: again, since: 1_000, queue: [b] });
    expect(shownAfter(recalled, 1_000 + STAGE_MS - 1)).toBe(again.key);
  });

  test('what was called while the link was lost goes to the list without a show', () => {
    const late = call(2, STALE_MS / 1000 + 1);
    expect(take(watching, view(late, old), 0)).toMatchObject({ shown: late, fresh: false });
  });

  test('empties with the day, and shows the first call after that as new', () => {
    const empty = take(watching, view(), 0);
    expect(empty.shown).toBeNull();
    const first = call(5, 0);
    expect(take(empty, view(first), 10)).toMatchObject({ shown: first, fresh: true });
  });
});

describe('the last calls', () => {
  test('one row a ticket and counter, without the one in the large area, at most six', () => {
    const a = call(2, 9);
    const again = { ...a, key: 'again', recalled: true };
    expect(lastCalls([again, call(1, 20), a, old], again)).toEqual([call(1, 20)]);
    const many = Array.from({ length: 12 }, (_, n) => call(30 - n, n));
    expect(lastCalls(many, null)).toEqual(many.slice(0, LIST_MAX));
  });
});

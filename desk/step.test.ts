import { describe, expect, test } from 'vitest';
import { HALL_AT, hallConfiguration } from '../tests/fixtures/board.js';
import { deskCounter, deskCurrent, deskServing, deskView } from '../tests/fixtures/desk.js';
import { askOf, callsMissing, keyed, noShowWait, paceOf, possible, stepOf } from './step.js';

const kindOf = (...changes: Parameters<typeof deskView>) => stepOf(deskView(...changes)).kind;
const closed = deskCounter({ state: 'closed', clerk: null, profileId: null, since: null });

describe('the large button', () => {
  test('changes with the state: choose, open, call, visitor is here, finish', () => {
    expect(kindOf({ counter: null })).toBe('choose');
    expect(kindOf({ counter: closed })).toBe('open');
    expect(kindOf()).toBe('call');
    expect(kindOf({ current: deskCurrent() })).toBe('start');
    expect(kindOf({ current: deskServing() })).toBe('finish');
    expect(kindOf({ counter: deskCounter({ state: 'paused' }) })).toBe('resume');
  });

  test('another clerk’s counter can only be taken over', () => {
    const step = stepOf(
      deskView({ counter: deskCounter({ clerk: { id: 'ahmed', name: 'أحمد' } }) }),
    );
    expect(step).toEqual({ kind: 'takeOver', counterId: 'c3', from: 'أحمد' });
    expect(askOf(step, 'completed')).toEqual({ type: 'handOver', counterId: 'c3' });
  });

  test('finishing carries the result, and calls on only if somebody waits', () => {
    const asks = [3, 0].map((waitingTotal) =>
      askOf(stepOf(deskView({ current: deskServing(), waitingTotal })), 'papers'),
    );
    const finish = { type: 'finish', counterId: 'c3', result: 'papers' };
    expect(asks).toEqual([
      { ...finish, callNext: true },
      { ...finish, callNext: false },
    ]);
  });
});

describe('what is possible', () => {
  test('no-show waits for enough calls, then for its time', () => {
    const view = (noShowAt: number | null) => deskView({ current: deskCurrent({ noShowAt }) });
    const { rules } = hallConfiguration();
    expect(noShowWait(view(null), HALL_AT)).toBeNull();
    expect(callsMissing(view(null), rules)).toBe(1);
    expect(noShowWait(view(HALL_AT + 9_000), HALL_AT)).toBe(9_000);
    expect(possible('noShow', view(null), HALL_AT)).toBe(false);
    expect(possible('noShow', view(HALL_AT + 1), HALL_AT)).toBe(false);
    expect(possible('noShow', view(HALL_AT), HALL_AT)).toBe(true);
  });

  test('a held ticket can be moved but not recalled once served; a free counter can pause', () => {
    const serving = deskView({ current: deskServing() });
    expect(possible('recall', serving, HALL_AT)).toBe(false);
    expect(possible('park', serving, HALL_AT)).toBe(true);
    expect(possible('pause', serving, HALL_AT)).toBe(false);
    expect(possible('close', serving, HALL_AT)).toBe(false);
    expect(possible('pause', deskView(), HALL_AT)).toBe(true);
    expect(possible('transfer', deskView(), HALL_AT)).toBe(false);
    const paused = deskView({ counter: deskCounter({ state: 'paused' }) });
    expect(possible('callTicket', paused, HALL_AT)).toBe(false);
    expect(possible('resume', paused, HALL_AT)).toBe(true);
  });

  test('keys and pace', () => {
    expect([keyed('F2'), keyed('F4'), keyed('a')]).toEqual(['primary', 'noShow', undefined]);
    expect([paceOf(8, 8), paceOf(12, 8), paceOf(13, 8)]).toEqual(['good', 'late', 'over']);
  });
});

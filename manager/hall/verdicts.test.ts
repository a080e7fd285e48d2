import { expect, test } from 'vitest';
import type { DeviceStatus } from '../../core/protocol/views.js';
import { counterVerdict, deviceVerdict, waitVerdict } from './verdicts.js';

const NOW = 10_000_000;
const service = (serviceId: string, overdue: number, waitedMs: number | null) => ({
  serviceId,
  waiting: 3,
  overdue,
  oldestJoinedAt: waitedMs === null ? null : NOW - waitedMs,
  suspended: false,
});
const device = (changes: Partial<DeviceStatus>): DeviceStatus => ({
  deviceId: 'k1',
  role: 'kiosk',
  name: { ar: 'كشك', en: 'Kiosk' },
  connected: true,
  since: NOW,
  enrolled: true,
  printer: 'ready',
  roll: null,
  machine: null,
  troubles: [],
  ...changes,
});

test('nobody overdue is good, and the longest wait is named all the same', () => {
  const verdict = waitVerdict([service('a', 0, 5), service('b', 0, 9)], 6, NOW);
  expect(verdict).toMatchObject({ tone: 'good', overdue: 0, serviceId: 'b', longestMs: 9 });
});

test('an overdue visitor counts before a longer wait within its target', () => {
  const verdict = waitVerdict([service('a', 2, 5), service('b', 0, 9)], 6, NOW);
  expect(verdict).toMatchObject({ tone: 'bad', overdue: 2, serviceId: 'a', longestMs: 5 });
});

test('an empty hall has no longest wait', () => {
  expect(waitVerdict([service('a', 0, null)], 0, NOW)).toMatchObject({ longestMs: null });
});

test('closed and paused counters do not work; it is bad only if somebody waits', () => {
  const counters = [{ state: 'closed' }, { state: 'paused' }] as const;
  expect(counterVerdict(counters, 1)).toEqual({ tone: 'bad', working: 0, paused: 1, all: 2 });
  expect(counterVerdict(counters, 0).tone).toBe('warn');
  expect(counterVerdict([...counters, { state: 'called' }], 1)).toMatchObject({
    tone: 'good',
    working: 1,
  });
});

test('a desk that is off and a device never enrolled are not down; a board is', () => {
  const off = { connected: false, printer: null };
  const quiet = [
    device({ role: 'desk', ...off }),
    device({ role: 'board', ...off, enrolled: false }),
  ];
  expect(deviceVerdict(quiet)).toMatchObject({ tone: 'good', down: [] });
  const board = device({ deviceId: 'hall-1', role: 'board', ...off });
  expect(deviceVerdict([...quiet, board])).toMatchObject({ tone: 'bad', down: [board] });
});

test('a kiosk without paper is bad, one with little paper a warning', () => {
  const empty = device({ printer: 'paperEnd' });
  const little = device({ printer: 'nearEnd' });
  expect(deviceVerdict([empty, little])).toMatchObject({ tone: 'bad', stopped: [empty] });
  expect(deviceVerdict([little])).toMatchObject({ tone: 'warn', nearEnd: [little] });
  expect(deviceVerdict([device({ printer: 'none' })]).tone).toBe('good');
});

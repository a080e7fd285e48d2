import { expect, test } from 'vitest';
import { Hall, minutes, smallHall } from '../../tests/fixtures/hall.js';
import { boardView } from './board.js';
import { deskView } from './desk.js';
import { aheadOf, aheadOfNew } from './hall.js';
import { kioskView } from './kiosk.js';
import { DAY_MS } from '../time.js';
import { managerView } from './manager.js';
import { phoneView } from './phone.js';

const aheadIn = (hall: Hall, ticketId: string): number =>
  aheadOf(smallHall(), hall.state.day!, hall.ticket(ticketId));

test('[AHEAD-1] ahead are those due before, whom an open counter may call as well', () => {
  const hall = new Hall();
  const build = hall.take(['build']);
  const ask = hall.take(['ask']);
  expect([aheadIn(hall, build), aheadIn(hall, ask)]).toEqual([1, 0]);
  hall.open('c1', 'only-b');
  expect(aheadIn(hall, build)).toBe(1);
  hall.open('c2', 'all', 'badr');
  hall.must({ type: 'closeCounter', counterId: 'c1' });
  hall.wait(1);
  const late = hall.take(['ask']);
  expect(aheadIn(hall, late)).toBe(1);
});

test('[AHEAD-1] lines that no counter shares do not count for each other', () => {
  const words = { ar: 'a', en: 'a' };
  const profile = (id: string, categories: string[]) => ({ id, name: words, categories });
  const counter = (id: string, number: number, profiles: string[]) => ({
    id,
    number,
    floor: words,
    zone: 'hall',
    profiles,
  });
  const changes = {
    profiles: [profile('a', ['a']), profile('b', ['b'])],
    counters: [counter('c1', 1, ['a']), counter('c2', 2, ['b'])],
  };
  const hall = new Hall(changes);
  hall.take(['ask']);
  const build = hall.take(['build']);
  expect(aheadOf(smallHall(changes), hall.state.day!, hall.ticket(build))).toBe(0);
});

test('[AHEAD-2] a kiosk shows how many would be ahead of a ticket taken now', () => {
  const hall = new Hall();
  hall.take(['build']);
  hall.take(['build'], 'P1');
  const ahead = aheadOfNew(smallHall(), hall.state.day!, hall.at);
  expect(ahead).toEqual({ build: 2, shop: 1, ask: 1 });
});

test('[VIEW-1] a board shows labels of its own zones, and no clerk and no visitor', () => {
  const hall = new Hall({
    zones: [
      { id: 'hall', name: { ar: 'a', en: 'a' } },
      { id: 'far', name: { ar: 'b', en: 'b' } },
    ],
    boards: [{ id: 'board', name: { ar: 'a', en: 'a' }, zones: ['far'] }],
  });
  hall.open();
  hall.take(['build']);
  hall.call();
  const seen = (boardId: string) =>
    boardView(hall.state, hall.configurations, { at: hall.at, boardId });
  expect(seen('board').calls).toEqual([]);
  const all = seen('another');
  expect(all.calls).toMatchObject([{ counterId: 'c1', label: { number: 1 } }]);
  expect(JSON.stringify(all)).not.toContain('amal');
});

test('[VIEW-1] a phone sees its own ticket only, through every state', () => {
  const hall = new Hall();
  const ticketId = hall.take(['build', 'ask']);
  const seen = () => phoneView(hall.state, hall.configurations, { at: hall.at, ticketId });
  expect(seen()).toMatchObject({ state: 'waiting', ahead: 0, nextServices: [{ en: 'ask' }] });
  hall.must({ type: 'delay', ticketId, until: hall.at + minutes(5) });
  expect(seen()).toMatchObject({ state: 'delayed', until: hall.at + minutes(5) });
  hall.wait(5);
  hall.open();
  hall.call();
  expect(seen()).toMatchObject({ state: 'called', counter: { number: 1 } });
  hall.must({ type: 'park', counterId: 'c1', reasonId: 'other' });
  expect(seen()).toMatchObject({ state: 'parked', counter: null });
  hall.must({ type: 'leave', ticketId });
  expect(seen()).toMatchObject({ state: 'closed', outcome: 'cancelled_by_citizen' });
  const served = hall.take(['build']);
  hall.call();
  hall.must({ type: 'finish', counterId: 'c1', result: 'papers', callNext: false });
  const after = { at: hall.at, ticketId: served };
  expect(phoneView(hall.state, hall.configurations, after)).toMatchObject({ result: 'papers' });
  const other = phoneView(hall.state, hall.configurations, { at: hall.at, ticketId: 'none' });
  expect(other).toBeNull();
});

test('[VIEW-1] kiosk, desk and manager see the hall from their own side', () => {
  const hall = new Hall();
  hall.take(['build']);
  const late = hall.take(['build']);
  hall.open();
  hall.call();
  const { state, configurations, at } = hall;
  const papers = { printer: 'ready', printing: {}, elsewhere: [] } as const;
  const live = { deviceId: 'k1', ...papers, door: null };
  expect(kioskView(state, configurations, { at, live })).toMatchObject({
    hall: { state: 'open' },
    ahead: { build: 1 },
    full: [],
  });
  const clerk = { id: 'amal', name: 'أمل' };
  const place = { deviceId: 'd1', clerk, nameOf: () => 'أمل', printers: [] };
  expect(deskView(state, configurations, { at, place })).toMatchObject({
    counter: { counterId: 'c1', state: 'called' },
    current: { calls: 1, noShowAt: null },
    waiting: [{ ticketId: late }],
  });
  const seen = managerView(state, configurations, {
    at,
    live: {
      nameOf: () => 'أمل',
      troubled: [],
      offline: { waiting: 0, refused: [] },
      late: [],
      devices: [],
      clock: { confirmed: true, differenceMs: 0 },
      storage: { freeBytes: 1, warning: false },
      waits: null,
      serviceLevel: null,
    },
  });
  expect(seen).toMatchObject({
    totals: { issued: 2, waiting: 1, serving: 1 },
  });
});

test('[ENTER-4] the manager sees whose tickets are in no line, since when and why', () => {
  const hall = new Hall();
  const taken = { kioskId: 'k1', seriesId: 'a', services: ['build'] };
  const seen = managerView(hall.state, hall.configurations, {
    at: hall.at,
    live: {
      nameOf: () => '',
      troubled: [],
      offline: {
        waiting: 2,
        refused: [
          { ...taken, number: 80, takenAt: hall.at - 60_000, why: 'lease.unknown' },
          { ...taken, number: 81, takenAt: hall.at - DAY_MS, why: 'other' },
        ],
      },
      late: [
        {
          ...{ kind: 'late', day: '2026-11-21', stream: 's', seq: 9, seriesId: 'a', number: 79 },
          ...{ services: 'build ask', deviceId: 'k2', takenAt: hall.at - DAY_MS },
          reachedAt: hall.at,
        },
      ],
      devices: [],
      clock: { confirmed: true, differenceMs: 0 },
      storage: { freeBytes: 1, warning: false },
      waits: null,
      serviceLevel: null,
    },
  });
  expect(seen.offline.waiting).toBe(2);
  expect(seen.offline.lost).toMatchObject([
    { label: { number: 80 }, why: 'lease.unknown', kioskId: 'k1' },
    { label: { number: 79 }, why: 'tooLate', kioskId: 'k2', services: ['build', 'ask'] },
  ]);
});

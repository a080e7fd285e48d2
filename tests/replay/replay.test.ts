import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventOf, type StoredRow } from '../../chain/chain.js';
import { Projector } from '../../upstream/facts/projector.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { StreamLog } from '../upstream/centrelog.js';
import { expectAsIn } from '../upstream/factsbed.js';
import { openStore, timers } from '../upstream/opened.js';
import { catalogueOf } from './catalogue.js';
import { readDay, ReplayError, type LoggedDay } from './logs.js';
import { planReplay } from './plan.js';
import { replay, type Replayed } from './replay.js';
import { checksOf } from './report.js';
import { ownSite, type Site } from './site.js';

const SAMPLE = join(dirname(fileURLToPath(import.meta.url)), 'sample');
const SPEED = 6000;
const SEED = 1;
/** Six secrets are hashed, at a third of a second of one core each; a busy machine has less. */
const PLAY_MAX_MS = 90_000;

const morning = (): LoggedDay => readDay({ data: SAMPLE });

const play = async <T>(look: (site: Site, played: Replayed) => T): Promise<T> => {
  const day = morning();
  const plan = planReplay(day, SEED);
  const from = day.tickets[0]!.arrivedAt - 60_000;
  const site = await ownSite(catalogueOf(day, plan), { from, speed: SPEED });
  try {
    return look(site, await replay(site, plan, SEED));
  } finally {
    await site.stop();
  }
};

/** The data centre makes of the log what the hall made of it. */
const expectUpstream = async (rows: readonly StoredRow[]): Promise<void> => {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => void faults.push(fault);
  const { database, remove } = await openStore('embedded');
  await StreamLog.of('replay', rows).send(new Ingest(database, timers));
  const projector = new Projector(database, { timers, now: () => 1, onFault });
  await projector.catchUp();
  await projector.stop();
  await expectAsIn(database, 'replay', rows.map(eventOf));
  await remove();
  expect(faults).toEqual([]);
};

test(
  'a morning of a real office goes through the doors, and everything adds up',
  async () => {
    const plan = planReplay(morning(), SEED);
    const { checks, spoilt, rows } = await play((site, played) => {
      const [first] = played.present;
      const twice = { ...played, present: [first!, first!] };
      const rows = site.log()!;
      return { checks: checksOf(site, plan, played), spoilt: checksOf(site, plan, twice), rows };
    });
    expect(checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(checks).toHaveLength(6);
    const failed = spoilt.filter(({ holds }) => !holds).map(({ name }) => name);
    expect(failed).toContain('every logged arrival has a ticket');
    expect(failed).toContain('no number missing or doubled');
    expect(failed).toContain('the day’s report counts every ticket');
    await expectUpstream(rows);
  },
  PLAY_MAX_MS,
);

test('a log is read in its own zone, with what it does not know left open', () => {
  const { branch, day, zone, tickets, snapshots } = morning();
  expect([branch, day, zone]).toEqual(['UD_Wola', '2020-01-13', 'Europe/Warsaw']);
  expect(new Date(tickets[0]!.arrivedAt).toISOString()).toBe('2020-01-13T07:05:30.000Z');
  expect(tickets[0]).toMatchObject({ handlingMs: null, leftAt: null, server: null });
  expect(snapshots.length).toBeGreaterThan(100);
  expect(() => readDay({ data: SAMPLE, day: '2020-01-14' })).toThrow(ReplayError);
});

test('the same seed gives the same plan, another seed another one', () => {
  const plan = planReplay(morning(), 5);
  expect(planReplay(morning(), 5)).toEqual(plan);
  expect(planReplay(morning(), 6).visits).not.toEqual(plan.visits);
});

test('an agent who takes nobody while people wait is on a break', () => {
  const at = (minute: number): number => minute * 60_000;
  const ticket = (arrived: number, called: number, server: string) => ({
    id: `${arrived}`,
    category: 'PS',
    arrivedAt: at(arrived),
    calledAt: at(called),
    handlingMs: at(1),
    leftAt: null,
    server,
    priority: false,
  });
  const day = { branch: 'bank', day: '1970-01-01', zone: 'UTC', snapshots: [] };
  const quiet = { ...day, tickets: [ticket(0, 0, 'A'), ticket(30, 30, 'A')] };
  const busy = { ...day, tickets: [ticket(0, 0, 'A'), ticket(10, 30, 'A')] };
  expect(planReplay(quiet, 1).counters[0]?.open).toEqual([{ from: at(0), to: at(31) }]);
  expect(planReplay(busy, 1).counters[0]?.open).toEqual([
    { from: at(0), to: at(1) },
    { from: at(30), to: at(31) },
  ]);
});

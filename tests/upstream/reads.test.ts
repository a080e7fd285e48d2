import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { percentile } from '../../core/figures.js';
import { bucketOf } from '../../core/kpi/histogram.js';
import type { Scope } from '../../core/protocol/overview.js';
import { DAY_MS } from '../../core/time.js';
import { csvOf } from '../../server/report/csv.js';
import { reportOfDay } from '../../server/report/day.js';
import { Projector } from '../../upstream/facts/projector.js';
import { raise } from '../../upstream/ingest/alarms.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { clearAlarm, readAlarms } from '../../upstream/read/alarms.js';
import { readCentre } from '../../upstream/read/centre.js';
import { countLegs, legsCsv } from '../../upstream/read/csv.js';
import { readFleet } from '../../upstream/read/fleet.js';
import { SILENT_MS } from '../../upstream/ingest/rows.js';
import type { Database } from '../../upstream/store/database.js';
import { LoggedHall } from '../fixtures/factbook.js';
import { CENTRE, OPENING, randomDay } from '../fixtures/randomday.js';
import { StreamLog } from './centrelog.js';
import { hallOf } from './factsbed.js';
import { openStore, timers, type OpenStore } from './opened.js';
import { KINDS } from './stores.js';

const DAY = '2026-11-22';
/** On the two days between them halls are closed. */
const LAST_DAY = '2026-11-19';
const ZONE = CENTRE.centre.zone;
const faults: unknown[] = [];
const outside = { timers, now: () => 1, onFault: (fault: unknown) => void faults.push(fault) };
describe.each(KINDS)('on %s', (kind) => {
  let store: OpenStore;
  let database: Database;

  const CENTRES = ['suez', 'ismailia', 'fayed', 'qantara'] as const;
  /** The last one has said nothing yet; the one before it speaks of its last day, three before. */
  const halls = CENTRES.slice(0, 3).map((centreId, n) =>
    randomDay(n + 50, {
      ...{ steps: 600, close: n === 1, paceMs: 40_000 },
      hall: new LoggedHall(CENTRE, {
        at: OPENING - (n === 2 ? 3 * DAY_MS : 0),
        stream: centreId.padEnd(26, '0'),
      }),
    }),
  );
  const now = Math.max(...halls.slice(0, 2).map(({ at }) => at));

  const enrol = (centreId: string, governorate: string) =>
    database.query(
      `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       missing, relayed) VALUES ($1, $2, $3, $4, $5, 'k', 7, 0, FALSE)`,
      [centreId, governorate, `مركز ${centreId}`, `Centre ${centreId}`, ZONE],
    );

  beforeAll(async () => {
    store = await openStore(kind);
    database = store.database;
    for (const centreId of CENTRES)
      await enrol(centreId, centreId === 'suez' ? 'suez' : 'ismailia');
    const ingest = new Ingest(database, timers);
    for (const [n, hall] of halls.entries()) {
      const log = new StreamLog(CENTRES[n]!, hall.state.stream);
      log.take(hall.log);
      await log.send(ingest);
    }
    const projector = new Projector(database, outside);
    await projector.catchUp();
    await projector.stop();
    await database.query(`UPDATE configuration SET body = $1, received_at = 1`, [
      JSON.stringify(CENTRE),
    ]);
    await database.query(`DELETE FROM alarm`);
  });
  afterAll(async () => {
    await store.remove();
    expect([...faults, ...store.faults]).toEqual([]);
  });

  const heard = (centreId: string, at: number, missing: number) =>
    database.query(
      `UPDATE centre SET heard_at = $2, missing = $3, caught_up_at = 5, live_since = 4,
       live = '{"open":true,"waiting":3,"serving":1,"counters":2}' WHERE centre_id = $1`,
      [centreId, at, missing],
    );

  test('the fleet’s figures are those of each centre’s newest day', async () => {
    const { centres, together } = await readFleet(database, { scope: null, now });
    expect(centres.map(({ centreId }) => centreId)).toEqual([...CENTRES].sort());
    const reports = new Map(
      halls.map((hall, n) => {
        const days = hall.log.flatMap((event) => (event.type === 'day.opened' ? [event.day] : []));
        return [CENTRES[n], reportOfDay(hallOf(hall.log), days.at(-1)!, { now, zone: ZONE })!];
      }),
    );
    for (const line of centres) {
      const report = reports.get(line.centreId as (typeof CENTRES)[number]);
      if (report === undefined) {
        expect(line).toMatchObject({ day: null, visits: 0, waits: null });
        continue;
      }
      const { legs, visits } = report;
      expect(line).toMatchObject({
        day: report.day,
        visits: visits.visits,
        served: visits.outcomes.served,
        serviceLevel: legs.serviceLevel,
        waits: { count: legs.waits!.count },
      });
      expect(bucketOf(line.waits!.p90Ms)).toBe(bucketOf(legs.waits!.p90Ms));
    }
    expect(reports.get('fayed')).toMatchObject({ day: LAST_DAY });
    const today = [reports.get('suez')!, reports.get('ismailia')!];
    expect(together.visits).toBe(today.reduce((sum, { visits }) => sum + visits.visits, 0));
    const rows = await database.query<{ wait: number }>(
      `SELECT called_at - joined_at AS wait FROM leg WHERE business_day = $1::date
       AND called_at IS NOT NULL AND rule <> 'walkDirect' ORDER BY 1`,
      [DAY],
    );
    const exact = percentile(
      rows.map(({ wait }) => Math.max(0, wait)),
      0.9,
    );
    expect(together.waits?.count).toBe(rows.length);
    expect(bucketOf(together.waits!.p90Ms)).toBe(bucketOf(exact));
  });

  test('a centre is live, behind, silent, expected or revoked', async () => {
    await heard('suez', now, 0);
    await heard('ismailia', now, 4);
    await heard('fayed', now - SILENT_MS - 1, 0);
    const states = async () =>
      (await readFleet(database, { scope: null, now })).centres.map(
        ({ centreId, state, since, live }) => [centreId, state, since, live?.waiting ?? null],
      );
    expect(await states()).toEqual([
      ['fayed', 'silent', now - SILENT_MS - 1, null],
      ['ismailia', 'behind', 5, null],
      ['qantara', 'expected', null, null],
      ['suez', 'live', 4, 3],
    ]);
    const [suez] = (await readFleet(database, { scope: ['suez'], now })).centres;
    const later = { scope: ['suez'], now: now + DAY_MS };
    await heard('suez', later.now, 0);
    const pastMidnight = await readFleet(database, later);
    expect(pastMidnight.centres[0]).toMatchObject({ isToday: true, day: suez!.day });
    expect(pastMidnight.together.visits).toBe(suez!.visits);
    await database.query(`UPDATE centre SET revoked_at = 9 WHERE centre_id = 'fayed'`);
    expect((await states())[0]).toEqual(['fayed', 'revoked', 9, null]);
  });

  test('a scope shows its governorates alone', async () => {
    const { centres } = await readFleet(database, { scope: ['suez'], now });
    expect(centres.map(({ centreId }) => centreId)).toEqual(['suez']);
    expect((await readFleet(database, { scope: [], now })).centres).toEqual([]);
    const asked = { centreId: 'fayed', day: null, now };
    expect(await readCentre(database, { scope: ['suez'], ...asked })).toBeNull();
  });

  test('one centre’s report is the hall’s own, with the names of that day', async () => {
    const asked = { scope: null, centreId: 'ismailia', now };
    const answer = (await readCentre(database, { ...asked, day: null }))!;
    const hall = hallOf(halls[1]!.log);
    expect(answer.report).toEqual(reportOfDay(hall, DAY, { now, zone: ZONE }));
    expect(answer.days).toEqual({ first: DAY, last: DAY });
    expect(answer.names.services['s1-1']).toEqual(
      CENTRE.services.find(({ id }) => id === 's1-1')!.name,
    );
    expect((await readCentre(database, { ...asked, day: '2026-11-21' }))!.report).toBeNull();
    expect(await readCentre(database, { ...asked, centreId: 'nobody', day: null })).toBeNull();
  });

  test('alarms are listed in scope, open ones first, and are cleared once', async () => {
    const alarm = { kind: 'fork', stream: 's', seq: 3 } as const;
    await raise(database, { ...alarm, centreId: 'suez', at: 10 });
    await raise(database, { ...alarm, centreId: 'fayed', at: 20 });
    const clearing = { centreId: 'fayed', alarmId: 'fork s 3', by: 'mona', now: 30 };
    expect(await clearAlarm(database, { ...clearing, scope: ['suez'] })).toBe(false);
    expect(await clearAlarm(database, { ...clearing, scope: null })).toBe(true);
    expect(await clearAlarm(database, { ...clearing, scope: null })).toBe(false);
    const { alarms } = await readAlarms(database, { scope: null, centreId: null, now });
    expect(alarms).toMatchObject([
      { centreId: 'suez', raisedAt: 10, clearedAt: null, name: { en: 'Centre suez' } },
      { centreId: 'fayed', raisedAt: 20, clearedAt: 30, clearedBy: 'mona' },
    ]);
    const count = async (scope: Scope, centreId: string | null): Promise<number> =>
      (await readAlarms(database, { scope, centreId, now })).alarms.length;
    expect(await count(['suez'], null)).toBe(1);
    expect(await count(null, 'fayed')).toBe(1);
    expect(await count(['suez'], 'fayed')).toBe(0);
  });

  const textOf = async (chunks: AsyncIterable<string>): Promise<string[]> => {
    let text = '';
    for await (const chunk of chunks) text += chunk;
    return text.slice(1, -2).split('\r\n');
  };

  test('legs as CSV are the lines of each centre’s own export', async () => {
    const range = { from: LAST_DAY, to: DAY };
    const found = await textOf(
      legsCsv(database, { scope: null, ...range, centreId: null, pageRows: 7 }),
    );
    const expected: string[] = [];
    for (const centreId of ['fayed', 'ismailia', 'suez'] as const) {
      const hall = hallOf(halls[CENTRES.indexOf(centreId)]!.log);
      const own = await textOf(csvOf(hall, { name: 'legs', ...range, configuration: CENTRE }));
      const governorate = centreId === 'suez' ? 'suez' : 'ismailia';
      if (expected.length === 0) {
        expected.push(`centre_id,governorate_id,${own[0]},clerk_name`);
      }
      expected.push(...own.slice(1).map((line) => `${centreId},${governorate},${line},`));
    }
    expect(found).toEqual(expected);
    const counted = await countLegs(database, { scope: null, ...range, centreId: null });
    expect(counted).toBe(expected.length - 1);
    const one = { from: DAY, to: DAY, centreId: 'fayed' };
    expect(await textOf(legsCsv(database, { scope: null, ...one }))).toHaveLength(1);
  });

  test('a configuration of another form has no names, and spoils no file', async () => {
    const asked = { scope: null, from: DAY, to: DAY, centreId: null };
    const lines = await textOf(legsCsv(database, asked));
    for (const body of ['no JSON', '{}', 'null', '{"services":[{}]}']) {
      await database.query('UPDATE configuration SET body = $1', [body]);
      expect(await textOf(legsCsv(database, asked))).toHaveLength(lines.length);
      const one = { scope: null, centreId: 'ismailia', day: null, now };
      expect((await readCentre(database, one))!.names.services).toEqual({});
    }
  });

  test('of a day whose visits are not kept any more there is no report', async () => {
    const asked = { scope: null, centreId: 'fayed', now };
    const kept = (await readCentre(database, { ...asked, day: null }))!;
    expect(kept.days).not.toBeNull();
    // As when the month is dropped.
    for (const table of ['visit', 'leg', 'counter_session', 'packed_day']) {
      await database.query(`DELETE FROM ${table} WHERE centre_id = 'fayed'`);
    }
    await database.query(`UPDATE service_day SET closed_at = 9 WHERE centre_id = 'fayed'`);
    const answer = (await readCentre(database, { ...asked, day: kept.days!.first }))!;
    expect([answer.report, answer.days]).toEqual([null, null]);
  });

  test('of a month whose legs are not kept any more no lines are promised', async () => {
    const asked = { scope: null, from: LAST_DAY, to: DAY, centreId: null };
    expect(await countLegs(database, asked)).toBeGreaterThan(0);
    await database.query('DROP TABLE leg_2026_11');
    expect(await countLegs(database, asked)).toBe(0);
  });
});

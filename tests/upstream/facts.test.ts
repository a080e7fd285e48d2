import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Logged } from '../../core/events.js';
import type { Command } from '../../core/protocol/commands.js';
import { HOUR_MS } from '../../core/time.js';
import { Projector, recompute } from '../../upstream/facts/projector.js';
import { type Misfit, round } from '../../upstream/facts/round.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { Overtaken, type Database } from '../../upstream/store/database.js';
import { LoggedHall } from '../fixtures/factbook.js';
import { CENTRE, OPENING, randomDay, seeded } from '../fixtures/randomday.js';
import { dayOf, nextDay, restored, StreamLog, streamName } from './centrelog.js';
import { alarmsOf, dump, expectAsIn, failing, overtaken } from './factsbed.js';
import { openStore, timers, type OpenStore } from './opened.js';
import { KINDS } from './stores.js';

const SEED = Number(process.env['DAWR_SEED'] ?? 20_261_122);

const faults: unknown[] = [];
const outside = { timers, now: () => 1, onFault: (fault: unknown) => void faults.push(fault) };
describe.each(KINDS)('on %s', (kind) => {
  let store: OpenStore;
  let database: Database;
  let ingest: Ingest;

  beforeAll(async () => {
    store = await openStore(kind);
    database = store.database;
    ingest = new Ingest(database, timers);
  });
  afterAll(async () => {
    await store.remove();
    expect([...faults, ...store.faults]).toEqual([]);
  });

  test('facts, roll-ups and reports are the hall’s own, in whatever pieces', async () => {
    const random = seeded(SEED);
    const centres = [1, 2, 3].map((seed) => {
      const hall = nextDay(dayOf(seed, `pieces${seed}`), seed + 1);
      const log = new StreamLog(`pieces-${seed}`, hall.state.stream);
      log.take(hall.log);
      return { hall, log };
    });
    const projector = new Projector(database, outside);
    while (centres.some(({ log }) => log.left > 0)) {
      for (const { log } of centres) await log.send(ingest, Math.floor(random() * 300));
      if (random() < 0.5) projector.stored(centres.map(({ log }) => log.centreId));
      if (random() < 0.5) await projector.catchUp();
    }
    await projector.catchUp();
    await projector.stop();
    for (const { hall, log } of centres) {
      expect(await alarmsOf(database, log.centreId)).toEqual([]);
      await expectAsIn(database, log.centreId, hall.log);
    }
  });

  test('made again from the events they are the same, row for row', async () => {
    const hall = nextDay(dayOf(4, 'again'), 5);
    const log = new StreamLog('again', hall.state.stream);
    log.take(hall.log);
    const projector = new Projector(database, outside);
    for (let n = 0; n < 4; n += 1) {
      await log.send(ingest, Math.ceil(hall.log.length / 4));
      await projector.catchUp();
    }
    const before = await dump(database, 'again');
    expect(JSON.stringify(before)).toContain('served');
    await database.query(`UPDATE leg SET outcome = 'voided_by_staff' WHERE centre_id = 'again'`);
    await database.query(`UPDATE rollup_quarter SET leg_joined = 7 WHERE centre_id = 'again'`);
    expect(await dump(database, 'again')).not.toEqual(before);
    expect(await recompute(database, 'again', outside)).toBe('whole');
    expect(await dump(database, 'again')).toEqual(before);
    // Beside a program that runs, whose projector goes on from there too.
    const contested = overtaken(database, 'again', 10);
    expect(await recompute(contested, 'again', outside)).toBe('whole');
    expect(await dump(database, 'again')).toEqual(before);
    await projector.stop();
  });

  test('what was rolled back is done again', async () => {
    const hall = dayOf(7, 'cut');
    const log = new StreamLog('cut', hall.state.stream);
    log.take(hall.log);
    const random = seeded(SEED + 1);
    let cuts = 0;
    while (log.left > 0) {
      await log.send(ingest, 40);
      try {
        await round(failing(database, random), ['cut'], 1);
      } catch (fault) {
        expect(fault).toHaveProperty('isCut');
        cuts += 1;
      }
    }
    expect(cuts).toBeGreaterThan(3);
    const projector = new Projector(database, outside);
    await projector.catchUp();
    await projector.stop();
    await expectAsIn(database, 'cut', hall.log);
  });

  test('two at once do nothing twice and leave nothing out', async () => {
    const halls = [8, 10].map((seed) => dayOf(seed, `two${seed}`));
    const logs = halls.map(({ state, log: events }, index) => {
      const log = new StreamLog(`two-${index}`, state.stream);
      log.take(events);
      return log;
    });
    const both = [new Projector(database, outside), new Projector(database, outside)];
    while (logs.some(({ left }) => left > 0)) {
      for (const log of logs) await log.send(ingest, 60);
      await Promise.all(both.map((projector) => projector.catchUp()));
    }
    for (const projector of both) await projector.stop();
    for (const [index, { log }] of halls.entries()) {
      expect(await alarmsOf(database, `two-${index}`)).toEqual([]);
      await expectAsIn(database, `two-${index}`, log);
    }
  });

  test.each(['JOIN rollup', 'BEGIN'])('who is overtaken at %s writes nothing', async (moment) => {
    const centreId = moment.slice(0, 4);
    const hall = dayOf(13, centreId, 200);
    const log = new StreamLog(centreId, hall.state.stream);
    log.take(hall.log);
    const other = new Projector(database, outside);
    const overtake = async (sql: string): Promise<void> => {
      if (sql.includes(moment)) await other.catchUp();
    };
    const slow: Database = {
      ...database,
      query: (sql, values) => overtake(sql).then(() => database.query(sql, values)),
      transaction: (work) => overtake('BEGIN').then(() => database.transaction(work)),
    };
    while (log.left > 0) {
      await log.send(ingest, 12);
      await expect(round(slow, [centreId], 1)).rejects.toThrow(Overtaken);
    }
    await other.catchUp();
    await other.stop();
    await expectAsIn(database, centreId, hall.log);
  });

  test('each event may come alone', async () => {
    const hall = new LoggedHall(CENTRE, { at: OPENING, stream: streamName('alone') });
    const counterId = 'c1';
    const take: Command = { type: 'takeTicket', services: ['s1-1'], classId: '', language: 'ar' };
    const steps: readonly (readonly [Command, string])[] = [
      [{ type: 'openDay' }, 'mona'],
      [{ type: 'openCounter', counterId, profileId: 'all' }, 'ana'],
      [take, 'k1'],
      [{ type: 'callNext', counterId }, 'ana'],
      [{ type: 'handOver', counterId }, 'ben'],
      [{ type: 'start', counterId }, 'ben'],
      [{ type: 'handOver', counterId }, 'ana'],
      [{ type: 'finish', counterId, result: 'completed', callNext: false }, 'ana'],
      [{ type: 'closeDay' }, 'mona'],
    ];
    for (const [command, actor] of steps) {
      hall.at += 60_000;
      expect(hall.ask(command, actor)).toBeUndefined();
    }
    const log = new StreamLog('alone', hall.state.stream);
    log.take(hall.log);
    const projector = new Projector(database, outside);
    while (log.left > 0) {
      await log.send(ingest, 1);
      await projector.catchUp();
    }
    await projector.stop();
    expect(await alarmsOf(database, 'alone')).toEqual([]);
    await expectAsIn(database, 'alone', hall.log);
  });

  test('what a log held beyond the point of its restore is of no report', async () => {
    for (const [index, share] of [0.2, 0.7, 0.97].entries()) {
      const centreId = `restored${index}`;
      const first = nextDay(dayOf(index + 11, `${centreId}a`, 300), index + 20);
      const old = new StreamLog(centreId, first.state.stream);
      old.take(first.log);
      await old.send(ingest);
      const projector = new Projector(database, outside);
      await projector.catchUp();
      await expectAsIn(database, centreId, first.log);

      const copied = Math.floor(first.log.length * share);
      const { before, next } = restored(first, copied, [old, `${centreId}b`]);
      const open = next.state.day?.day ?? null;
      randomDay(index + 30, { steps: 200, close: true, paceMs: 60_000, hall: next });
      const log = new StreamLog(centreId, next.state.stream);
      log.take(next.log, open);
      await log.send(ingest, 50);
      await projector.catchUp();
      await log.send(ingest);
      await projector.catchUp();
      const truth = [...before, ...next.log];
      await expectAsIn(database, centreId, truth);
      expect(await alarmsOf(database, centreId)).toMatchObject([{ kind: 'restored' }]);

      const again = restored({ log: truth }, copied - 20, [old, `${centreId}c`]);
      const day = again.next.state.day?.day ?? null;
      randomDay(index + 40, { steps: 100, close: true, paceMs: 60_000, hall: again.next });
      const last = new StreamLog(centreId, again.next.state.stream);
      last.take(again.next.log, day);
      await last.send(ingest);
      await projector.catchUp();
      await expectAsIn(database, centreId, [...again.before, ...again.next.log]);
      const made = await dump(database, centreId);
      expect(await recompute(database, centreId, outside)).toBe('whole');
      expect(await dump(database, centreId)).toEqual(made);
      await projector.stop();
    }
  });

  test('a clock set back moves what is open to another quarter of an hour', async () => {
    const hall = new LoggedHall(CENTRE, { at: OPENING, stream: streamName('clock') });
    hall.ask({ type: 'openDay' });
    const take: Command = { type: 'takeTicket', services: ['s1-1'], classId: '', language: 'ar' };
    expect([hall.ask(take), hall.ask(take)]).toEqual([undefined, undefined]);
    const log = new StreamLog('clock', hall.state.stream);
    log.take(hall.log);
    await log.send(ingest);
    const projector = new Projector(database, outside);
    await projector.catchUp();
    const stamp = { at: hall.at - HOUR_MS, actor: 'boss', stream: hall.state.stream };
    const corrected = {
      type: 'clock.corrected',
      byMs: -HOUR_MS,
      seq: hall.log.length + 1,
    } as const;
    hall.log.push({ ...corrected, ...stamp });
    log.take(hall.log);
    await log.send(ingest);
    await projector.catchUp();
    await projector.stop();
    await expectAsIn(database, 'clock', hall.log);
    const quarters = await database.query(
      `SELECT slot, leg_joined FROM rollup_quarter WHERE centre_id = 'clock'`,
    );
    expect(quarters).toEqual([{ slot: OPENING - HOUR_MS, leg_joined: 2 }]);
  });

  const strange = (hall: LoggedHall, event: object): Logged =>
    ({
      at: hall.at,
      actor: 'x',
      stream: hall.state.stream,
      seq: hall.log.length + 1,
      ...event,
    }) as unknown as Logged;

  test('an event that does not fit stops its centre there, with an alarm, no other', async () => {
    const missing = { type: 'ticket.recalled', ticketId: 'x:1', counterId: 'c1' };
    const issued = { type: 'ticket.issued', ticketId: 'x:9', seriesId: 's', classId: '' };
    const half = { ...issued, language: 'ar', deviceId: 'k1', takenAt: OPENING };
    const wrong: readonly [event: object, version: number][] = [
      [missing, 1],
      [{ type: 'ticket.recalled', ticketId: 7 }, 1],
      [{ type: 'help.asked', deviceId: 'k1' }, 2],
      [{ type: 'ticket.flown', ticketId: 'x:1' }, 1],
      [half, 1],
      [{ ...half, number: 3_000_000_000 }, 1],
      [{ ...half, number: 3, seriesId: '\ud800' }, 1],
    ];
    const halls = [...wrong.keys(), wrong.length].map((n) => dayOf(3, `wrong${n}`, 60));
    const logs = halls.map((hall, n) => {
      const log = new StreamLog(`wrong-${n}`, hall.state.stream);
      log.take(hall.log);
      const [event, version] = wrong[n] ?? [];
      if (event !== undefined) log.append(strange(hall, event), undefined, version);
      log.append(strange(hall, { type: 'help.asked', deviceId: 'k1' }));
      return log;
    });
    for (const log of logs) await log.send(ingest);
    const told: unknown[] = [];
    const onFault = (fault: unknown) => void told.push(fault);
    const projector = new Projector(database, { ...outside, onFault });
    await projector.catchUp();
    await projector.stop();
    for (const [n, { log }] of halls.entries()) {
      const { stream } = logs[n]!;
      // What only the database refuses it refuses with all that came before in one go.
      const place = { kind: 'facts', stream, seq: n === 6 ? 1 : log.length + 1 };
      expect(await alarmsOf(database, `wrong-${n}`)).toEqual(wrong[n] === undefined ? [] : [place]);
      if (n !== 6) await expectAsIn(database, `wrong-${n}`, log);
    }
    const misfits = told.map((fault) => fault as Misfit);
    expect(misfits.map(({ centreId }) => centreId).toSorted()).toEqual(
      [...wrong.keys()].map((n) => `wrong-${n}`),
    );
    expect(misfits.find(({ centreId }) => centreId === 'wrong-6')!.message).toMatch(
      /^no facts of wrong-6 from event 1 of .* on: .*invalid input syntax/,
    );
    const before = await dump(database, 'wrong-0');
    expect(await recompute(database, 'wrong-0', { ...outside, onFault })).toBe('stopped');
    expect(told.at(-1)).toEqual(misfits.find(({ centreId }) => centreId === 'wrong-0'));
    expect(await dump(database, 'wrong-0')).toEqual(before);
  });
});

import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { HOUR_MS } from '../../core/time.js';
import type { Logged } from '../../core/events.js';
import { dayReport } from '../../core/report.js';
import { FactBook, LoggedHall } from '../../tests/fixtures/factbook.js';
import { CENTRE, OPENING, randomDay } from '../../tests/fixtures/randomday.js';
import { contentHash } from '../log/projector.js';
import { reportedDays, reportOfDay } from './day.js';
import { createDeviceTable } from './devices.js';
import { reportProjector } from './projection.js';
import { factsOfDay } from './rows.js';

const DAY = '2026-11-22';
const ZONE = CENTRE.centre.zone;

const projected = (log: readonly Logged[]): Database.Database => {
  const db = new Database(':memory:');
  createDeviceTable(db);
  reportProjector.migrate(db);
  db.transaction(() => {
    for (const event of log) reportProjector.apply(db, event);
  })();
  return db;
};

const hashOf = (db: Database.Database) => contentHash(db, reportProjector.tables);
const sorted = <T>(facts: readonly T[]) =>
  facts.map((fact) => JSON.stringify(Object.entries(fact as object).sort())).sort();

describe('the report’s tables', () => {
  test('hold exactly the facts of the log', () => {
    for (const seed of [1, 2, 3]) {
      const { log } = randomDay(seed, { steps: 600, close: seed !== 2, paceMs: 60_000 });
      const book = new FactBook();
      for (const event of log) book.take(event);
      const expected = book.of(DAY);
      const found = factsOfDay(projected(log), DAY)!;
      expect(found.day).toEqual(expected.day);
      expect(expected.legs.length).toBeGreaterThan(20);
      for (const kind of ['visits', 'legs', 'spans', 'integrity', 'late'] as const) {
        expect(sorted<unknown>(found[kind])).toEqual(sorted<unknown>(expected[kind]));
      }
    }
  });

  test('are the same when the log is applied again', () => {
    const { log } = randomDay(4, { steps: 400, close: true });
    const db = projected(log);
    const before = hashOf(db);
    reportProjector.reset(db);
    expect(hashOf(db)).not.toBe(before);
    for (const event of log) reportProjector.apply(db, event);
    expect(hashOf(db)).toBe(before);
  });

  test('forget what a transaction that rolls back had put there', () => {
    const { log } = randomDay(5, { steps: 300, close: false });
    const half = Math.floor(log.length / 2);
    const db = projected(log.slice(0, half));
    const before = hashOf(db);
    const failing = db.transaction(() => {
      for (const event of log.slice(half)) reportProjector.apply(db, event);
      throw new Error('the command failed');
    });
    expect(failing).toThrow('the command failed');
    expect(hashOf(db)).toBe(before);
    for (const event of log.slice(half)) reportProjector.apply(db, event);
    expect(hashOf(db)).toBe(hashOf(projected(log)));
  });

  test('know nothing of a training day', () => {
    const hall = new LoggedHall(CENTRE, { at: OPENING, training: true });
    hall.ask({ type: 'openDay' });
    hall.ask({ type: 'takeTicket', services: ['s1-1'], classId: '', language: 'ar' });
    const db = projected(hall.log);
    expect(hall.log.some(({ type }) => type === 'ticket.issued')).toBe(true);
    for (const table of reportProjector.tables) {
      expect(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get()).toBe(0);
    }
  });

  test('are made once, and with new columns when they are filled anew', () => {
    const db = projected(randomDay(6, { steps: 50, close: true }).log);
    const before = hashOf(db);
    reportProjector.migrate(db);
    expect(hashOf(db)).toBe(before);
    db.exec('DROP TABLE leg; CREATE TABLE leg (old TEXT)');
    reportProjector.reset(db);
    expect(db.prepare('SELECT count(service_id) FROM leg').pluck().get()).toBe(0);
  });
});

describe('the report of a day', () => {
  test('is computed from the rows as from the facts', () => {
    const hall = randomDay(7, { steps: 400, close: true });
    const book = new FactBook();
    for (const event of hall.log) book.take(event);
    const expected = dayReport(book.of(DAY), { now: hall.at, offsetMs: 2 * HOUR_MS });
    const db = projected(hall.log);
    const found = reportOfDay(db, DAY, { now: hall.at, zone: ZONE })!;
    expect(found).toEqual(expected);
    expect(new Date(found.byHour[0]!.from).toISOString()).toBe('2026-11-22T06:00:00.000Z');
  });

  test('is there for each day that was opened, and for no other', () => {
    const first = randomDay(8, { steps: 30, close: true });
    first.at = OPENING + 24 * HOUR_MS;
    first.ask({ type: 'tick' });
    const db = projected(first.log);
    expect(reportedDays(db)).toEqual(['2026-11-23', DAY]);
    const now = first.at + HOUR_MS;
    expect(reportOfDay(db, '2026-11-23', { now, zone: ZONE })).toMatchObject({
      closed: false,
      to: now,
      visits: { visits: 0 },
      legs: { waits: null },
    });
    expect(reportOfDay(db, '2026-11-24', { now, zone: ZONE })).toBeUndefined();
  });
});

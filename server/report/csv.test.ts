import Database from 'better-sqlite3';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DAY_MS, MINUTE_MS } from '../../core/time.js';
import type { Command } from '../../core/protocol/commands.js';
import { LoggedHall } from '../../tests/fixtures/factbook.js';
import { CENTRE, OPENING, randomDay } from '../../tests/fixtures/randomday.js';
import { connect, LOG_FILE } from '../log/database.js';
import { COLUMNS } from '../../core/export/columns.js';
import { cell } from '../../core/export/csv.js';
import { EXPORTS, type ExportName } from '../../core/lists.js';
import { csvOf, exportCsv, PAGE_ROWS_MAX, type Range } from './csv.js';
import { PAGES } from './pages.js';
import { reportProjector } from './projection.js';
import { localTime } from '../../core/export/zone.js';

const DAY = { from: '2026-11-22', to: '2026-11-22' };

const linesOf = async (
  db: Database.Database,
  name: ExportName,
  range: Range,
): Promise<string[]> => {
  let text = '';
  for await (const chunk of csvOf(db, { name, ...range, configuration: CENTRE })) text += chunk;
  expect(text.startsWith('\uFEFF')).toBe(true);
  expect(text.endsWith('\r\n')).toBe(true);
  return text.slice(1, -2).split('\r\n');
};

const projected = (halls: readonly LoggedHall[], db = new Database(':memory:')) => {
  reportProjector.migrate(db);
  for (const { log } of halls) for (const event of log) reportProjector.apply(db, event);
  return db;
};

/** One visitor is served and transferred, one waits for a second service, one leaves. */
const smallDay = (): LoggedHall => {
  const hall = new LoggedHall(CENTRE, { at: OPENING });
  const counterId = 'c1';
  const take = (...services: string[]): Command => ({
    ...{ type: 'takeTicket', services, classId: '', language: 'ar' },
  });
  const steps: [minute: number, command: Command, actor: string][] = [
    [0, { type: 'openDay' }, 'mona'],
    [0, { type: 'openCounter', counterId, profileId: 'all' }, 'ana'],
    [1, take('s1-1'), 'k1'],
    [2, take('s2-1'), 'k1'],
    [4, { type: 'callNext', counterId }, 'ana'],
    [5, { type: 'start', counterId }, 'ana'],
    [8, { type: 'transfer', counterId, serviceId: 's1-3', place: 'end' }, 'ana'],
    [9, { type: 'leave', ticketId: 'hall0000:7' }, 'k1'],
    [10.0025, { type: 'callNext', counterId }, 'ana'],
    [12, { type: 'finish', counterId, result: 'papers', callNext: false }, 'ana'],
    [13, { type: 'rate', ticketId: 'hall0000:5', stars: 5 }, 'k1'],
  ];
  for (const [minute, command, actor] of steps) {
    hall.at = OPENING + minute * MINUTE_MS;
    expect(hall.ask(command, actor)).toBeUndefined();
  }
  return hall;
};

describe('what a file says', () => {
  test('visits, to the letter', async () => {
    const [head, ...lines] = await linesOf(projected([smallDay()]), 'visits', DAY);
    expect(head).toBe(
      'day,ticket_id,label_ar,label_en,series_id,number,class_id,language,device_id,' +
        'joined_at,ended_at,total_ms,outcome,legs,stars',
    );
    expect(lines).toEqual([
      '2026-11-22,hall0000:5,ب 1,B 1,c1,1,,ar,k1,' +
        '2026-11-22T08:31:00.000+02:00,2026-11-22T08:42:00.000+02:00,660000,served,2,5',
      '2026-11-22,hall0000:7,ج 1,J 1,c2,1,,ar,k1,' +
        '2026-11-22T08:32:00.000+02:00,2026-11-22T08:39:00.000+02:00,420000,walk_out,1,',
    ]);
  });

  test('legs, to the letter', async () => {
    const [, ...lines] = await linesOf(projected([smallDay()]), 'legs', DAY);
    expect(lines).toEqual([
      '2026-11-22,hall0000:5,ب 1,B 1,1,s1-1,ترخيص جديد: التنظيم والمباني,' +
        'New licence: Planning and building,,asked,2026-11-22T08:31:00.000+02:00,' +
        '2026-11-22T08:31:00.000+02:00,2026-11-22T08:34:00.000+02:00,' +
        '2026-11-22T08:35:00.000+02:00,2026-11-22T08:38:00.000+02:00,' +
        '180000,60000,180000,1200000,1,transferred,,c1,ana,due,,,1,0,0',
      '2026-11-22,hall0000:5,ب 1,B 1,2,s1-3,تعديل بيانات ترخيص: التنظيم والمباني,' +
        'Change of a licence: Planning and building,,transfer,2026-11-22T08:38:00.000+02:00,' +
        '2026-11-22T08:38:00.000+02:00,2026-11-22T08:40:00.150+02:00,' +
        '2026-11-22T08:40:00.150+02:00,2026-11-22T08:42:00.000+02:00,' +
        '120150,,119850,1800000,1,served,papers,c1,ana,due,,,1,0,0',
      '2026-11-22,hall0000:7,ج 1,J 1,1,s2-1,ترخيص جديد: المحال العامة,New licence: Shops,,' +
        'asked,2026-11-22T08:32:00.000+02:00,2026-11-22T08:32:00.000+02:00,,,' +
        '2026-11-22T08:39:00.000+02:00,,,,1200000,,walk_out,,,,,,,0,0,0',
    ]);
  });

  test('a cell is quoted where it must be, and is never a formula', () => {
    expect([null, 12, 'a b', 'a,b', 'say "no"', 'two\nlines'].map(cell)).toEqual([
      ...['', '12', 'a b', '"a,b"', '"say ""no"""', '"two\nlines"'],
    ]);
    expect(['=1+1', '+1', '-1', '@x', '\tx', '=a,b'].map(cell)).toEqual([
      ...[`'=1+1`, `'+1`, `'-1`, `'@x`, `'\tx`, `"'=a,b"`],
    ]);
  });

  test('a ticket that came too late is in a file of its own', async () => {
    const hall = smallDay();
    const taken = { kioskId: 'k1', day: '2026-11-21', seriesId: 's1', number: 90 };
    const visit = { services: ['s1-1', 's2-1'], classId: '', language: 'ar' as const };
    const told = { ...taken, ...visit, takenAt: OPENING - 3_600_000, unanswered: null };
    expect(hall.ask({ type: 'enterTicket', ...told }, 'a1', 'a1')).toBeUndefined();
    const range = { from: '2026-11-21', to: '2026-11-22' };
    const [head, line, ...more] = await linesOf(projected([hall]), 'late', range);
    expect([head?.startsWith('day,label_ar,label_en'), more]).toEqual([true, []]);
    expect(line?.split(',').slice(0, 1)).toEqual(['2026-11-21']);
    expect(line).toContain(',90,s1-1 s2-1,k1,');
  });

  test('every column is in the description, in its order', async () => {
    const text = await readFile(new URL('../../docs/csv.md', import.meta.url), 'utf8');
    const described = text
      .split(/^## /m)
      .slice(1)
      .map((part) => ({
        name: /^`(\w+)\.csv`/.exec(part)?.[1],
        columns: [...part.matchAll(/^\| `(\w+)` \|/gm)].map((found) => found[1]),
      }));
    for (const name of EXPORTS) {
      const expected = COLUMNS[name].map((column) => column.name);
      expect(described.find((part) => part.name === name)?.columns).toEqual(expected);
    }
  });
});

describe('time in a file', () => {
  test('is local, with its distance from UTC, also when the clocks change', () => {
    const cairo = localTime('Africa/Cairo');
    expect(cairo(Date.UTC(2026, 3, 23, 21, 59, 59, 7))).toBe('2026-04-23T23:59:59.007+02:00');
    expect(cairo(Date.UTC(2026, 3, 23, 22, 0, 0))).toBe('2026-04-24T01:00:00.000+03:00');
    expect(localTime('America/St_Johns')(0)).toBe('1969-12-31T20:30:00.000-03:30');
    expect(localTime('UTC')(0)).toBe('1970-01-01T00:00:00.000+00:00');
  });

  test('every instant reads back as itself', () => {
    const cairo = localTime('Africa/Cairo');
    for (let at = OPENING; at < OPENING + 400 * DAY_MS; at += 34_567_891) {
      expect(Date.parse(cairo(at))).toBe(at);
    }
  });
});

describe('a range of days', () => {
  const days = Array.from({ length: 4 }, (_, index) =>
    randomDay(index + 1, {
      ...{ steps: 1800, close: true, paceMs: 16_000 },
      at: OPENING + index * DAY_MS,
    }),
  );

  /** Each day in a stream of its own, as ids must differ. */
  const db = (() => {
    for (const [index, { log }] of days.entries()) {
      const renamed = JSON.parse(
        JSON.stringify(log).replaceAll('hall0000', `hall000${index}`),
      ) as typeof log;
      log.splice(0, log.length, ...renamed);
    }
    return projected(days);
  })();

  test('has every row once, in order, over all pages', async () => {
    const total = db.prepare('SELECT count(*) FROM leg').pluck().get() as number;
    expect(total).toBeGreaterThan(PAGE_ROWS_MAX);
    const [, ...lines] = await linesOf(db, 'legs', { from: '2026-11-22', to: '2026-11-25' });
    expect(lines).toHaveLength(total);
    const keys = lines.map((line) => line.split(',').slice(0, 5).join());
    expect(new Set(keys).size).toBe(total);
    const places = lines.map((line) => {
      const [day, ticketId = '', , , leg] = line.split(',');
      return `${day} ${ticketId.split(':')[1]!.padStart(6, '0')} ${leg}`;
    });
    expect(places).toEqual(places.toSorted());
  });

  test('begins and ends with its days', async () => {
    const [, ...lines] = await linesOf(db, 'visits', { from: '2026-11-23', to: '2026-11-24' });
    const found = new Set(lines.map((line) => line.slice(0, 10)));
    expect([...found]).toEqual(['2026-11-23', '2026-11-24']);
    expect(await linesOf(db, 'visits', { from: '2027-01-01', to: '2027-02-01' })).toHaveLength(1);
  });

  test('finds its pages by the key, without a sort', () => {
    for (const name of EXPORTS) {
      const { select, key } = PAGES[name];
      const values = [...key.map(() => ''), '', 1];
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${select}`).all(...values);
      expect(JSON.stringify(plan)).toMatch(/SEARCH \w+ USING PRIMARY KEY/);
      expect(JSON.stringify(plan)).not.toMatch(/SCAN|TEMP B-TREE/);
    }
  });
});

describe('a stream', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'dawr-csv-'));
    const db = connect(join(directory, LOG_FILE));
    projected([randomDay(3, { steps: 1500, close: true, paceMs: 20_000 })], db).close();
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('goes on while others write, on a connection of its own', async () => {
    const writer = connect(join(directory, LOG_FILE));
    const stream = exportCsv(directory, { name: 'visits', ...DAY, configuration: CENTRE });
    let text = '';
    for await (const chunk of stream) {
      text += String(chunk);
      writer.exec(`UPDATE visit SET stars = 1`);
      expect(writer.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
    }
    const total = writer.prepare('SELECT count(*) FROM visit').pluck().get() as number;
    expect(text.trim().split('\r\n')).toHaveLength(total + 1);
    writer.close();
  });

  test('may be given up half way, and lets go of the log', async () => {
    const writer = connect(join(directory, LOG_FILE));
    writer.exec('UPDATE visit SET stars = 2');
    const stream = exportCsv(directory, { name: 'visits', ...DAY, configuration: CENTRE });
    const closed = new Promise((resolve) => stream.once('close', resolve));
    for await (const chunk of stream) {
      expect(String(chunk).startsWith('\uFEFFday,')).toBe(true);
      break;
    }
    await closed;
    writer.close();
    // The last connection to go takes the write-ahead log with it.
    expect(await readdir(directory)).toEqual([LOG_FILE]);
  });

  test('fails for a directory without a log', async () => {
    const stream = exportCsv(join(directory, 'none'), {
      name: 'visits',
      ...DAY,
      configuration: CENTRE,
    });
    await expect(stream.toArray()).rejects.toThrow('directory does not exist');
  });
});

import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { genesisOf, hashOf } from '../../../chain/chain.js';
import { HandTimers } from '../../../tests/fixtures/doors.js';
import { HandTime, LoggedHall, scratch, spoil, takeTicket } from '../../../tests/fixtures/log.js';
import { CHECKPOINT_AFTER_MS } from '../checkpoint.js';
import { rowsFrom } from '../read.js';
import { Scrub, SLICE_MS } from '../watch/scrub.js';

const MINUTE_SLICES = 60_000 / SLICE_MS;

let folder: ReturnType<typeof scratch>;
let hall: LoggedHall;
let scrub: Scrub;
let lines: string[];
let fatal: unknown[];
let found: number;
const timers = new HandTimers();
let time: HandTime;

beforeEach(async () => {
  folder = scratch();
  time = new HandTime();
  hall = await new LoggedHall({ directory: folder.path }, time).open();
  [lines, fatal, found] = [[], [], 0];
  const journal = pino({ base: null, timestamp: false }, { write: (line) => lines.push(line) });
  const onFatal = (error: unknown): void => void fatal.push(error);
  const settled = () => hall.committer.settled;
  scrub = new Scrub({ directory: folder.path, timers, journal, onFatal, settled });
  scrub.onFound(() => (found += 1));
  scrub.start();
});
afterEach(() => {
  scrub.stop();
  hall.log.close();
  folder.remove();
  expect(fatal).toEqual([]);
});

const pass = (slices: number): void => {
  for (let slice = 0; slice < slices; slice += 1) timers.come(SLICE_MS);
};

/** A log of so many events at least; `pauseMs` between some of them. */
const write = async (events: number, pauseMs = 0): Promise<void> => {
  while (hall.committer.state.seq < events) {
    for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
    time.pass(pauseMs);
  }
};

const altered = (): number | null => scrub.altered?.seq ?? null;

const SPOILT: readonly (readonly [what: string, sql: string])[] = [
  ['a changed body', `UPDATE event SET body = CAST('{"label":"A 999"}' AS BLOB) WHERE seq = 80`],
  ['a changed actor', `UPDATE event SET actor = 'nobody' WHERE seq = 80`],
  ['a changed time', 'UPDATE event SET occurred_at = occurred_at + 1 WHERE seq = 80'],
  ['a changed hash', 'UPDATE event SET hash = randomblob(32) WHERE seq = 80'],
  ['a changed number', 'UPDATE event SET seq = 12000 WHERE seq = 80'],
  ['a changed stream', `UPDATE event SET stream = 'x' WHERE seq = 80`],
  ['no event at all', 'DELETE FROM event WHERE seq = 80'],
];

test.each(SPOILT)('[LOG-4] in the middle of the log, %s: found, told once', async (_, sql) => {
  await write(200);
  pass(MINUTE_SLICES);
  expect(altered()).toBe(null);
  spoil(folder.path, sql);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(80);
  expect(found).toBe(1);
  pass(3 * MINUTE_SLICES);
  expect(found).toBe(1);
  const { stream } = hall.committer.state;
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { level: 50, stream, seq: 80 },
  ]);
});

test('[LOG-4] a slice is short, and what comes meanwhile is looked at in its turn', async () => {
  await write(500);
  const { seq } = hall.committer.state;
  spoil(folder.path, `UPDATE event SET actor = 'nobody' WHERE seq = ${seq}`);
  pass(Math.floor(seq / 50));
  expect(altered()).toBe(null);
  await hall.done(takeTicket);
  pass(1);
  expect(altered()).toBe(seq);
});

test('[LOG-4] what was put back is told no more', async () => {
  await write(100);
  spoil(folder.path, `UPDATE event SET actor = actor || 'x' WHERE seq = 30`);
  pass(MINUTE_SLICES);
  expect(altered()).toBe(30);
  spoil(folder.path, `UPDATE event SET actor = substr(actor, 1, length(actor) - 1) WHERE seq = 30`);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(null);
  expect(lines.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([50, 40]);
});

test('[LOG-4] a past written anew, or without its end, fails a checkpoint', async () => {
  await write(200, CHECKPOINT_AFTER_MS);
  pass(MINUTE_SLICES);
  const { database } = hall.log;
  const sizes = database.prepare('SELECT size FROM checkpoint ORDER BY size').pluck().all();
  const signed = sizes as number[];
  expect(signed.length).toBeGreaterThan(2);
  const before = [...rowsFrom(database)];
  const writeAnew = (actor: string): void => {
    spoil(folder.path, 'SELECT 1');
    let previous = genesisOf(hall.committer.state.stream);
    for (const row of before) {
      const forged = row.seq === 4 ? { ...row, actor } : row;
      previous = hashOf(previous, forged);
      database
        .prepare('UPDATE event SET actor = ?, hash = ? WHERE position = ?')
        .run(forged.actor, previous, row.position);
    }
  };
  writeAnew('nobody');
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(signed[0]);
  writeAnew(before[3]!.actor);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(null);
  const end = signed.at(-1)! - 1;
  spoil(folder.path, `DELETE FROM event WHERE seq > ${end}`);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(end + 1);
});

test.each([
  ['a cut end', 'DELETE FROM event WHERE seq > 81', 82],
  ['no event left', 'DELETE FROM event', 1],
])('[LOG-4] %s that no checkpoint was signed for: found by its server', async (_, sql, seq) => {
  await write(100);
  pass(MINUTE_SLICES);
  expect(altered()).toBe(null);
  spoil(folder.path, sql);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(seq);
});

test('[LOG-4] an end that was cut since the last look is found at the stop', async () => {
  await write(100);
  pass(MINUTE_SLICES);
  const { seq } = hall.committer.state;
  spoil(folder.path, `DELETE FROM event WHERE seq > 80`);
  hall.committer.stop();
  scrub.stop();
  expect(seq).toBeGreaterThan(80);
  expect(altered()).toBe(81);
});

test('[LOG-4] a changed configuration is found at the event that names it first', async () => {
  await write(100);
  pass(MINUTE_SLICES);
  expect(altered()).toBe(null);
  const set = `body = CAST(replace(body, '"targetMin":', '"targetMin":1') AS BLOB)`;
  spoil(folder.path, `UPDATE configuration SET ${set}`);
  pass(2 * MINUTE_SLICES);
  expect(altered()).toBe(2);
});

test.each([1, 2])(
  '[LOG-4] event %i with a body that nobody can read and a hash that fits',
  async (seq) => {
    await write(100);
    pass(MINUTE_SLICES);
    const rows = [...rowsFrom(hall.log.database)];
    const forged = { ...rows[seq - 1]!, body: Buffer.from('{') };
    const previous = rows[seq - 2]?.hash ?? genesisOf(forged.stream);
    const hash = hashOf(previous, forged).toString('hex');
    spoil(folder.path, `UPDATE event SET body = x'7b', hash = x'${hash}' WHERE seq = ${seq}`);
    pass(2 * MINUTE_SLICES);
    expect(altered()).toBe(seq);
  },
);

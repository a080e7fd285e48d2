import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signNote, verifierKeyOf } from '../../chain/note.js';
import { EXIT } from '../../node/misuse.js';
import { machineTimers } from '../../node/time.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { exportedLog } from '../../upstream/export.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { LoggedHall } from '../fixtures/log.js';
import { newStore } from '../upstream/template.js';
import {
  check,
  data,
  events,
  exportLog,
  folder,
  isNote,
  log,
  notes,
  out,
  rewritten,
  run,
  streams,
  VERIFY,
  withMore,
  type Line,
} from './exported.js';

let key = '';
let lines: readonly Line[] = [];
beforeAll(async () => {
  await exportLog();
  ({ key, lines } = log());
});
afterAll(() => folder.remove());

test('it needs nothing of the project, and no package', () => {
  const files = readdirSync(dirname(VERIFY));
  const texts = files.map((file) => readFileSync(join(dirname(VERIFY), file), 'utf8'));
  const imports = [...texts.join('').matchAll(/from '([^']+)'/g)].map(([, name]) => name!);
  const own = files.map((file) => `./${file}`);
  expect(imports.filter((name) => !name.startsWith('node:') && !own.includes(name))).toEqual([]);
  expect(imports.length).toBeGreaterThan(2);
});

test('a log of two streams is whole', () => {
  const { code, text } = run(out, '--key', key);
  expect(text).toContain(`stream ${streams()[1]} follows ${streams()[0]}:`);
  expect(text).toMatch(/events, [1-9]\d* checkpoints hold/);
  expect(text).toContain('the log is whole');
  expect(code).toBe(EXIT.done);
});

const FIELDS = [
  'seq',
  'day',
  'occurred_at',
  'request',
  'part',
  'parts',
  'actor',
  'type',
  'version',
];

test.each([...FIELDS, 'stream', 'body', 'hash'])('another %s is found where it stands', (field) => {
  const row = events()[9]!;
  const was = row[field];
  const other =
    typeof was === 'number' ? was + 1 : field === 'hash' ? 'f'.repeat(64) : `${String(was)}x`;
  const { code, text } = check(
    lines.map((line) => (line === row ? { ...row, [field]: other } : line)),
  );
  expect(code, text).toBe(EXIT.found);
  expect(text).toMatch(/WRONG stream .*, (event|checkpoint|end)/);
  if (!['seq', 'stream'].includes(field)) expect(text).toContain(`event ${row.seq}: `);
});

test('an event that was written anew with all after it fails the next checkpoint', () => {
  const { code, text } = check(rewritten(streams()[0]!, 5, withMore));
  expect(code).toBe(EXIT.found);
  expect(text).toMatch(/events 1 to \d+: are not those that were signed/);
});

test('an event that was taken away, put in twice, or changed places is found', () => {
  const all = [...lines];
  expect(check(all.filter((_, n) => n !== 7)).text).toContain(
    'events 8 to 8 are missing before it',
  );
  expect(check([...all.slice(0, 8), all[7]!, ...all.slice(8)]).text).toContain(
    'event 8: stands where 9 should',
  );
  const swapped = [...all.slice(0, 7), all[8]!, all[7]!, ...all.slice(9)];
  expect(check(swapped).text).toContain('events 8 to 8 are missing before it');
});

test('a tail that was cut is seen by the checkpoint behind it', () => {
  const [, last] = streams();
  const tail = events()
    .filter(({ stream }) => stream === last)
    .slice(-2);
  const { code, text } = check(lines.filter((line) => isNote(line) || !tail.includes(line)));
  expect(code).toBe(EXIT.found);
  expect(text).toMatch(/cut: a checkpoint was signed for \d+ events, and \d+ are here/);
  const without = lines.filter((line) => isNote(line) || line.stream !== last);
  expect(check(without).text).toContain('it was signed, and none of it is here');
});

test('with its checkpoints gone too, those that another has kept show the cut', () => {
  const [first, last] = streams();
  const short = lines.filter((line) =>
    isNote(line) ? line.checkpoint.includes(`/${first}\n`) : line.stream === first,
  );
  expect(check(short).code).toBe(EXIT.done);
  const { code, text } = check(short, key, '--checkpoints', out);
  expect([code, text]).toEqual([EXIT.found, expect.stringContaining(`stream ${last}: cut`)]);
});

test('a log without a checkpoint is not said to be changed, nor to be proven', () => {
  const { code, text } = check(lines.filter((line) => !isNote(line)));
  expect(code).toBe(EXIT.found);
  expect(text).toContain('each event holds, but no checkpoint: NOT proven');
  expect(text).not.toContain('WRONG');
});

test('a checkpoint that another key has signed is none', () => {
  const name = key.split('+')[0]!;
  const other = { name, privateKey: generateKeyPairSync('ed25519').privateKey };
  const forged = lines.map((line) =>
    isNote(line)
      ? {
          checkpoint: signNote(
            line.checkpoint.slice(0, line.checkpoint.indexOf('\n\n') + 1),
            other,
          ),
        }
      : line,
  );
  const { code, text } = check(forged);
  expect(code).toBe(EXIT.found);
  expect(text).toContain(`${notes().length} checkpoints are signed by no key that was given`);
  expect(text).toContain('the log is NOT whole');
  expect(check(forged, verifierKeyOf(other)).code).toBe(EXIT.done);
  const both = [...lines, ...forged.filter(isNote)];
  expect(check(both).code).toBe(EXIT.found);
  expect(check(both, key, '--key', verifierKeyOf(other)).code).toBe(EXIT.done);
});

test('what cannot be read, and what is asked wrongly, is said', () => {
  expect(run().code).toBe(EXIT.usage);
  expect(run(out, '--key', 'foo')).toMatchObject({ code: EXIT.usage });
  expect(run(join(folder.path, 'nowhere'), '--key', key).code).toBe(EXIT.failed);
  expect(run(join(folder.path, 'centre.json'), '--key', key).code).toBe(EXIT.failed);
  expect(run('--help').code).toBe(EXIT.done);
});

test('above the centre the same log is exported, line for line', async () => {
  const hall = new LoggedHall({ directory: data });
  await newStore(join(folder.path, 'store'));
  const database = await openEmbedded(join(folder.path, 'store'), machineTimers, (fault) => {
    throw fault;
  });
  await migrate(database);
  const ingest = new Ingest(database, machineTimers);
  const outbox = new Outbox(hall.log.database, machineTimers);
  for (const { stream } of outbox.streams()) {
    const place = { stream, from: 1, last: outbox.lastOf(stream), ended: false };
    const post = { ...place, ...(await outbox.from(stream, 1)), at: 0, live: null };
    const arrived = { centreId: 'c-1', logKey: key, post, relayed: false, at: 0 };
    expect(await ingest.take(arrived)).toMatchObject({ refused: null });
  }
  const there: Line[] = [];
  for await (const line of exportedLog(database, 'c-1')) there.push(JSON.parse(line) as Line);
  expect(there.slice(1)).toEqual(lines);
  await database.close();
  hall.close();
});

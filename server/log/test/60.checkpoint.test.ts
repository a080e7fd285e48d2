import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freshId, HandTime, LoggedHall, scratch, takeTicket } from '../../../tests/fixtures/log.js';
import type { Command } from '../../../core/protocol/commands.js';
import { makeCheckpoint, parseCheckpoint } from '../../../chain/checkpoint.js';
import { CHECKPOINT_AFTER_MS, CHECKPOINT_EVENTS_MAX } from '../checkpoint.js';
import { genesisOf, hashOf } from '../../../chain/chain.js';
import { openNote, signNote, verifierKeyOf } from '../../../chain/note.js';
import { rowsFrom } from '../read.js';
import { verify } from '../verify.js';

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

const signer = () => ({
  name: 'dawr/hall',
  privateKey: generateKeyPairSync('ed25519').privateKey,
});

test('a note opens with the key that signed it, whole and unchanged', () => {
  const own = signer();
  const note = signNote('first\nsecond\n', own);
  expect(note).toMatch(/^first\nsecond\n\n— dawr\/hall [A-Za-z0-9+/]+={0,2}\n$/);
  expect(openNote(note, [verifierKeyOf(own)])).toBe('first\nsecond\n');
  expect(openNote(note, [verifierKeyOf(signer()), verifierKeyOf(own)])).toBe('first\nsecond\n');
  expect(openNote(note, [verifierKeyOf(signer())])).toBeNull();
  expect(openNote(note.replace('second', 'Second'), [verifierKeyOf(own)])).toBeNull();
  expect(openNote('no note', [verifierKeyOf(own)])).toBeNull();
});

test('a key has the form that other tools read', () => {
  expect(verifierKeyOf(signer())).toMatch(/^dawr\/hall\+[0-9a-f]{8}\+AQ?[A-Za-z0-9+/]+=*$/);
});

test('the known example of the signed-note specification opens', () => {
  const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const text =
    'If you think cryptography is the answer to your problem,\n' +
    "then you don't know what your problem is.\n";
  const signature =
    'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
  expect(openNote(`${text}\n— PeterNeumann ${signature}\n`, [key])).toBe(text);
});

test('a checkpoint is three lines', () => {
  const root = Buffer.alloc(32, 7);
  const text = makeCheckpoint({ origin: 'dawr/hall/s', size: 12, root });
  expect(text).toBe(`dawr/hall/s\n12\n${root.toString('base64')}\n`);
  expect(parseCheckpoint(text)).toEqual({ origin: 'dawr/hall/s', size: 12, root });
  for (const wrong of ['', 'a\n-1\n', 'a\n01\n', 'a\n1\nAAAA\n']) {
    expect(parseCheckpoint(wrong)).toBeNull();
  }
});

const sizes = (hall: LoggedHall): unknown[] =>
  hall.log.database.prepare('SELECT size FROM checkpoint ORDER BY size').pluck().all();

test('the head is signed when the day closes', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  await hall.done(takeTicket);
  expect(sizes(hall)).toEqual([]);
  await hall.done({ type: 'closeDay' });
  expect(sizes(hall)).toEqual([hall.committer.state.seq]);
  hall.close();
});

test('and a quarter of an hour after the last time, if anything happened', async () => {
  const time = new HandTime();
  const hall = await new LoggedHall({ directory: folder.path }, time).open();
  const tick = () => hall.done({ type: 'tick' }, { deviceId: 'server', actor: 'system' });
  await tick();
  time.pass(CHECKPOINT_AFTER_MS);
  await tick();
  const first = hall.committer.state.seq;
  expect(sizes(hall)).toEqual([first]);
  time.pass(CHECKPOINT_AFTER_MS);
  await tick();
  expect(sizes(hall)).toEqual([first]);
  hall.close();
});

test('and after so many events; each claim holds, also over restarts', async () => {
  const time = new HandTime();
  let hall = await new LoggedHall({ directory: folder.path }, time).open();
  for (let i = 0; i < 30; i++) {
    const services = [i % 2 === 0 ? 'site-validity' : 'rent-payment'];
    const group = Array.from({ length: 50 }, () =>
      hall.send({ ...takeTicket, services } as Command, { requestId: freshId() }),
    );
    hall.turn();
    await Promise.all(group);
    if (i !== 15) continue;
    hall.close();
    hall = new LoggedHall({ directory: folder.path }, time);
  }
  expect(sizes(hall).length).toBe(3);
  expect(Number(sizes(hall)[0])).toBeGreaterThanOrEqual(CHECKPOINT_EVENTS_MAX);
  const checked = verify(hall.log.database);
  expect(checked).toMatchObject({ problems: [], checkpoints: sizes(hall).length });
  expect(verify(hall.log.database, { keys: [verifierKeyOf(signer())] }).problems[0]).toContain(
    'not signed by a known key',
  );
  hall.close();
});

test('a past written anew, with hashes that follow, is shown by the checkpoint', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  await hall.done(takeTicket);
  hall.committer.stop();
  const { database } = hall.log;
  database.exec('DROP TRIGGER event_fixed');
  let previous = genesisOf(hall.committer.state.stream);
  for (const row of [...rowsFrom(database)]) {
    const forged = row.seq === 4 ? { ...row, actor: 'someone-else' } : row;
    previous = hashOf(previous, forged);
    database
      .prepare('UPDATE event SET actor = ?, hash = ? WHERE position = ?')
      .run(forged.actor, previous, row.position);
  }
  const { problems, head } = verify(database);
  const last = `event ${head!.stream}:${head!.seq}`;
  expect(problems).toEqual([`${last}: the signed checkpoint has another root`]);
  hall.log.close();
});

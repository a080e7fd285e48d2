import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { eventOf, genesisOf, hashOf, type Row } from '../../../chain/chain.js';
import { Tree } from '../../../chain/tree.js';

const row: Row = {
  stream: 'abcdefgh',
  seq: 7,
  day: '2026-11-22',
  occurred_at: 1_795_334_730_000,
  request: 'r1',
  part: 1,
  parts: 2,
  actor: 'clerk-1',
  type: 'counter.paused',
  version: 1,
  body: Buffer.from('{"counterId":"c1"}'),
};

test('the first event follows a hash of the stream’s random name', () => {
  const frame = '0000000a' + Buffer.from('dawr-log-1').toString('hex') + '00000008';
  const bytes = Buffer.concat([Buffer.from(frame, 'hex'), Buffer.from('abcdefgh')]);
  expect(genesisOf('abcdefgh')).toEqual(createHash('sha256').update(bytes).digest());
});

test('every field changes the hash, and so does the hash before', () => {
  const previous = genesisOf(row.stream);
  const changes: Partial<Row>[] = [
    { stream: 'abcdefgi' },
    { seq: 8 },
    { day: null },
    { occurred_at: row.occurred_at + 1 },
    { request: 'r2' },
    { part: 2 },
    { parts: 3 },
    { actor: 'clerk-2' },
    { type: 'counter.resumed' },
    { version: 2 },
    { body: Buffer.from('{"counterId": "c1"}') },
  ];
  const hashes = changes.map((change) => hashOf(previous, { ...row, ...change }).toString('hex'));
  hashes.push(hashOf(previous, row).toString('hex'));
  hashes.push(hashOf(genesisOf('other'), row).toString('hex'));
  expect(new Set(hashes).size).toBe(changes.length + 2);
});

test('what moves from one field to the next changes the hash', () => {
  const previous = genesisOf(row.stream);
  const shifted = { ...row, request: 'r', actor: '1clerk-1' };
  expect(hashOf(previous, { ...row, request: 'r1', actor: 'clerk-1' })).not.toEqual(
    hashOf(previous, shifted),
  );
});

test('an event of an unknown version is not guessed at', () => {
  expect(eventOf(row)).toMatchObject({ type: 'counter.paused', counterId: 'c1', seq: 7 });
  expect(() => eventOf({ ...row, version: 2 })).toThrow('unknown version 2');
});

/** RFC 6962 §2.1, as it is written there. */
const rootOf = (entries: readonly Buffer[]): Buffer => {
  const sum = (...parts: Buffer[]): Buffer =>
    createHash('sha256').update(Buffer.concat(parts)).digest();
  if (entries.length === 0) return sum();
  if (entries.length === 1) return sum(Buffer.of(0), entries[0]!);
  const split = 2 ** Math.ceil(Math.log2(entries.length) - 1);
  return sum(Buffer.of(1), rootOf(entries.slice(0, split)), rootOf(entries.slice(split)));
};

test('a growing tree has the root of RFC 6962 at every size, and continues from its peaks', () => {
  const entries = Array.from({ length: 70 }, (_, i) =>
    createHash('sha256').update(`${i}`).digest(),
  );
  let tree = Tree.empty();
  for (let size = 0; size <= entries.length; size++) {
    expect(tree.root()).toEqual(rootOf(entries.slice(0, size)));
    tree = Tree.of(tree.size, tree.toBytes());
    if (size < entries.length) tree.append(entries[size]!);
  }
  expect(() => Tree.of(3, Buffer.alloc(32))).toThrow('not the peaks');
});

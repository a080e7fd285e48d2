import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FakeClock } from '../tests/fixtures/printing.js';
import { demoCentre } from '../tests/fixtures/manager.js';
import { Catalogue } from './catalogue.js';
import { AGAIN_MS } from './enrol.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-catalogue-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex');
const bodyOf = (name: string): string => {
  const { centre, ...rest } = demoCentre();
  return JSON.stringify({ ...rest, centre: { ...centre, name: { ar: name, en: name } } });
};

let count = 0;
/** A catalogue of a server that has these bodies. */
const bench = (bodies: readonly string[], data = join(folder, `${(count += 1)}`)) => {
  const clock = new FakeClock();
  const held: string[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  const served = new Map(bodies.map((body) => [`/configuration/${hashOf(body)}.json`, body]));
  const catalogue = new Catalogue({
    ...{ data, clock },
    fetched: async (path) => {
      asked.push(path);
      const body = served.get(path);
      if (body === undefined) throw new Error('the server answers 404');
      return body;
    },
    onFault: (fault) => {
      throw fault;
    },
    say: (line) => said.push(line),
    onChange: ({ centre }) => held.push(centre.name.en),
  });
  const file = join(data, 'configuration.json');
  return { catalogue, clock, held, said, asked, served, data, file };
};

test('what the server names is brought once, told, and known at the next start', async () => {
  const [one, two] = [bodyOf('One'), bodyOf('Two')];
  const it = bench([one, two]);
  expect(it.held).toEqual([]);
  for (const body of [one, one, two, two]) {
    it.catalogue.see(hashOf(body));
    await it.clock.pass(0);
  }
  expect(it.held).toEqual(['One', 'Two']);
  expect(it.asked).toHaveLength(2);
  expect(readFileSync(it.file, 'utf8')).toBe(two);
  const again = bench([], it.data);
  expect(again.held).toEqual(['Two']);
  again.catalogue.see(hashOf(two));
  await again.clock.pass(0);
  expect(again.asked).toEqual([]);
});

test('one that cannot be brought is said and tried again; papers stay as they are', async () => {
  const [one, two] = [bodyOf('One'), bodyOf('Two')];
  const it = bench([one]);
  it.catalogue.see(hashOf(one));
  it.catalogue.see(hashOf(two));
  await it.clock.pass(0);
  expect(it.said).toEqual([expect.stringContaining('papers stay as they are')]);
  it.served.set(`/configuration/${hashOf(two)}.json`, two);
  await it.clock.pass(AGAIN_MS);
  expect(it.held.at(-1)).toBe('Two');
});

test('what was overtaken meanwhile is not taken over', async () => {
  const [one, two] = [bodyOf('One'), bodyOf('Two')];
  const it = bench([one, two]);
  it.catalogue.see(hashOf(one));
  it.catalogue.see(hashOf(two));
  await it.clock.pass(AGAIN_MS);
  expect(it.held).toEqual(['Two']);
});

test.each([
  ['other bytes than were asked for', (body: string) => `${body} `, 'is not the one'],
  ['nothing that this version reads', () => '{"version":99}', 'cannot be read'],
])('%s are not believed', async (_what, spoil, words) => {
  const body = bodyOf('One');
  const it = bench([]);
  const sent = spoil(body);
  const hash = words.startsWith('is') ? hashOf(body) : hashOf(sent);
  it.served.set(`/configuration/${hash}.json`, sent);
  it.catalogue.see(hash);
  await it.clock.pass(0);
  expect(it.held).toEqual([]);
  expect(it.said).toEqual([expect.stringContaining(words)]);
});

test('a file that was damaged is brought again', async () => {
  const body = bodyOf('One');
  const it = bench([body]);
  it.catalogue.see(hashOf(body));
  await it.clock.pass(0);
  writeFileSync(it.file, body.slice(0, 100));
  const again = bench([body], it.data);
  expect(again.held).toEqual([]);
  again.catalogue.see(hashOf(body));
  await again.clock.pass(0);
  expect(again.held).toEqual(['One']);
});

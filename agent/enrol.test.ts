import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FakeClock } from '../tests/fixtures/printing.js';
import { AGAIN_MS, ANSWER_MS_MAX, enrolled, EnrolRefused } from './enrol.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-enrol-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Answers = (init: RequestInit) => Promise<Response>;

const says = (body: object, init?: ResponseInit): Answers => {
  return async () => Response.json(body, init);
};
const begun = says({ deviceCode: 'd', userCode: 'ABCD-EFGH' });
const waiting = says({ state: 'waiting' });
const approved = says(
  { state: 'enrolled' },
  { headers: { 'set-cookie': 'dawr-a1=token; HttpOnly; Path=/' } },
);
const refused = (code: string, status = 404): Answers => says({ refused: code }, { status });
const silent: Answers = ({ signal }) =>
  new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

let count = 0;
/** An enrolment with a server that gives these answers in turn. */
const bench = (...answers: Answers[]) => {
  const clock = new FakeClock();
  const said: string[] = [];
  const paths: string[] = [];
  const data = join(folder, `data-${(count += 1)}`);
  const ask = async (url: string, init: RequestInit): Promise<Response> => {
    paths.push(url);
    const answer = answers.shift();
    if (answer === undefined) throw new Error('the server was asked once too often');
    return answer(init);
  };
  const parts = { clock, fetch: ask as typeof fetch, say: (line: string) => said.push(line) };
  const enrol = () => enrolled({ server: 'http://hall', deviceId: 'a1', data }, parts);
  return { enrol, clock, said, paths, data };
};

test('an agent shows its code, waits for a manager, and keeps its cookie', async () => {
  const { enrol, clock, said, paths, data } = bench(begun, waiting, approved);
  const cookie = enrol();
  await clock.pass(6_000);
  expect(await cookie).toBe('dawr-a1=token');
  expect(said).toEqual([expect.stringContaining('ABCD-EFGH')]);
  expect(paths).toEqual(['/api/enrol', '/api/enrol/poll', '/api/enrol/poll'].map(atHall));
  expect(readFileSync(join(data, 'cookie'), 'utf8')).toBe('dawr-a1=token');
  expect(statSync(join(data, 'cookie')).mode & 0o777).toBe(0o600);
  expect(await enrol()).toBe('dawr-a1=token');
  expect(paths).toHaveLength(3);
});

test('a cookie that was not written whole is asked for again', async () => {
  const { enrol, clock, data } = bench(begun, approved);
  mkdirSync(data, { recursive: true });
  writeFileSync(join(data, 'cookie'), '');
  const cookie = enrol();
  await clock.pass(6_000);
  expect(await cookie).toBe('dawr-a1=token');
});

test('a token that is given is the cookie, and lies nowhere', async () => {
  const data = join(folder, 'given');
  const parts = { clock: new FakeClock(), say: () => undefined, fetch, given: 'token' };
  const of = (server: string) => enrolled({ server, deviceId: 'a1', data }, parts);
  expect(await of('http://hall')).toBe('dawr-a1=token');
  expect(await of('https://hall')).toBe('__Host-dawr-a1=token');
  expect(existsSync(data)).toBe(false);
});

const atHall = (path: string): string => `http://hall${path}`;

test('a code that has expired gives way to a new one', async () => {
  const { enrol, clock, said } = bench(begun, says({ state: 'expired' }), begun, approved);
  const cookie = enrol();
  await clock.pass(6_000);
  expect(await cookie).toBe('dawr-a1=token');
  expect(said).toHaveLength(3);
});

test.each<[string, Answers, string]>([
  ['enrol.unknownDevice', refused('enrol.unknownDevice'), 'names no agent a1: publish one'],
  ['enrol.tooMany', refused('enrol.tooMany', 429), 'approve or let go of those that wait'],
  ['a refusal of another time', refused('other.thing'), 'answers other.thing'],
  ['a fault of the server', says({ statusCode: 500 }, { status: 500 }), 'HTTP 500): its own log'],
  ['a page', async () => new Response('<html>'), 'does not answer as Dawr does'],
  ['nobody', () => Promise.reject(gone()), 'cannot be reached (ECONNREFUSED)'],
])('%s: says what to do, and tries again', async (_, answer, words) => {
  const { enrol, clock, said, paths } = bench(answer, begun, answer, approved);
  const cookie = enrol();
  await clock.pass(AGAIN_MS - 1);
  expect([said.length, paths.length]).toEqual([1, 1]);
  expect(said[0]).toContain(words);
  await clock.pass(2 * AGAIN_MS);
  expect(await cookie).toBe('dawr-a1=token');
  expect(said[2]).toBe(said[0]);
});

const gone = (): Error =>
  new TypeError('fetch failed', {
    cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
  });

test('a server that does not answer is not waited for', async () => {
  const { enrol, clock, said } = bench(silent, begun, approved);
  const cookie = enrol();
  await clock.pass(ANSWER_MS_MAX - 1);
  expect(said).toEqual([]);
  await clock.pass(1);
  expect(said).toEqual(['http://hall did not answer in 10 s: does the server run?']);
  await clock.pass(2 * AGAIN_MS);
  expect(await cookie).toBe('dawr-a1=token');
});

test('an id that no server takes, or an enrolment without a cookie, ends the start', async () => {
  const bad = bench(refused('payload.invalid', 400));
  await expect(bad.enrol()).rejects.toThrow(EnrolRefused);
  const bare = bench(begun, says({ state: 'enrolled' }));
  const cookie = bare.enrol();
  const refusal = expect(cookie).rejects.toThrow('sent no cookie');
  await bare.clock.pass(3_000);
  await refusal;
});

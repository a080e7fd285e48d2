import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join as enrol } from '../../node/forward/enrol.js';
import type { Way } from '../../node/forward/line.js';
import { machineTime } from '../../node/time.js';
import { ownOf } from '../../server/upstream/own.js';
import { makeCode } from '../../upstream/centres/enrolment.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { openProxy, type Proxy } from './proxy.js';
import { CENTRE } from '../fixtures/randomday.js';
import { CERTIFICATE, SIGNED } from '../fixtures/tls.js';
import { openUpstream, type OpenUpstream } from '../upstream/running.js';

const CREDENTIALS = 'hall:not-for-a-journal';
const UPSTREAM = 'ismailia';

const folder = mkdtempSync(join(tmpdir(), 'dawr-ways-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ca = file('authority.pem', SIGNED.authority);
const tls = { cert: file('cert.pem', SIGNED.cert), key: file('key.pem', SIGNED.key) };

let upstream: OpenUpstream;
let proxy: Proxy;
beforeAll(async () => {
  upstream = await openUpstream({ tls });
  proxy = await openProxy(CREDENTIALS);
});
afterAll(async () => {
  await upstream.close();
  await proxy.close();
  rmSync(folder, { recursive: true });
});

const wayBy = (changes: Partial<Way>): Way => ({
  ...{ url: upstream.url, ca, proxy: null },
  ...changes,
});

const code = async (centreId: string): Promise<string> => {
  const place = { senderId: centreId, governorateId: 'ismailia' };
  return (await makeCode(upstream.upstream.database, place, machineTime.wall())).code;
};

/** Enrols a hall that runs and forwards by this way. */
const joined = async (hall: Doors, way: Way): Promise<void> => {
  const { centre } = hall.centre.configuration();
  const place = { directory: hall.data, upstreamId: UPSTREAM, way };
  await enrol(place, ownOf(hall.data, centre), await code(centre.id));
};

let halls = 0;

/** A hall of its own, which tries again at once. */
const opened = (way: Way, parts: { readonly journal?: Logger } = {}): Promise<Doors> => {
  const centre = { ...CENTRE.centre, id: `h-${(halls += 1)}` };
  const upstreams = [{ id: UPSTREAM, ...way }];
  const timers = new HandTimers(50);
  return openDoors({ staff: false, upstreams, timers, changes: { centre }, ...parts });
};

const stateOf = (hall: Doors) => hall.centre.upstreams.status()[0]!.state;

/** A hall by this way, until its log is stored there; gives all that its journal says. */
const forwarded = async (way: Way): Promise<string> => {
  const lines: string[] = [];
  const journal = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const hall = await opened(way, { journal });
  await joined(hall, way);
  await expect.poll(() => stateOf(hall).is, { timeout: 20_000 }).toBe('live');
  await hall.close();
  return lines.join('');
};

test('the journal has a line when the way changes, not whenever something goes up', async () => {
  const lines: string[] = [];
  const journal = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const way = wayBy({});
  const hall = await opened(way, { journal });
  await joined(hall, way);
  await expect.poll(() => stateOf(hall).is, { timeout: 20_000 }).toBe('live');
  const told = () => lines.filter((line) => line.includes('"state":'));
  const before = told();
  const { log } = hall.centre;
  const seqAbove = async (): Promise<unknown> => {
    const { database } = upstream.upstream;
    const sql = 'SELECT max(seq) AS seq FROM event WHERE stream = $1';
    return (await database.query<{ seq: number }>(sql, [log.state.stream]))[0]?.seq;
  };
  for (const type of ['closeDay', 'openDay'] as const) {
    await log.enqueue({
      ...{ requestId: type.padEnd(32, '0'), sentAt: hall.centre.clock.now() },
      ...{ actor: 'manager', deviceId: 'manager', command: { type } },
    });
    await expect.poll(seqAbove, { timeout: 20_000 }).toBe(log.state.seq);
    await expect.poll(() => stateOf(hall).is).toBe('live');
  }
  expect(told()).toEqual(before);
  await hall.close();
});

test('a receiver under an authority of our own is reached by its file', async () => {
  await forwarded(wayBy({}));
  expect(proxy.tunnels).toEqual([]);
});

test('all goes through a proxy, whose secret is in no line of the journal', async () => {
  const said = await forwarded(wayBy({ proxy: proxy.url(CREDENTIALS) }));
  expect(proxy.tunnels.length).toBeGreaterThan(0);
  expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(upstream.url).host]));
  expect(said).toContain('the way to an upstream has changed');
  expect(said).not.toContain('not-for-a-journal');
});

test.each([
  ['without the authority', { ca: null }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ['by another authority', { ca: file('other.pem', CERTIFICATE) }, 'UNABLE_TO_VERIFY'],
])('%s it is refused, and told why', async (_, changes, why) => {
  const way = wayBy(changes);
  const hall = await opened(way);
  await expect(joined(hall, way)).rejects.toThrow(`cannot be reached (${why}`);
  await hall.close();
});

test.each([
  ['a proxy that wants a secret', () => proxy.url(), '407'],
  ['a proxy that wants another', () => proxy.url('hall:wrong-one'), '407'],
  ['a proxy that is away', () => 'http://hall:wrong-one@127.0.0.1:1', 'ECONNREFUSED'],
])('%s is told of, without what its address holds', async (_, url, why) => {
  const way = wayBy({ proxy: url() });
  const hall = await opened(way);
  const fault = await joined(hall, way).catch((error: unknown) => String(error));
  expect(fault).toContain(why);
  expect(fault).not.toContain('wrong-one');
  await hall.close();
});

import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { verifierKeyOf } from '../../chain/note.js';
import { join } from '../../node/forward/enrol.js';
import { Wires } from '../../node/forward/line.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { rowsFrom } from '../../server/log/read.js';
import { publish } from '../../server/hub/publish.js';
import { ownOf } from '../../server/upstream/own.js';
import { makeCode } from '../../upstream/centres/enrolment.js';
import { Relay } from '../../upstream/relay/relays.js';
import { SLICE_MS } from '../../server/log/watch/scrub.js';
import { bodyOf } from '../../server/hub/screens.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { spoil } from '../fixtures/log.js';
import { openUpstream, type OpenUpstream } from './running.js';

let nation: OpenUpstream;
let governorate: OpenUpstream;
let hall: Doors;
const timers = new HandTimers(100);

beforeAll(async () => {
  nation = await openUpstream({ id: 'egypt' });
  const upstreams = [{ id: 'egypt', url: nation.url, ca: null, proxy: null }];
  governorate = await openUpstream({ upstreams }, timers);
  const way = { id: 'gov', url: governorate.url, ca: null, proxy: null };
  hall = await openDoors({ upstreams: [way], staff: false, timers });
});
afterEach(() => vi.restoreAllMocks());
afterAll(async () => {
  await hall.close();
  await governorate.close();
  await nation.close();
});

const codeAt = async ({ upstream }: OpenUpstream, senderId: string): Promise<string> => {
  const place = { senderId, governorateId: 'ismailia' };
  return (await makeCode(upstream.database, place, upstream.now())).code;
};

const storedAt = ({ upstream }: OpenUpstream) =>
  upstream.database.query<{ centre_id: string; seq: number; hash: string }>(
    `SELECT centre_id, seq, encode(hash, 'hex') AS hash FROM event ORDER BY centre_id, seq`,
  );

const own = () => {
  const { id } = hall.centre.configuration().centre;
  return [...rowsFrom(hall.centre.store.database)].map(({ seq, hash }) => {
    return { centre_id: id, seq, hash: hash.toString('hex') };
  });
};

test('a governorate passes its centres’ logs on under their own names', async () => {
  const { id, name } = hall.centre.configuration().centre;
  const health = async (): Promise<unknown> => (await fetch(`${governorate.url}/health`)).json();
  const well = { status: 'ok', store: 'ok', foreignAccounts: 0 };
  const notJoined = { ...well, status: 'warning', stoppedUpstreams: ['egypt'], awayUpstreams: [] };
  await expect.poll(health).toEqual(notJoined);
  const way = { url: governorate.url, ca: null, proxy: null };
  const place = { directory: hall.data, upstreamId: 'gov', way };
  const centre = hall.centre.configuration().centre;
  await join(place, ownOf(hall.data, centre), await codeAt(governorate, id));
  const above = { url: nation.url, ca: null, proxy: null };
  const relay = { directory: governorate.data, upstreamId: 'egypt', way: above };
  const code = await codeAt(nation, 'relay/ismailia');
  await join(relay, { kind: 'relay', id: 'ismailia' }, code);
  timers.come(10_000);
  await expect.poll(() => storedAt(nation), { timeout: 20_000 }).toEqual(own());
  await hall.centre.log.askAsServer({ type: 'stopPaper', kioskId: null });
  await expect.poll(() => storedAt(nation), { timeout: 20_000 }).toEqual(own());
  expect(await storedAt(governorate)).toEqual(own());
  expect(await health()).toEqual({ ...well, stoppedUpstreams: [], awayUpstreams: [] });
  const [known] = await nation.upstream.database.query<object>(
    'SELECT name_ar, governorate_id, relayed FROM centre WHERE centre_id = $1',
    [id],
  );
  expect(known).toEqual({ name_ar: name.ar, governorate_id: 'ismailia', relayed: true });
  const bodies = () =>
    nation.upstream.database.query('SELECT 1 FROM configuration WHERE body IS NOT NULL');
  await expect.poll(async () => (await bodies()).length, { timeout: 20_000 }).toBeGreaterThan(0);
});

test('a second receiver of the store passes on beside the first, and nothing rings', async () => {
  const { database: queries, settings, now } = governorate.upstream;
  const lines: string[] = [];
  const journal = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
  const parts = { settings, queries, timers, now, random: () => 0, journal };
  const second = new Relay(parts, settings.upstreams[0]!);
  const { id } = hall.centre.configuration().centre;
  const taking = vi.spyOn(nation.upstream.ingest, 'take');
  const before = own().length;
  for (let n = 0; n < 20; n += 1) {
    const type = n % 2 === 0 ? 'resumePaper' : 'stopPaper';
    await hall.centre.log.askAsServer({ type, kioskId: null });
    second.stored([id]);
    await expect.poll(() => storedAt(governorate), { timeout: 20_000 }).toEqual(own());
    second.stored([id]);
  }
  expect(own().length).toBeGreaterThan(before + 10);
  await expect.poll(() => storedAt(nation), { timeout: 20_000 }).toEqual(own());
  await expect.poll(() => second.waiting, { timeout: 20_000 }).toEqual([]);
  await second.stop();
  const sent = taking.mock.calls.map(([{ post }]) => post).filter(({ events }) => events.length);
  // Both have sent some of them.
  expect(new Set(sent.map(({ from }) => from)).size).toBeLessThan(sent.length);
  expect(lines).toEqual([]);
  expect(await nation.upstream.database.query('SELECT kind FROM alarm')).toEqual([]);
});

test('events that are not understood above are sent again until the program is newer', async () => {
  type Says = () => { readonly is: string } | null | undefined;
  const hallSays: Says = () => hall.centre.upstreams.status()[0]?.state;
  const relaySays: Says = () => governorate.upstream.relays[0]?.status.state;
  for (const [above, says, type] of [
    [governorate, hallSays, 'resumePaper'],
    [nation, relaySays, 'stopPaper'],
  ] as const) {
    const { ingest } = above.upstream;
    const take = ingest.take.bind(ingest);
    const older = vi.spyOn(ingest, 'take');
    const seen = new Set<string | undefined>();
    let refused = 0;
    older.mockImplementation(async (arrived) => {
      if (refused > 0) seen.add(says()?.is);
      if (arrived.post.events.length === 0) return take(arrived);
      refused += 1;
      return { refused: 'malformed', stored: null, wanted: [], staff: '' };
    });
    await hall.centre.log.askAsServer({ type, kioskId: null });
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(3);
    // To try again is no news.
    expect([...seen]).toEqual(['stopped']);
    expect(says()).toEqual({ is: 'stopped', why: 'malformed' });
    older.mockRestore();
    await expect.poll(() => says()?.is, { timeout: 20_000 }).toBe('live');
    await expect.poll(() => storedAt(above), { timeout: 20_000 }).toEqual(own());
  }
});

test('a relay tells nothing of centres of another governorate', async () => {
  const { database } = nation.upstream;
  await database.query(
    `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing) VALUES ('giza-1', 'giza', 'x', 'x', 'Africa/Cairo', 'x', 0, true, 0)`,
  );
  const signer = new RequestKey(governorate.data, 'egypt', 'relay/ismailia').signer()!;
  const wires = new Wires({ url: nation.url, ca: null, proxy: null });
  const ask = async (path: string, value: unknown): Promise<number> => {
    const body = JSON.stringify(value);
    return (await wires.ask('POST', `/v1/relays/${path}`, { signer, body })).status;
  };
  const about = {
    logKey: verifierKeyOf({ ...signer, name: 'dawr/giza-1' }),
    ...{ name: { ar: 'y', en: 'y' }, zone: 'Africa/Cairo', enrolledAt: 1 },
  };
  expect(await ask('ismailia/centres/giza-1', about)).toBe(403);
  const named = { ...about, logKey: verifierKeyOf({ ...signer, name: 'dawr/giza-2' }) };
  const path = 'ismailia/centres/giza-2';
  expect(await ask(path, { ...named, governorateId: 'giza' })).toBe(403);
  expect(await ask('ismailia/centres/giza-1/events', {})).toBe(401);
  expect(await ask('giza/centres/giza-1', about)).toBe(401);
  // Nor is it a centre itself.
  const own = '/v1/centres/relay%2Fismailia/events';
  expect((await wires.ask('POST', own, { signer, body: '{}' })).status).toBe(401);
  expect(await database.query(`SELECT name_ar FROM centre WHERE centre_id = 'giza-1'`)).toEqual([
    { name_ar: 'x' },
  ]);
  await wires.close();
});

test('names of clerks are told by policy alone, to both, and forgotten when it ends', async () => {
  const { centre } = hall;
  const amal = { id: 'amal', name: 'أمل', role: 'clerk', secret: 'long-enough-1' } as const;
  await centre.staff.add(amal);
  const namesAt = ({ upstream }: OpenUpstream) =>
    upstream.database.query<object>('SELECT clerk, name FROM staff_name');
  const policy = async (staffNamesAbove: boolean): Promise<void> => {
    const now = centre.configuration();
    const answer = await publish(centre, { ...now, centre: { ...now.centre, staffNamesAbove } });
    expect(answer).not.toHaveProperty('refused');
  };
  const become = async (names: readonly object[]): Promise<void> => {
    for (const place of [governorate, nation]) {
      await expect.poll(() => namesAt(place), { timeout: 20_000 }).toEqual(names);
    }
  };
  await policy(false);
  await expect.poll(() => storedAt(nation), { timeout: 20_000 }).toEqual(own());
  await become([]);
  const told = [{ clerk: amal.id, name: amal.name }];
  await policy(true);
  await become(told);
  // What a store has lost is told anew.
  await nation.upstream.database.query('UPDATE centre SET staff_hash = NULL');
  await nation.upstream.database.query('DELETE FROM staff_name');
  await become(told);
  await policy(false);
  await become([]);
  const bodies = await nation.upstream.database.query<object>('SELECT body FROM event');
  expect(JSON.stringify(bodies)).not.toContain(amal.name);
});

test('[LOG-4] a changed event rings in hall, governorate and nation', async () => {
  const { centre, data, url } = hall;
  const seq = 2;
  const { stream } = centre.log.state;
  const health = async (): Promise<unknown> => (await fetch(`${url}/health`)).json();
  const managers = () => {
    const subject = { role: 'manager', deviceId: 'manager' } as const;
    return bodyOf(centre, subject, centre.clock.now());
  };
  timers.come(SLICE_MS);
  expect(await health()).toMatchObject({ altered: null });
  expect(managers()).not.toHaveProperty('altered');
  spoil(data, `UPDATE event SET actor = 'nobody' WHERE seq = ${seq}`);
  // The rest between two looks, and the look.
  for (let ms = 0; ms <= 60_000 + SLICE_MS; ms += SLICE_MS) timers.come(SLICE_MS);
  expect(await health()).toMatchObject({ status: 'warning', altered: { stream, seq } });
  expect(managers()).toMatchObject({ altered: seq });
  const ring = { centre_id: centre.configuration().centre.id, kind: 'altered', stream, seq };
  for (const { upstream } of [governorate, nation]) {
    const rung = () => upstream.database.query('SELECT centre_id, kind, stream, seq FROM alarm');
    await expect.poll(rung, { timeout: 20_000 }).toEqual([ring]);
  }
});

import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { OPEN_VISITS_MAX } from '../../core/configuration.js';
import {
  POST_BYTES_MAX,
  POST_EVENTS_MAX,
  postSchema,
  REQUEST_EVENTS_MAX,
} from '../../core/protocol/upstream.js';
import { machineTimers } from '../../node/time.js';
import { Forwarder, UpstreamAway } from '../../node/forward/forwarder.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { StoredSource } from '../../upstream/relay/source.js';
import type { Database } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { newStore } from './template.js';
import { Sending, type Mishap } from './sending/sending.js';
import { LoggedHall, scratch, spoil, takeTicket } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';

const store = scratch();
let database: Database;
let above: { readonly database: Database; readonly ingest: Ingest };
beforeAll(async () => {
  await newStore(join(store.path, 'store'));
  database = await openEmbedded(join(store.path, 'store'), machineTimers, (fault) => {
    throw fault;
  });
  await migrate(database);
  above = { database, ingest: new Ingest(database, machineTimers) };
});
afterAll(async () => {
  await database.close();
  store.remove();
});

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

test('whatever befalls the line, all rows arrive once, as they are', async () => {
  const random = seeded(7);
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const mishaps: readonly Mishap[] = ['none', 'lost', 'unanswered', 'doubled'];
  const sending = new Sending(hall, above, () => mishaps[Math.floor(random() * 4)]!);
  sending.start();
  for (let n = 0; n < 300; n += 1) {
    await hall.done(takeTicket);
    if (n % 10 !== 0) continue;
    sending.forwarder.look();
    await sending.arrived();
  }
  await sending.arrived();
  await sending.stop();
  await sending.expectEqual();
  expect(sending.posts.length).toBeGreaterThan(5);
  expect(sending.states.map(({ is }) => is)).toContain('away');
  hall.close();
});

test('a centre that begins anew asks where the other end stands', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const sending = new Sending(hall, above);
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  sending.start();
  await sending.arrived();
  await sending.stop();
  const [sent, before] = [sending.posts.length, sending.rows().length];
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  sending.start();
  await sending.arrived();
  await sending.stop();
  await sending.expectEqual();
  const events = sending.posts.slice(sent).flatMap((post) => post.events);
  expect(events.length).toBe(sending.rows().length - before);
  hall.close();
});

const SPOILED: readonly (readonly [what: string, sql: string, kind: 'behind' | 'fork'])[] = [
  ['loses its end', 'DELETE FROM event WHERE seq > 12', 'behind'],
  ['loses an event that was sent', 'DELETE FROM event WHERE seq = 43', 'behind'],
  ['is written anew', `UPDATE event SET hash = randomblob(32) WHERE seq = 43`, 'fork'],
];

/** From the change of a file to the alarm above, while the line is up. */
const RINGS_WITHIN_MS = 31_000;

test.each(
  SPOILED.flatMap((spoiled) =>
    (['off', 'running'] as const).map((when) => [...spoiled, when] as const),
  ),
)('a log that %s rings above within half a minute (%s, %s, %s)', async (...spoiled) => {
  const [, sql, kind, when] = spoiled;
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const sending = new Sending(hall, above);
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  expect(hall.committer.state.seq).toBe(43);
  sending.start();
  await sending.arrived();
  const isLive = () => sending.states.at(-1)?.is;
  await expect.poll(isLive).toBe('live');
  if (when === 'off') await sending.stop();
  const spoiledMs = sending.passedMs;
  spoil(folder.path, sql);
  if (when === 'off') sending.start();
  await expect.poll(() => sending.states.at(-1)).toMatchObject({ is: 'stopped', why: kind });
  const alarms = await database.query('SELECT kind FROM alarm WHERE centre_id = $1', [
    sending.centreId,
  ]);
  expect(alarms).toEqual([{ kind }]);
  expect(sending.passedMs - spoiledMs).toBeLessThanOrEqual(RINGS_WITHIN_MS);
  await sending.stop();
  hall.log.close();
});

test('a command of more events than a post goes whole', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const sending = new Sending(hall, above);
  const open = 260;
  for (let n = 0; n < open; n += 1) await hall.done(takeTicket);
  await hall.done({ type: 'closeDay' });
  const { parts } = sending.rows().at(-1)!;
  expect(parts).toBeGreaterThan(POST_EVENTS_MAX);
  sending.start();
  await expect.poll(() => sending.states.at(-1)?.is, { timeout: 15_000 }).toBe('live');
  await sending.stop();
  await sending.expectEqual();
  for (const post of sending.posts) expect(postSchema.safeParse(post).error).toBeUndefined();
  // So would that of a hall in which there is room for nobody more.
  const timesAsMany = OPEN_VISITS_MAX / open;
  expect(parts * timesAsMany).toBeLessThan(REQUEST_EVENTS_MAX);
  const [closing] = sending.posts.filter(({ events }) => events.length === parts);
  expect(JSON.stringify(closing).length * timesAsMany).toBeLessThan(POST_BYTES_MAX);
  // And so it goes on from there, and back to a centre that has lost it.
  const { stream, seq } = hall.committer.state;
  const tail = await new StoredSource(database, sending.centreId).from(stream, seq - parts + 1);
  expect(tail.events).toHaveLength(parts);
  hall.close();
});

test('an event that is missing below what is to be sent rings too', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  let mishap: Mishap = 'none';
  const sending = new Sending(hall, above, () => mishap);
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  sending.start();
  await expect.poll(() => sending.states.at(-1)?.is).toBe('live');
  mishap = 'lost';
  await hall.done(takeTicket);
  sending.forwarder.look();
  await expect.poll(() => sending.states.at(-1)?.is).toBe('away');
  spoil(folder.path, 'DELETE FROM event WHERE seq = 43');
  mishap = 'none';
  await expect.poll(() => sending.states.at(-1)).toMatchObject({ is: 'stopped', why: 'behind' });
  const alarms = await database.query('SELECT kind FROM alarm WHERE centre_id = $1', [
    sending.centreId,
  ]);
  expect(alarms).toEqual([{ kind: 'behind' }]);
  await sending.stop();
  hall.log.close();
});

test('what is stopped while it waits for an answer ends with that', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const asked = new EventEmitter();
  const forwarder = new Forwarder({
    source: new Outbox(hall.log.database, machineTimers),
    line: {
      send: async () => {
        const [answer] = (await once(asked, 'answered')) as [UpstreamAway];
        throw answer;
      },
      configuration: () => Promise.resolve(),
      staff: () => Promise.resolve(),
    },
    // No pause ever ends by itself.
    timers: { after: () => () => undefined },
    ...{ now: () => hall.clock.now(), random: () => 0, waitsFor: [] },
    told: () => ({ at: hall.clock.now(), live: null }),
    onState: () => undefined,
  });
  const ended = forwarder.run();
  await expect.poll(() => asked.listenerCount('answered')).toBe(1);
  forwarder.stop();
  asked.emit('answered', new UpstreamAway('closed'));
  await ended;
  hall.close();
});

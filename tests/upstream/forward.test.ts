import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { StoredRow } from '../../chain/chain.js';
import { verifierKeyOf } from '../../chain/note.js';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { machineTimers } from '../../node/time.js';
import { rowsFrom } from '../../server/log/read.js';
import { signerIn } from '../../server/log/signer.js';
import {
  Forwarder,
  UpstreamAway,
  type ForwardState,
  type Reply,
} from '../../node/forward/forwarder.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import type { Database } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { newStore } from './template.js';
import { LoggedHall, scratch, takeTicket } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';

const store = scratch();
let database: Database;
let ingest: Ingest;
beforeAll(async () => {
  await newStore(join(store.path, 'store'));
  database = await openEmbedded(join(store.path, 'store'), machineTimers, (fault) => {
    throw fault;
  });
  await migrate(database);
  ingest = new Ingest(database, machineTimers);
}, 60_000);
afterAll(async () => {
  await database.close();
  store.remove();
});

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

/** What may befall a post on its way. */
type Mishap = 'none' | 'lost' | 'unanswered' | 'doubled';

let centres = 0;

/** A centre with a forwarder, and a line on which anything may happen. */
class Sending {
  readonly centreId = `c-${(centres += 1)}`;
  readonly states: ForwardState[] = [];
  readonly posts: EventsPost[] = [];
  readonly logKey: string;
  forwarder!: Forwarder;
  private running: Promise<void> | undefined;

  constructor(
    readonly hall: LoggedHall,
    directory: string,
    private readonly mishap: () => Mishap,
  ) {
    this.logKey = verifierKeyOf(signerIn(directory, 'hall'));
  }

  start(): void {
    this.forwarder = new Forwarder({
      source: new Outbox(this.hall.log.database),
      line: { send: (post) => this.send(post), configuration: () => Promise.resolve() },
      // Pauses are as short as a turn: what is tried again is tried at once.
      timers: { ...machineTimers, after: (_, run) => machineTimers.after(1, run) },
      now: () => this.hall.clock.now(),
      random: () => 0,
      told: () => ({ at: this.hall.clock.now(), live: null }),
      waitsFor: [],
      onState: (state) => void this.states.push(state),
    });
    this.running = this.forwarder.run();
  }

  async stop(): Promise<void> {
    this.forwarder.stop();
    await this.running;
  }

  private async send(post: EventsPost): Promise<Reply> {
    this.posts.push(post);
    const { centreId, logKey } = this;
    const arrived = { centreId, logKey, post, relayed: false, at: this.hall.clock.now() };
    const mishap = this.mishap();
    if (mishap === 'lost') throw new UpstreamAway('lost');
    if (mishap === 'doubled') void ingest.take(arrived);
    const { refused, stored } = await ingest.take(arrived);
    if (mishap === 'unanswered') throw new UpstreamAway('unanswered');
    if (refused !== null || stored === null) return { refused: refused ?? 'gap', stored };
    return { stored, nextAfterMs: 1, wanted: [] };
  }

  rows(): readonly StoredRow[] {
    return [...rowsFrom(this.hall.log.database)];
  }

  /** Until all that the log holds is there. */
  async arrived(): Promise<void> {
    const { seq } = this.rows().at(-1)!;
    for (let known = 0; known < seq;) {
      const [row] = await database.query<{ n: number }>(
        'SELECT count(*) AS n FROM event WHERE centre_id = $1',
        [this.centreId],
      );
      known = row?.n ?? 0;
    }
  }

  async expectEqual(): Promise<void> {
    const there = await database.query<{ seq: number; type: string; body: string; hash: string }>(
      `SELECT seq, type, body, encode(hash, 'hex') AS hash FROM event WHERE centre_id = $1
       ORDER BY seq`,
      [this.centreId],
    );
    const here = this.rows().map(({ seq, type, body, hash }) => ({
      ...{ seq, type, body: body.toString('utf8'), hash: hash.toString('hex') },
    }));
    expect(there).toEqual(here);
  }
}

test('whatever befalls the line, all rows arrive once, as they are', async () => {
  const random = seeded(7);
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const mishaps: readonly Mishap[] = ['none', 'lost', 'unanswered', 'doubled'];
  const sending = new Sending(hall, folder.path, () => mishaps[Math.floor(random() * 4)]!);
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
}, 60_000);

test('a centre that begins anew asks where the other end stands', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const sending = new Sending(hall, folder.path, () => 'none');
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
}, 60_000);

test('a log that lost its end sends nothing more, and says so', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const whole = new Sending(hall, folder.path, () => 'none');
  for (let n = 0; n < 20; n += 1) await hall.done(takeTicket);
  whole.start();
  await whole.arrived();
  await whole.stop();
  const { stream, hash } = whole.rows()[9]!;
  const outbox = {
    streams: () => [{ stream, seq: 10, ended: false }],
    lastOf: () => 10,
    hashAt: (_: string, seq: number) => whole.rows()[seq - 1]?.hash.toString('hex'),
    from: () => ({
      ...{ previous: hash.toString('hex'), head: hash.toString('hex'), events: [], notes: [] },
    }),
  };
  const shorter = {
    ...outbox,
    configuration: () => undefined,
    hashAt: (s: string, seq: number) => (seq > 10 ? undefined : outbox.hashAt(s, seq)),
  };
  const states: ForwardState[] = [];
  const forwarder = new Forwarder({
    source: shorter,
    line: {
      configuration: () => Promise.resolve(),
      send: async (post) => {
        const { centreId, logKey } = whole;
        const { stored } = await ingest.take({ centreId, logKey, post, relayed: false, at: 0 });
        return { stored: stored!, nextAfterMs: 1, wanted: [] };
      },
    },
    timers: machineTimers,
    now: () => 0,
    random: () => 0,
    told: () => ({ at: 0, live: null }),
    waitsFor: [],
    onState: (state) => void states.push(state),
  });
  await forwarder.run();
  expect(states).toEqual([{ is: 'stopped', why: 'behind' }]);
  hall.close();
}, 60_000);

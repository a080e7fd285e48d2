import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check, nothingOf, type Held } from '../../chain/check.js';
import { verifierKeyOf } from '../../chain/note.js';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { LOG_KEY } from '../../server/log/keys.js';
import { signerIn } from '../../server/log/signer.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { LoggedHall, scratch, takeTicket } from '../../tests/fixtures/log.js';
import { openStore, timers, type OpenStore } from '../../tests/upstream/opened.js';
import { AT, Sender } from '../../tests/upstream/sender.js';
import { keepCentre } from '../../upstream/centres/enrolment.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { StoredSource } from '../../upstream/relay/source.js';
import { machineTimers } from '../time.js';
import { Forwarder, type Reply } from './forwarder.js';
import type { Source } from './source.js';

const folder = scratch();
let store: OpenStore;
beforeAll(async () => {
  store = await openStore('embedded');
});
afterAll(async () => {
  await store.remove();
  folder.remove();
});

/** More than two posts hold. */
const CHECKPOINTS = 45;

/** What one end sends until it is live, and the checkpoints that held at the other. */
class Receiver {
  readonly notes = new Set<string>();
  /** Posts with a checkpoint that is not of this log's key. */
  wrong = 0;
  private held: Held | undefined;
  private readonly forwarder: Forwarder;
  /** What is done each time that all is there. */
  private whenLive: (() => Promise<void>)[] = [];

  constructor(
    source: Source,
    private readonly logKey: string,
  ) {
    this.forwarder = new Forwarder({
      ...{ source, timers, now: () => AT, random: () => 0, waitsFor: [] },
      told: () => ({ at: AT, live: null }),
      line: {
        send: (post) => Promise.resolve(this.take(post)),
        configuration: () => Promise.resolve(),
        staff: () => Promise.resolve(),
      },
      onState: ({ is }) => {
        if (is === 'live') void this.next();
      },
    });
  }

  /** Ends when all is there; once more after each that is done then. */
  async untilLive(...then: readonly (() => Promise<void>)[]): Promise<void> {
    this.whenLive = [...then];
    await this.forwarder.run();
  }

  private async next(): Promise<void> {
    const then = this.whenLive.shift();
    if (then === undefined) return this.forwarder.stop();
    await then();
    this.forwarder.look();
  }

  private take(post: EventsPost): Reply {
    this.held ??= nothingOf(post.stream);
    const verdict = check(post, this.held, this.logKey);
    if ('refused' in verdict) return { refused: verdict.refused, stored: null };
    if (verdict.wrongNote) this.wrong += 1;
    for (const { note } of verdict.notes) this.notes.add(note);
    this.held = verdict.held;
    const { seq, hash } = verdict.held;
    return { stored: { seq, hash: hash.toString('hex') }, nextAfterMs: 1, wanted: [] };
  }
}

test('all checkpoints of a backlog are passed on', async () => {
  const ingest = new Ingest(store.database, timers);
  const sender = new Sender('c-1');
  const made: string[] = [];
  for (let n = 0; n < CHECKPOINTS; n += 1) {
    sender.write(1 + (n % 3));
    made.push(sender.note());
    const from = sender.rows.length - (n % 3);
    await ingest.take(sender.arrived(sender.post(from, sender.rows.length, made.slice(-1))));
  }
  const receiver = new Receiver(new StoredSource(store.database, 'c-1'), sender.logKey);
  await receiver.untilLive();
  expect([...receiver.notes]).toEqual(made);
});

test('all checkpoints of a log that was alone for long are sent', async () => {
  const hall = await new LoggedHall({ directory: folder.path }).open();
  const { log, committer } = hall;
  const sign = log.database.transaction(() => log.checkpoints.write(committer.state.stream, AT));
  for (let n = 0; n < CHECKPOINTS; n += 1) {
    await hall.done(takeTicket);
    sign();
  }
  const made = log.database.prepare('SELECT note FROM checkpoint ORDER BY size').pluck().all();
  expect(made).toHaveLength(CHECKPOINTS);
  const logKey = verifierKeyOf(signerIn(folder.path, hall.centreId));
  const receiver = new Receiver(new Outbox(log.database, machineTimers), logKey);
  await receiver.untilLive();
  expect([...receiver.notes]).toEqual(made);
  hall.close();
});

test('after the key of a log was lost, its old checkpoints are nobody else’s above', async () => {
  const ingest = new Ingest(store.database, timers);
  const sender = new Sender('c-3');
  const send = async () => {
    sender.write(1);
    const note = sender.note();
    const end = sender.rows.length;
    await ingest.take(sender.arrived(sender.post(end, end, [note])));
    return note;
  };
  for (let n = 0; n < CHECKPOINTS; n += 1) await send();
  sender.loseKey();
  const { centreId, logKey } = sender;
  const about = { name: { ar: 'م', en: 'C' }, zone: 'Africa/Cairo', logKey };
  const place = { centreId, governorateId: 'x', relayed: false, now: AT };
  await keepCentre(store.database, about, place);
  const made = [await send(), await send()];
  const receiver = new Receiver(new StoredSource(store.database, centreId), logKey);
  await receiver.untilLive();
  expect([...receiver.notes]).toEqual(made);
  expect(receiver.wrong).toBe(0);
});

test('a log whose key was lost sends the checkpoints of the new one', async () => {
  const lost = scratch();
  const first = await new LoggedHall({ directory: lost.path }).open();
  const sign = ({ log, committer }: LoggedHall): void => {
    const { stream } = committer.state;
    log.database.transaction(() => log.checkpoints.write(stream, AT))();
  };
  await first.done(takeTicket);
  sign(first);
  first.close();
  rmSync(join(lost.path, LOG_KEY));
  signerIn(lost.path, first.centreId);
  const hall = await new LoggedHall({ directory: lost.path }).open();
  await hall.done(takeTicket);
  sign(hall);
  const all = hall.log.database.prepare('SELECT note FROM checkpoint ORDER BY size').pluck().all();
  const logKey = verifierKeyOf(signerIn(lost.path, hall.centreId));
  const receiver = new Receiver(new Outbox(hall.log.database, machineTimers, { logKey }), logKey);
  await receiver.untilLive();
  expect(all.length).toBeGreaterThan(1);
  expect([...receiver.notes]).toEqual(all.slice(-1));
  expect(receiver.wrong).toBe(0);
  hall.close();
  lost.remove();
});

test('a checkpoint of an end that was sent before goes with the next post', async () => {
  const ingest = new Ingest(store.database, timers);
  const sender = new Sender('c-2');
  sender.write(1);
  const made = [sender.note()];
  sender.write(1);
  await ingest.take(sender.arrived(sender.post(1, 2, made)));
  const receiver = new Receiver(new StoredSource(store.database, 'c-2'), sender.logKey);
  await receiver.untilLive(async () => {
    made.push(sender.note());
    sender.write(1);
    await ingest.take(sender.arrived(sender.post(3, 3, made.slice(-1))));
  });
  expect([...receiver.notes]).toEqual(made);
});

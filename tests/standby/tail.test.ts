import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Logged } from '../../core/events.js';
import { eventOf } from '../../chain/chain.js';
import { machineTime } from '../../node/time.js';
import { backup } from '../../server/log/backup.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { rowsFrom } from '../../server/log/read.js';
import { restore, SKIP_NUMBERS, type Restored } from '../../server/log/restore.js';
import { verify } from '../../server/log/verify.js';
import { projectors } from '../../server/projectors.js';
import { catchUpFrom } from '../../server/upstream/catchup.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { ownOf } from '../../server/upstream/own.js';
import { skipAfter, sourceOf } from '../../server/upstream/tail.js';
import { makeCode } from '../../upstream/centres/enrolment.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { openUpstream, type OpenUpstream } from '../upstream/running.js';

let above: OpenUpstream;
beforeAll(async () => (above = await openUpstream()));
afterAll(() => above.close());

let shelf = '';
let hall: Doors;
let said: string[] = [];
const way = () => ({ id: 'gov', url: above.url, ca: null, proxy: null });
const open = (data?: string): Promise<Doors> =>
  openDoors({
    ...{ upstreams: [way()], staff: false, timers: new HandTimers(100) },
    ...(data === undefined ? {} : { data }),
  });
const code = async (): Promise<string> => {
  const senderId = hall.centre.configuration().centre.id;
  const { database, now } = above.upstream;
  return (await makeCode(database, { senderId, governorateId: 'ismailia' }, now())).code;
};

beforeEach(async () => {
  shelf = mkdtempSync(join(tmpdir(), 'dawr-shelf-'));
  said = [];
  hall = await open();
  const { centre } = hall.centre.configuration();
  const place = { directory: hall.data, upstreamId: 'gov', way: way() };
  await enrol(place, ownOf(hall.data, centre), await code());
});
afterEach(async () => {
  await hall.close();
  rmSync(shelf, { recursive: true });
  for (const table of ['event', 'stream', 'alarm', 'centre', 'centre_key', 'enrolment']) {
    await above.upstream.database.query(`DELETE FROM ${table}`);
  }
});

const request = () => ({
  requestId: randomBytes(16).toString('hex'),
  sentAt: hall.centre.clock.now(),
  ...{ actor: 'k1', deviceId: 'k1' },
});
const takeTicket = () => {
  const services = [hall.centre.configuration().services[0]!.id];
  return { type: 'takeTicket', services, classId: '', language: 'ar' } as const;
};
const take = (asked = request()) => hall.centre.log.enqueue({ ...asked, command: takeTicket() });

const forwarded = async (): Promise<void> => {
  const { stream, seq } = hall.centre.log.state;
  const stored = () =>
    above.upstream.database.query('SELECT stored_seq FROM stream WHERE stream = $1', [stream]);
  await expect.poll(stored, { timeout: 15_000 }).toEqual([{ stored_seq: seq }]);
};

const tickets = (data = hall.data): Extract<Logged, { type: 'ticket.issued' }>[] => {
  const database = connect(join(data, LOG_FILE), { readonly: true });
  const issued = [...rowsFrom(database)].flatMap((row) => {
    const event = eventOf(row);
    return event.type === 'ticket.issued' ? [event] : [];
  });
  database.close();
  return issued;
};

const alarms = () => above.upstream.database.query<{ kind: string }>('SELECT kind FROM alarm');

/** The disk is lost with all on it; the newest backup is put in its place. */
const restored = async (alone = false, newCode: string | null = null): Promise<Restored> => {
  const { data } = hall;
  const { centre } = hall.centre.configuration();
  const catchUp = catchUpFrom({
    ...{ sources: alone ? [] : [sourceOf(way())], centre },
    enrolment: newCode === null ? null : { source: sourceOf(way()), code: newCode },
    say: (line) => void said.push(line),
  });
  const options = { directory: data, centreId: centre.id, time: machineTime, projectors, catchUp };
  return restore(options, join(shelf, 'backup'));
};
const loseDisk = async (): Promise<void> => {
  await hall.stop();
  rmSync(hall.data, { recursive: true });
};

test('[RESTORE-2] [RESTORE-3] what was forwarded after the backup is there again', async () => {
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  const asked = request();
  const first = await take(asked);
  for (let i = 0; i < 20; i += 1) await take();
  await forwarded();
  const before = tickets();
  const { stream, seq } = hall.centre.log.state;
  await loseDisk();

  const { previous, skip } = await restored();
  expect(previous).toMatchObject({ stream, seq });
  expect(skip).toBeLessThan(SKIP_NUMBERS);
  hall = await open(hall.data);
  expect(tickets()).toEqual(before);
  // Whoever asks again hears of the ticket that was given, from the events alone.
  const { sentAt: _, ...again } = asked;
  const answer = await hall.centre.log.enqueue({
    ...{ ...again, sentAt: hall.centre.clock.now() },
    command: takeTicket(),
  });
  const { done, ticketId, receipt } = first as Extract<typeof first, { done: true }>;
  expect(answer).toMatchObject({ done, ticketId, receipt: { label: receipt!.label } });
  expect(answer).toEqual(first);
  await take();
  const last = tickets().at(-1)!;
  expect(last.number).toBe(before.at(-1)!.number + skip + 1);
  expect(last.stream).not.toBe(stream);
  expect(verify(hall.centre.store.database, { projectors }).problems).toEqual([]);
  await forwarded();
  expect(await alarms()).toEqual([{ kind: 'restored' }]);
});

test('[RESTORE-2] also what a restored log had forwarded before it was lost again', async () => {
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  for (let i = 0; i < 3; i += 1) await take();
  await forwarded();
  await loseDisk();
  await restored();
  hall = await open(hall.data);
  for (let i = 0; i < 3; i += 1) await take();
  await forwarded();
  const before = tickets();
  await loseDisk();
  await restored();
  hall = await open(hall.data);
  expect(tickets()).toEqual(before);
  await take();
  const labels = tickets().map(({ number, seriesId }) => `${seriesId} ${number}`);
  expect(new Set(labels).size).toBe(8);
  await forwarded();
  expect(verify(hall.centre.store.database, { projectors })).toMatchObject({
    ...{ problems: [], streams: 3 },
  });
});

test('[RESTORE-2] a backup without the key for the upstream asks for a code', async () => {
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  await take();
  await forwarded();
  await loseDisk();
  rmSync(join(shelf, 'backup', 'keys', 'upstream-gov.pem'));
  await expect(restored()).rejects.toThrow('ask its operator for a code and give it as --code');
  const { previous } = await restored(false, await code());
  hall = await open(hall.data);
  expect(tickets()).toHaveLength(1);
  await take();
  await forwarded();
  expect(previous.seq).toBeGreaterThan(1);
});

test('[RESTORE-2] without an upstream a restore goes on as far as the backup does', async () => {
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  await take();
  await forwarded();
  await loseDisk();
  const { skip } = await restored(true);
  expect(skip).toBe(SKIP_NUMBERS);
  expect(said).toEqual([
    'nobody could be asked for what came after: it is lost, and series jump far ahead',
  ]);
  hall = await open(hall.data);
  expect(tickets()).toHaveLength(1);
});

test('[RESTORE-2] an upstream with no more than the backup knows nothing of later', async () => {
  await take();
  await forwarded();
  await hall.stop();
  hall = await openDoors({ data: hall.data, staff: false, timers: new HandTimers(100) });
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  await loseDisk();
  expect((await restored()).skip).toBe(SKIP_NUMBERS);
  expect(said).toEqual(['gov has no more than what was saved: what came after is lost']);
  hall = await open(hall.data);
});

test('[RESTORE-2] with all that the upstream has nothing is said to be lost', async () => {
  await take();
  await forwarded();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  await loseDisk();
  expect((await restored()).skip).toBeLessThan(SKIP_NUMBERS);
  expect(said).toEqual(['nothing was lost that gov has']);
  hall = await open(hall.data);
});

test('[RESTORE-4] a backup of another log than the one above is not restored', async () => {
  await take();
  await forwarded();
  await backup(hall.data, join(shelf, 'old'), { projectors });
  await hall.stop();
  // Two servers go on from one copy: only one of them is heard above.
  const clone = mkdtempSync(join(tmpdir(), 'dawr-clone-'));
  const { centre } = hall.centre.configuration();
  const options = { directory: clone, centreId: centre.id, time: machineTime, projectors };
  await restore(options, join(shelf, 'old'));
  await backup(clone, join(shelf, 'backup'), { projectors });
  rmSync(clone, { recursive: true });
  hall = await open(hall.data);
  await take();
  await forwarded();
  await loseDisk();
  await expect(restored()).rejects.toThrow(
    'The data centre gov holds another log of this centre than the one that is to be restored',
  );
  await restored(true);
  hall = await open(hall.data);
});

test('[RESTORE-4] events that somebody changed above are not believed', async () => {
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  for (let i = 0; i < 3; i += 1) await take();
  await forwarded();
  await loseDisk();
  await above.upstream.database.query("UPDATE event SET actor = 'x' WHERE type = 'ticket.issued'");
  await expect(restored()).rejects.toThrow('gives events of this centre that do not hold');
  await restored(true);
  hall = await open(hall.data);
});

/** Said of what a restored stream goes on from: itself, nothing, and what is no JSON. */
const SAID: readonly string[] = [
  `jsonb_set(body::jsonb, '{previousStream}', to_jsonb(stream))::text`,
  ...[`'{}'`, `'x'`],
];

test('[RESTORE-4] a stream that is said to follow nonsense is not followed', async () => {
  await take();
  await backup(hall.data, join(shelf, 'backup'), { projectors });
  await forwarded();
  await loseDisk();
  await restored();
  hall = await open(hall.data);
  await forwarded();
  await loseDisk();
  const { database } = above.upstream;
  for (const said of SAID) {
    await database.query(`UPDATE event SET body = ${said} WHERE type = 'log.restored'`);
    await expect(restored()).rejects.toThrow('holds another log of this centre');
  }
  await restored(true);
  hall = await open(hall.data);
});

test('[RESTORE-3] the jump grows with the time in which nobody knew the whole log', () => {
  const jumps = [0, 1_000, 60_000, 5 * 60_000, 60 * 60_000].map(skipAfter);
  expect(jumps).toEqual([20, 21, 40, 120, SKIP_NUMBERS]);
});

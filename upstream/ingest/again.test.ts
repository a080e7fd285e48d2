import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { timers } from '../../tests/upstream/opened.js';
import { AT, Sender } from '../../tests/upstream/sender.js';
import { STORES, type TestStore } from '../../tests/upstream/stores.js';
import { keepCentre } from '../centres/enrolment.js';
import { clerksOf } from '../read/names.js';
import { keepStaff } from '../centres/staff.js';
import { migrate } from '../store/schema.js';
import { Ingest } from './ingest.js';
import { watchSilence } from './silence.js';

/** Posts that somebody on the way has kept, and sends again. */

let store: TestStore;
let ingest: Ingest;
let centre: Sender;
let halls = 0;
beforeAll(async () => {
  store = await STORES.embedded();
  await migrate(store.database);
  ingest = new Ingest(store.database, timers);
});
afterAll(() => store.remove());

const ABOUT = { name: { ar: 'الأول', en: 'First' }, zone: 'Africa/Cairo' };

beforeEach(async () => {
  centre = new Sender(`c-${(halls += 1)}`);
  const { centreId, logKey } = centre;
  const place = { centreId, governorateId: 'x', relayed: false, now: AT };
  await keepCentre(store.database, { ...ABOUT, logKey }, place);
  for (let n = 0; n < 3; n += 1) centre.write(1);
});

const OPEN = { open: true, waiting: 3, serving: 1, counters: 2 };
const CLOSED = { ...OPEN, open: false, waiting: 0, serving: 0 };

/** A post that was written at one time and comes at another. */
const come = (post: EventsPost, { written, at = written }: { written: number; at?: number }) =>
  ingest.take({ ...centre.arrived({ ...post, at: written }), at });

const known = async () => {
  const [row] = await store.database.query(
    'SELECT heard_at, live, missing FROM centre WHERE centre_id = $1',
    [centre.centreId],
  );
  return row;
};

const open = async () => {
  const rows = await store.database.query<{ kind: string }>(
    'SELECT kind FROM alarm WHERE centre_id = $1 AND cleared_at IS NULL ORDER BY kind',
    [centre.centreId],
  );
  return rows.map(({ kind }) => kind);
};

test('an old word does not hide that a hall has fallen silent', async () => {
  await come({ ...centre.post(1), live: OPEN }, { written: AT });
  const beat = { ...centre.post(4), live: OPEN };
  await come(beat, { written: AT + MINUTE_MS });
  for (let minute = 2; minute < 17; minute += 1) {
    for (const post of [beat, { ...beat, live: CLOSED }, { ...centre.post(1), live: CLOSED }]) {
      await come(post, { written: AT + MINUTE_MS, at: AT + minute * MINUTE_MS });
    }
  }
  expect(await known()).toEqual({ heard_at: AT + MINUTE_MS, live: OPEN, missing: 0 });
  await watchSilence(store.database, AT + 17 * MINUTE_MS);
  // A post that is older than ten minutes shows itself, too.
  expect(await open()).toEqual(['clock', 'silent']);
});

test('of posts that come in one window the newest is heard, in whatever order', async () => {
  await come(centre.post(1), { written: AT });
  const beat = centre.post(4);
  await Promise.all([
    come({ ...beat, live: OPEN }, { written: AT + 2, at: AT + 5 }),
    come({ ...beat, live: CLOSED }, { written: AT + 1, at: AT + 5 }),
  ]);
  expect(await known()).toMatchObject({ live: OPEN });
});

test('a centre whose clock was set back is heard with its next event', async () => {
  await come({ ...centre.post(1), live: CLOSED }, { written: AT + HOUR_MS, at: AT });
  await come({ ...centre.post(4), live: OPEN }, { written: AT + 1 });
  expect(await known()).toMatchObject({ live: CLOSED });
  centre.write(1);
  await come({ ...centre.post(4), live: OPEN }, { written: AT + 2 });
  expect(await known()).toEqual({ heard_at: AT + 2, live: OPEN, missing: 0 });
  await come({ ...centre.post(5), live: CLOSED }, { written: AT + 3 });
  expect(await known()).toEqual({ heard_at: AT + 3, live: CLOSED, missing: 0 });
});

test('a data centre below tells again what it heard last, and nothing older', async () => {
  const relayed = (post: EventsPost, written: number) =>
    ingest.take({ ...centre.arrived({ ...post, at: written }), relayed: true, at: AT + HOUR_MS });
  await relayed({ ...centre.post(1), last: 9 }, AT + 2);
  expect(await known()).toMatchObject({ heard_at: AT + 2, missing: 6 });
  await relayed(centre.post(4), AT + 2);
  expect(await known()).toMatchObject({ heard_at: AT + 2, missing: 0 });
  await relayed({ ...centre.post(4), live: OPEN }, AT + 1);
  expect(await known()).toEqual({ heard_at: AT + 2, live: null, missing: 0 });
});

test('names that were told before come not back', async () => {
  const { database } = store;
  const tell = (names: Record<string, string>, at: number) =>
    keepStaff(database, centre.centreId, { names, at });
  const names = () => clerksOf(database, centre.centreId);
  await come(centre.post(1), { written: AT + 1 });
  await tell({ c1: 'Mona' }, AT + 1);
  expect(await names()).toEqual({ c1: 'Mona' });
  await come(centre.post(4), { written: AT + 2 });
  await tell({}, AT + 2);
  await tell({ c1: 'Mona' }, AT + 1);
  expect(await names()).toEqual({});
});

test('what a data centre below told of a centre before does not come back', async () => {
  const { database } = store;
  const { centreId, logKey } = new Sender('c-below');
  const tell = (en: string, now: number) => {
    const about = { ...ABOUT, name: { ...ABOUT.name, en }, logKey };
    return keepCentre(database, about, { centreId, governorateId: 'x', relayed: true, now });
  };
  const name = () => database.query('SELECT name_en FROM centre WHERE centre_id = $1', [centreId]);
  await tell('Old', AT);
  await tell('New', AT + 1);
  await tell('Old', AT);
  expect(await name()).toEqual([{ name_en: 'New' }]);
  await tell('Newer', AT + 1);
  expect(await name()).toEqual([{ name_en: 'Newer' }]);
});

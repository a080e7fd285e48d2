import { machineTime, machineTimers } from '../../../node/time.js';
import { demoSettings, DEMO_PLACE } from '../../../server/demo.js';
import { Projector } from '../../../upstream/facts/projector.js';
import { Ingest } from '../../../upstream/ingest/ingest.js';
import type { Database } from '../../../upstream/store/database.js';
import { openPostgres } from '../../../upstream/store/postgres.js';
import { migrate } from '../../../upstream/store/schema.js';
import { dayTemplate } from '../measure.js';
import { daysUpTo, streamOf } from '../posts.js';
import type { Section } from '../../bench/report.js';
import { centreIds, enrolAll, enrolledOf, signerOf } from './fleet.js';
import { endTelling, prepareTelling, tellMonth, TOLD, type Year } from './past.js';
import { readPages } from './pages.js';
import { storageOf } from './storage.js';
import { verifierKeyOf } from '../../../chain/note.js';
import type { World } from './world.js';

const CENTRES_MAX = 700;
const DAYS = 365;
/** 192 legs a day, which make 49 million. */
const DAY = { counters: 4, load: 0.82, hours: 8 };
/** Months that are told at a time. */
const AT_ONCE = 2;
/** Days between the told day and the first that it is told on: never in one month with it. */
const APART_DAYS = 40;

/** The facts of one centre's day, by the door of events and the projector. */
const makeTold = async (database: Database, date: string): Promise<void> => {
  const template = await dayTemplate(DAY);
  const signer = signerOf(TOLD);
  const ingest = new Ingest(database, machineTimers);
  for (const post of template.posts({ centreId: TOLD, dates: [date], size: 500, signer })) {
    const logKey = verifierKeyOf(signer);
    const arrived = { centreId: TOLD, logKey, post, relayed: false, at: post.at };
    const { refused } = await ingest.take(arrived);
    if (refused !== null) throw new Error(`the told day was refused: ${refused}`);
  }
  const faults: unknown[] = [];
  const projector = new Projector(database, {
    ...{ timers: machineTimers, now: machineTime.wall },
    onFault: (fault) => void faults.push(fault),
  });
  await projector.catchUp();
  await projector.stop();
  if (faults.length > 0) throw new Error(`the told day has no facts: ${String(faults[0])}`);
};

/** The configuration by which the told day went, for each centre. */
const giveConfigurations = async (database: Database): Promise<void> => {
  const { configuration } = await demoSettings(DEMO_PLACE);
  await database.query(
    `INSERT INTO configuration (centre_id, hash, body, received_at)
     SELECT c.centre_id, t.configuration, $1, 0 FROM told_centre AS c, told_service_day AS t`,
    [JSON.stringify(configuration)],
  );
};

const tell = async (database: Database, year: Year, say: World['say']): Promise<void> => {
  const months = [...new Set(year.dates.map((date) => date.slice(0, 7)))];
  const left = [...months];
  const work = async (): Promise<void> => {
    for (let month = left.shift(); month !== undefined; month = left.shift()) {
      const own = month;
      const began = performance.now();
      await database.transaction((queries) => tellMonth(queries, own, year));
      say(`${own}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
};

/** A year of 700 centres in the tables of facts and roll-ups, and what reading it takes. */
export const year = async (world: World): Promise<readonly Section[]> => {
  const { server, legs, say } = world;
  const count = Math.min(CENTRES_MAX, world.centres);
  if (server === null) throw new Error('the year is told on PostgreSQL alone');
  const url = await server.database('year');
  const database = await openPostgres(url, (fault) => say(String(fault)));
  try {
    await migrate(database);
    const now = machineTime.wall();
    const all = daysUpTo(now, DAYS + APART_DAYS);
    await makeTold(database, all[0]!);
    const [one] = await database.query<{ legs: number }>('SELECT count(*) AS legs FROM leg');
    const perDay = count * one!.legs;
    const days = Math.min(DAYS, Math.ceil(legs / perDay));
    const past: Year = { dates: all.slice(-days), told: all[0]! };
    const centres = centreIds('centre', count);
    await enrolAll(database, enrolledOf(centres));
    await prepareTelling(
      database,
      centres.map((centreId) => ({ centreId, stream: streamOf(centreId) })),
    );
    await giveConfigurations(database);
    const told = (days * perDay) / 1e6;
    say(`telling ${told.toFixed(1)} million legs: ${count} centres, ${days} days …`);
    const began = performance.now();
    await tell(database, past, say);
    await endTelling(database, past);
    await database.query('ANALYZE');
    await database.query('CHECKPOINT');
    say(`told in ${((performance.now() - began) / 60_000).toFixed(1)} min`);
    const stored = await storageOf(database, 'Storage of a year of facts', { events: 0 });
    return [stored, ...(await readPages(world, { database, url, year: past, centres }))];
  } finally {
    await database.close();
  }
};

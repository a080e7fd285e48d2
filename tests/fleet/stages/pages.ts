import { machineTime } from '../../../node/time.js';
import { raise } from '../../../upstream/ingest/alarms.js';
import { readAlarms } from '../../../upstream/read/alarms.js';
import { readCentre } from '../../../upstream/read/centre.js';
import { legsCsv } from '../../../upstream/read/csv.js';
import { readFleet } from '../../../upstream/read/fleet.js';
import type { Database } from '../../../upstream/store/database.js';
import { percentile, round, times } from '../../bench/figures.js';
import { atMost, type Aim, type Row, type Section } from '../../bench/report.js';
import { randomOf } from '../../play/random.js';
import { BUSY_DAY, dayTemplate } from '../measure.js';
import { daysUpTo } from '../posts.js';
import { centreIds, governorateOf, sealed, signerOf, type Sealed } from './fleet.js';
import { drain, Lines } from './load.js';
import { hasSessions, type Year } from './past.js';
import { Receiver } from './receiver.js';
import type { World } from './world.js';

const ALARMS = 500;
const PAGE_MS_MAX = 500;
/** Centres that send while pages are read, and how many days of theirs are still to come. */
const BUSY = { centres: 40, days: 2 };

interface Stand {
  readonly database: Database;
  readonly url: string;
  readonly year: Year;
  readonly centres: readonly string[];
}

type Read = () => Promise<unknown>;

/** The three pages as the door gives them: read, and written as JSON. */
const pagesOf = ({ database, year, centres }: Stand): Readonly<Record<string, Read>> => {
  const random = randomOf(7);
  const now = machineTime.wall();
  const days = year.dates.filter((_, index) => hasSessions(index));
  return {
    'all centres': () => readFleet(database, { scope: null, now }),
    'one centre, any day': async () => {
      const [centreId, day] = [random.pick(centres), random.pick(days)];
      const answer = await readCentre(database, { scope: null, centreId, day, now });
      if ((answer?.report ?? null) === null) throw new Error(`${centreId} has no report of ${day}`);
      return answer;
    },
    alarms: () => readAlarms(database, { scope: null, centreId: null, now }),
  };
};

const timesOf = async (read: Read, count: number): Promise<number[]> => {
  const ms: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const began = performance.now();
    JSON.stringify(await read());
    ms.push(performance.now() - began);
  }
  return ms;
};

const measured = async (
  stand: Stand,
  { reads, when }: { readonly reads: number; readonly when: string },
): Promise<{ readonly rows: readonly Row[]; readonly aims: readonly Aim[] }> => {
  const [rows, aims]: [Row[], Aim[]] = [[], []];
  for (const [page, read] of Object.entries(pagesOf(stand))) {
    const ms = await timesOf(read, reads);
    rows.push({ page, when, ...times('read', ms) });
    aims.push(atMost(`${page}, ${when}: p95 ms`, percentile(ms, 0.95), PAGE_MS_MAX));
  }
  return { rows, aims };
};

const ringAlarms = async ({ database, centres }: Stand): Promise<void> => {
  for (let n = 0; n < ALARMS; n += 1) {
    const centreId = centres[n % centres.length]!;
    await raise(database, { centreId, kind: 'silent', stream: '', seq: n, at: n });
  }
};

/** The same reads while a receiver with its projector takes in what other centres send. */
const whileBusy = async (world: World, stand: Stand): Promise<Section> => {
  const { reads, say } = world;
  const template = await dayTemplate(BUSY_DAY);
  const senders = centreIds('busy', Math.min(BUSY.centres, world.centres));
  const receiver = await Receiver.open({ databaseUrl: stand.url, facts: true });
  await receiver.enrol(senders);
  const dates = daysUpTo(machineTime.wall(), BUSY.days);
  const logs = senders.map((centreId): Sealed[] => {
    const telling = { centreId, dates, size: 15, signer: signerOf(centreId) };
    return [...template.posts(telling)].map((post) => sealed(centreId, post));
  });
  const lines = new Lines(receiver.url, senders.length);
  let reading = true;
  const sending = drain(lines, logs, () => !reading);
  const { rows, aims } = await measured(stand, { reads, when: 'while centres send' });
  reading = false;
  const { events, posts, ms } = await sending;
  say(`meanwhile ${events} events came`);
  await lines.close();
  await receiver.close();
  return {
    title: 'Pages while centres send',
    notes: [
      `${round((1000 * events) / ms)} events/s and ${round((1000 * posts) / ms)} posts/s came ` +
        'from other centres meanwhile, with their facts made',
    ],
    rows,
    aims,
  };
};

/** One month of one governorate, and what the process grew to. */
const exported = async ({ database, year }: Stand): Promise<Section> => {
  const [from, to] = [year.dates.at(-30) ?? year.dates[0]!, year.dates.at(-1)!];
  const before = process.memoryUsage.rss();
  let [most, bytes, lines] = [before, 0, -1];
  const began = performance.now();
  for await (const chunk of legsCsv(database, {
    ...{ scope: [governorateOf(0)], centreId: null, from, to },
  })) {
    bytes += Buffer.byteLength(chunk);
    lines += chunk.split('\n').length - 1;
    most = Math.max(most, process.memoryUsage.rss());
  }
  const ms = performance.now() - began;
  return {
    title: 'Legs of a month of one governorate as CSV',
    notes: [],
    rows: [
      {
        rows: lines,
        MB: round(bytes / 1e6),
        'rows/s': Math.round((1000 * lines) / ms),
        'memory grown, MB': round((most - before) / 1e6),
      },
    ],
    aims: [],
  };
};

/** What the pages take over a told year. */
export const readPages = async (world: World, stand: Stand): Promise<readonly Section[]> => {
  const { reads, say } = world;
  await ringAlarms(stand);
  say('reading pages …');
  const alone = await measured(stand, { reads, when: 'alone' });
  const pages: Section = {
    title: 'Pages over a year',
    notes: [`${reads} reads of each, one after the other; ${ALARMS} open alarms`],
    ...alone,
  };
  say('writing CSV …');
  const csv = await exported(stand);
  say('reading pages while centres send …');
  return [pages, csv, await whileBusy(world, stand)];
};

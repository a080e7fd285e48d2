import { cpSync, realpathSync } from 'node:fs';
import { newStore } from '../upstream/template.js';
import { join } from 'node:path';
import { machineTimers } from '../../node/time.js';
import { programOf } from '../../node/place.js';
import type { Database } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { scratch } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';
import { confirmedIn, lostOf } from '../upstream/kept.js';
import { wholeness } from '../upstream/wholeness.js';
import { CutDisk, REMAINDERS, type Operation } from './history.js';
import type { CutReport } from './powercut.js';
import { recorded } from './recorded.js';

const KEEPER = programOf('tests/upstream/keeper.js');
const STORE = 'store';
const LINES = 'lines';

const open = (path: string): Promise<Database> =>
  openEmbedded(path, machineTimers, (fault) => {
    throw fault;
  });

/** A store that was made and closed long before: all of it is on the disk. */
const makeBase = async (path: string): Promise<void> => {
  await newStore(join(path, STORE));
  const database = await open(join(path, STORE));
  await migrate(database);
  await database.close();
};

/** As many rows by the tables as by their keys. */
const countsOf = async (database: Database): Promise<string[]> => {
  const count = async (off: string, on: string): Promise<number> => {
    await database.query(`SET ${off} = off`);
    await database.query(`SET ${on} = on`);
    const [row] = await database.query<{ n: number }>(
      `SELECT count(*) AS n FROM event WHERE centre_id > ''`,
    );
    return row!.n;
  };
  const byKey = await count('enable_seqscan', 'enable_indexonlyscan');
  const byTable = await count('enable_indexonlyscan', 'enable_seqscan');
  return byKey === byTable ? [] : [`${byTable} rows, and ${byKey} by their key`];
};

/** What is wrong with a store after a cut, given what had been confirmed by then. */
const look = async (
  path: string,
  confirmed: readonly string[],
): Promise<[lost: string[], broken: string[]]> => {
  let database;
  try {
    database = await open(path);
  } catch (error) {
    return [[], [`it does not open: ${error instanceof Error ? error.message : 'unknown'}`]];
  }
  try {
    const { problems, hashes } = await wholeness(database);
    return [lostOf(confirmed, hashes), [...problems, ...(await countsOf(database))]];
  } catch (error) {
    return [[], [`it cannot be read: ${error instanceof Error ? error.message : 'unknown'}`]];
  } finally {
    await database.close();
  }
};

export interface StoreCuts {
  /** `shipped`: PGlite as it comes, without a flush. */
  readonly how: 'durable' | 'shipped';
  readonly cuts: number;
  readonly posts: number;
  readonly seed: number;
}

/** What was done to a disk before a cut; returns what had been confirmed. */
const playOn = (disk: CutDisk, before: readonly Operation[]): string[] => {
  const told: Buffer[] = [];
  for (const operation of before) {
    if (operation.path !== LINES) disk.take(operation);
    else if (operation.kind === 'W') told.push(operation.data);
  }
  return confirmedIn(Buffer.concat(told).toString('utf8'));
};

/** Cuts the power at random moments while posts are taken in; each time all must be there. */
export const storeCuts = async ({ how, cuts, posts, seed }: StoreCuts): Promise<CutReport> => {
  const folder = scratch();
  const base = join(folder.path, 'base');
  await makeBase(base);
  const disk = join(folder.path, 'disk');
  cpSync(base, disk, { recursive: true });
  const below = realpathSync(disk);
  const args = [join(below, STORE), join(below, LINES), String(posts), how];
  const history = recorded({ below, program: KEEPER, args, finished: 'finished' });
  const random = seeded(seed);
  const first = history.findIndex(({ path }) => path === LINES);
  const problems: string[] = [];
  let [lost, broken] = [0, 0];
  for (let i = 0; i < cuts; i++) {
    const moment = first + 1 + Math.floor(random() * (history.length - first));
    const remainder = REMAINDERS[i % REMAINDERS.length]!;
    const place = scratch();
    cpSync(base, place.path, { recursive: true });
    const left = new CutDisk(place.path, random);
    const confirmed = playOn(left, history.slice(0, moment));
    left.cut(remainder);
    const [losses, breaks] = await look(join(place.path, STORE), confirmed);
    if (losses.length > 0) lost += 1;
    if (breaks.length > 0) broken += 1;
    const where = `cut ${i} at ${moment}, leaving ${remainder}, ${confirmed.length} confirmed`;
    problems.push(...[...losses, ...breaks].slice(0, 3).map((what) => `${where}: ${what}`));
    place.remove();
  }
  folder.remove();
  const flushes = history.filter(({ kind }) => kind === 'S').length;
  return { operations: history.length, flushes, cuts, lost, broken, problems };
};

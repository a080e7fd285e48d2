import { cpSync, realpathSync } from 'node:fs';
import { newStore } from '../upstream/template.js';
import { join } from 'node:path';
import { machineTimers } from '../../node/time.js';
import { programOf } from '../../node/place.js';
import type { Database } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { scratch } from '../fixtures/log.js';
import { confirmedIn, lostOf } from '../upstream/kept.js';
import { wholeness } from '../upstream/wholeness.js';
import { cutAtRandom, type CutReport, type Losses } from './cuts.js';
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
const look = async (path: string, told: string): Promise<Losses> => {
  let database;
  try {
    database = await open(join(path, STORE));
  } catch (error) {
    return [[], [`it does not open: ${error instanceof Error ? error.message : 'unknown'}`]];
  }
  try {
    const { problems, hashes } = await wholeness(database);
    return [lostOf(confirmedIn(told), hashes), [...problems, ...(await countsOf(database))]];
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
  const begin = (path: string): void => cpSync(base, path, { recursive: true });
  const report = await cutAtRandom({ history, lines: LINES, cuts, seed, begin, look });
  folder.remove();
  return report;
};

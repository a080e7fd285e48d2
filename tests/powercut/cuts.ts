import { scratch } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';
import { CutDisk, REMAINDERS, type Operation } from './history.js';

export interface CutReport {
  readonly operations: number;
  readonly flushes: number;
  readonly cuts: number;
  /** Cuts after which something that was told to be kept is not there, or is another. */
  readonly lost: number;
  /** Cuts after which what is left could not be opened or is not sound. */
  readonly broken: number;
  readonly problems: readonly string[];
}

/** What is wrong after a cut, in words. */
export type Losses = [lost: string[], broken: string[]];

export interface Cutting {
  /** Everything that a program did to its files. */
  readonly history: readonly Operation[];
  /** The file in which it told what is kept, which is no part of its disk. */
  readonly lines: string;
  readonly cuts: number;
  readonly seed: number;
  /** Puts into a folder what was on the disk before. */
  readonly begin: (path: string) => void;
  /** Looks at what a cut left, given what had been told by then. */
  readonly look: (path: string, told: string) => Losses | Promise<Losses>;
}

/** Cuts the power at random moments of one recorded run, after the first thing was told. */
export const cutAtRandom = async (cutting: Cutting): Promise<CutReport> => {
  const { history, lines, cuts, seed } = cutting;
  const random = seeded(seed);
  const first = history.findIndex(({ path }) => path === lines);
  const problems: string[] = [];
  let [lost, broken] = [0, 0];
  for (let i = 0; i < cuts; i++) {
    const moment = first + 1 + Math.floor(random() * (history.length - first));
    const remainder = REMAINDERS[i % REMAINDERS.length]!;
    const place = scratch();
    cutting.begin(place.path);
    const disk = new CutDisk(place.path, random);
    const told: Buffer[] = [];
    for (const operation of history.slice(0, moment)) {
      if (operation.path !== lines) disk.take(operation);
      else if (operation.kind === 'W') told.push(operation.data);
    }
    disk.cut(remainder);
    const [losses, breaks] = await cutting.look(place.path, Buffer.concat(told).toString('utf8'));
    if (losses.length > 0) lost += 1;
    if (breaks.length > 0) broken += 1;
    const where = `cut ${i} at ${moment}, leaving ${remainder}`;
    problems.push(...[...losses, ...breaks].slice(0, 3).map((what) => `${where}: ${what}`));
    place.remove();
  }
  const flushes = history.filter(({ kind }) => kind === 'S').length;
  return { operations: history.length, flushes, cuts, lost, broken, problems };
};

import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { programOf } from '../../node/place.js';
import { verify } from '../../server/log/verify.js';
import { OpenCopy } from '../../server/standby/copy.js';
import { scratch } from '../fixtures/log.js';
import { confirmedIn } from '../upstream/kept.js';
import { cutAtRandom, type CutReport, type Losses } from './cuts.js';
import { recorded } from './recorded.js';

const FOLLOWER = programOf('tests/standby/follower.js');
const COPY = 'copy';
const LINES = 'lines';

/** What is wrong with a copy after a cut, given what its server had been told. */
const look = (path: string, told: string): Losses => {
  let kept;
  try {
    kept = new OpenCopy(join(path, COPY));
  } catch (error) {
    return [[], [`it does not open: ${error instanceof Error ? error.message : 'unknown'}`]];
  }
  const lost = confirmedIn(told).flatMap((line) => {
    const [stream = '', seq = '', hash] = line.split(' ');
    const isThere = kept.copy.hashAt(stream, Number(seq)) === hash;
    return isThere ? [] : [`${stream}:${seq} was confirmed, and is not there`];
  });
  const { problems } = verify(kept.database);
  const broken = [...problems, ...(kept.hasKeys ? [] : ['the keys are not there'])];
  kept.release();
  return [lost, broken];
};

export interface CopyCuts {
  /** How SQLite syncs: `full` is the product's. */
  readonly sync: 'full' | 'normal';
  readonly cuts: number;
  readonly groups: number;
  readonly seed: number;
}

/** Cuts the power of a standby that follows; each time its copy must be whole. */
export const copyCuts = async ({ sync, cuts, groups, seed }: CopyCuts): Promise<CutReport> => {
  const folder = scratch();
  try {
    const disk = join(folder.path, 'disk');
    mkdirSync(join(disk, COPY), { recursive: true });
    const below = realpathSync(disk);
    const args = [join(below, COPY), join(below, LINES), String(groups), sync];
    const history = recorded({ below, program: FOLLOWER, args, finished: 'finished' });
    const begin = (path: string): void => mkdirSync(join(path, COPY));
    return await cutAtRandom({ history, lines: LINES, cuts, seed, begin, look });
  } finally {
    folder.remove();
  }
};

import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { programOf } from '../../node/place.js';
import { verify } from '../../server/log/verify.js';
import { LoggedHall, scratch } from '../fixtures/log.js';
import { answersIn, contradictions, disorder } from '../torture/kill.js';
import { cutAtRandom, type CutReport, type Losses } from './cuts.js';
import type { Operation } from './history.js';
import { recorded } from './recorded.js';

const WRITER = programOf('tests/torture/writer.js');
const CENTRE = 'centre';
const ANSWERS = 'answers';

const record = (folder: string, sync: 'full' | 'normal', groups: number): Operation[] => {
  const disk = join(folder, 'disk');
  mkdirSync(join(disk, CENTRE), { recursive: true });
  const below = realpathSync(disk);
  const args = [join(below, CENTRE), join(below, ANSWERS), 'r', String(groups), sync];
  return recorded({ below, program: WRITER, args, finished: join(CENTRE, 'finished') });
};

/** What is wrong with a log after a cut, given what had been answered by then. */
const look = (path: string, told: string): Losses => {
  let hall;
  try {
    hall = new LoggedHall({ directory: join(path, CENTRE) });
  } catch (error) {
    return [[], [`it does not open: ${error instanceof Error ? error.message : 'unknown'}`]];
  }
  const lost = contradictions(hall, answersIn(told));
  const broken = [...disorder(hall), ...verify(hall.log.database).problems];
  hall.close();
  return [lost, broken];
};

/** Cuts the power at random moments of one recorded run; each time the log must be whole. */
export const powerCuts = async (
  sync: 'full' | 'normal',
  cuts: number,
  { seed, groups }: { readonly seed: number; readonly groups: number },
): Promise<CutReport> => {
  const folder = scratch();
  try {
    const history = record(folder.path, sync, groups);
    const begin = (path: string): void => mkdirSync(join(path, CENTRE));
    return await cutAtRandom({ history, lines: ANSWERS, cuts, seed, begin, look });
  } finally {
    folder.remove();
  }
};

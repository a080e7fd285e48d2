import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../core/protocol/wire.js';
import { verify } from '../../server/log/verify.js';
import { LoggedHall, scratch } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';
import { answersIn, contradictions, disorder } from '../torture/kill.js';
import { CutDisk, REMAINDERS, type Operation } from './history.js';
import { recorded } from './recorded.js';

const WRITER = fileURLToPath(new URL('../../build/tests/torture/writer.js', import.meta.url));
const CENTRE = 'centre';
const ANSWERS = 'answers';

const record = (folder: string, sync: 'full' | 'normal', groups: number): Operation[] => {
  const disk = join(folder, 'disk');
  mkdirSync(join(disk, CENTRE), { recursive: true });
  const below = realpathSync(disk);
  const args = [join(below, CENTRE), join(below, ANSWERS), 'r', String(groups), sync];
  return recorded({ below, program: WRITER, args, finished: join(CENTRE, 'finished') });
};

export interface CutReport {
  readonly operations: number;
  readonly flushes: number;
  readonly cuts: number;
  /** Cuts after which an answer that was given is not in the log, or another is. */
  readonly lost: number;
  /** Cuts after which the log could not be opened or is not sound. */
  readonly broken: number;
  readonly problems: readonly string[];
}

/** What is wrong with a directory after a cut, given what had been answered by then. */
const look = (
  directory: string,
  answers: Map<string, Answer>,
): [lost: string[], broken: string[]] => {
  let hall;
  try {
    hall = new LoggedHall({ directory });
  } catch (error) {
    return [[], [`it does not open: ${error instanceof Error ? error.message : 'unknown'}`]];
  }
  const lost = contradictions(hall, answers);
  const broken = [...disorder(hall), ...verify(hall.log.database).problems];
  hall.close();
  return [lost, broken];
};

/** Cuts the power at random moments of one recorded run; each time the log must be whole. */
export const powerCuts = (
  sync: 'full' | 'normal',
  cuts: number,
  { seed, groups }: { readonly seed: number; readonly groups: number },
): CutReport => {
  const folder = scratch();
  const history = record(folder.path, sync, groups);
  const random = seeded(seed);
  const first = history.findIndex(({ path }) => path === ANSWERS);
  const problems: string[] = [];
  let [lost, broken] = [0, 0];
  for (let i = 0; i < cuts; i++) {
    const moment = first + 1 + Math.floor(random() * (history.length - first));
    const remainder = REMAINDERS[i % REMAINDERS.length]!;
    const place = scratch();
    mkdirSync(join(place.path, CENTRE));
    const disk = new CutDisk(place.path, random);
    const told: Buffer[] = [];
    for (const operation of history.slice(0, moment)) {
      if (operation.path !== ANSWERS) disk.take(operation);
      else if (operation.kind === 'W') told.push(operation.data);
    }
    disk.cut(remainder);
    const answers = answersIn(Buffer.concat(told).toString('utf8'));
    const [losses, breaks] = look(join(place.path, CENTRE), answers);
    if (losses.length > 0) lost += 1;
    if (breaks.length > 0) broken += 1;
    const where = `cut ${i} at ${moment}, leaving ${remainder}`;
    problems.push(...[...losses, ...breaks].slice(0, 3).map((what) => `${where}: ${what}`));
    place.remove();
  }
  folder.remove();
  const flushes = history.filter(({ kind }) => kind === 'S').length;
  return { operations: history.length, flushes, cuts, lost, broken, problems };
};

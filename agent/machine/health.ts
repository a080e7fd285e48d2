import { join } from 'node:path';
import type { MachineAnswer } from '../../core/protocol/machines.js';
import { sleep, type Clock } from '../clock.js';
import { noted, writeDurably } from './disk.js';
import { ServerAway, type Office } from './office.js';
import { isActive, type RunProgram } from './programs.js';
import type { MachineSettings, Places } from './settings.js';
import { outcomeOf, type Health } from './update.js';

/** So many looks in a row find a part away before it is started again: a minute and a half. */
export const LOOKS_MAX = 3;
/** After a switch of releases: good so many times in a row, within so many looks. */
const GOOD_LOOKS = 4;
const TRIAL_LOOKS_MAX = 30;
const TRIAL_LOOK_MS = 4_000;
const HEALTH_MS_MAX = 5_000;

/** What is asked to learn how a machine does. */
export interface HealthParts {
  readonly places: Places;
  readonly machine: MachineSettings;
  /** `undefined` while the agent is not enrolled. */
  readonly office: Office | undefined;
  readonly run: RunProgram;
  readonly clock: Clock;
  say(line: string): void;
}

/** The units that do not do their work; those of which nobody can tell are not among them. */
export interface Look {
  readonly away: readonly string[];
  /** Whether the server said how it sees this machine. */
  readonly isTold: boolean;
}

const serverAnswers = async ({ machine }: HealthParts): Promise<boolean> => {
  try {
    const signal = AbortSignal.timeout(HEALTH_MS_MAX);
    const response = await fetch(`${machine.server}/health`, { signal });
    await response.body?.cancel();
    return response.ok;
  } catch {
    // Whatever the reason: the caller counts how often in a row.
    return false;
  }
};

const tell = async ({
  machine,
  office,
  places,
}: HealthParts): Promise<MachineAnswer | undefined> => {
  const { agent, name, page } = machine;
  if (office === undefined || agent === null) return undefined;
  try {
    return await office.tell({
      deviceId: agent,
      name,
      page: page?.id ?? null,
      ...outcomeOf(places),
    });
  } catch (error) {
    if (error instanceof ServerAway) return undefined;
    throw error;
  }
};

/** Tells the server of this machine, and looks at every part of it. */
const look = async (parts: HealthParts): Promise<Look> => {
  const { machine, run } = parts;
  const answer = await tell(parts);
  const away: string[] = [];
  for (const unit of machine.units) if (!(await isActive(run, unit))) away.push(unit);
  if (machine.runsServer && !(await serverAnswers(parts))) away.push('dawr-server.service');
  if (answer?.agent === false) away.push('dawr-agent.service');
  if (answer?.page === false) away.push('dawr-page.service');
  return { away: [...new Set(away)], isTold: answer !== undefined };
};

type Counts = Readonly<Record<string, number>>;
const isCounts = (value: unknown): value is Counts => typeof value === 'object' && value !== null;

/**
 * Looks once, as a timer has it, and starts again what was away too often in a row. Gives the units
 * that it started again.
 */
export const watch = async (parts: HealthParts): Promise<readonly string[]> => {
  const { places, run, say } = parts;
  const file = join(places.state, 'away.json');
  const before = noted(file, isCounts) ?? {};
  const { away } = await look(parts);
  const counts = away.map((unit) => [unit, (before[unit] ?? 0) + 1] as const);
  const over = counts.filter(([, count]) => count >= LOOKS_MAX).map(([unit]) => unit);
  writeDurably(
    file,
    JSON.stringify(Object.fromEntries(counts.filter(([unit]) => !over.includes(unit)))),
  );
  for (const unit of over) {
    say(`${unit} was away ${LOOKS_MAX} times in a row: it is started again`);
    await run('systemctl', 'restart', unit);
  }
  return over;
};

/**
 * How a machine does its work with a release that it has just gone to, as its server sees it.
 * `unseen`: nothing is wrong that the machine could see by itself, and its server, on another
 * machine, did not say a word of it.
 */
export const healthAfterSwitch = async (parts: HealthParts): Promise<Health> => {
  let good = 0;
  let isSeen = parts.machine.runsServer;
  let isWell = false;
  for (let looks = 0; looks < TRIAL_LOOKS_MAX && good < GOOD_LOOKS; looks += 1) {
    const { away, isTold } = await look(parts);
    isSeen ||= isTold;
    isWell = away.length === 0;
    good = isWell && isTold ? good + 1 : 0;
    await sleep(parts.clock, TRIAL_LOOK_MS);
  }
  if (good >= GOOD_LOOKS) return 'good';
  return isWell && !isSeen ? 'unseen' : 'bad';
};

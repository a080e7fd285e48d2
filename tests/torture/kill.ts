import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../core/protocol/wire.js';
import { LoggedHall, numbersIn } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';
import { verify } from '../../server/log/verify.js';

const WRITER = fileURLToPath(new URL('../../build/tests/torture/writer.js', import.meta.url));
/** So many rounds share a log, which is then checked in full. */
const ROUNDS_PER_LOG = 20;
const AGAIN = 12;

/** Answers as the writer told them; a line that was cut off is no answer. */
export const answersIn = (text: string): Map<string, Answer> =>
  new Map(
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => {
        const cut = line.indexOf(' ');
        return [line.slice(0, cut), JSON.parse(line.slice(cut + 1)) as Answer] as const;
      }),
  );

/** Runs a writer and kills it some ms after its first answer; what it had answered by then. */
const killedRun = async (args: string[], afterMs: number): Promise<Map<string, Answer>> => {
  const child = spawn(process.execPath, [WRITER, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  let faults = '';
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    if (text === '') setTimeout(() => child.kill('SIGKILL'), afterMs);
    text += chunk.toString();
  });
  await once(child, 'close');
  if (child.signalCode !== 'SIGKILL') throw new Error(`the writer failed by itself: ${faults}`);
  return answersIn(text);
};

/** What the log says to the answers that were given; in words, empty when all is true. */
export const contradictions = (hall: LoggedHall, answers: Map<string, Answer>): string[] => {
  const stored = hall.log.database.prepare('SELECT body FROM answer WHERE request = ?').pluck();
  return [...answers].flatMap(([request, answer]) => {
    const body = stored.get(request) as string | undefined;
    if (body === JSON.stringify(answer)) return [];
    return [`${request} was answered ${JSON.stringify(answer)} and is ${body ?? 'lost'}`];
  });
};

/** Within each series numbers follow one another; the series' requests are carried out once. */
export const disorder = (hall: LoggedHall): string[] => {
  const twice = hall.log.database
    .prepare(
      `SELECT request FROM event WHERE type = 'ticket.issued' GROUP BY request HAVING count(*) > 1`,
    )
    .pluck()
    .all();
  const found = twice.map((request) => `${String(request)} was carried out twice`);
  const series = hall.log.database
    .prepare(
      `SELECT json_extract(CAST(body AS TEXT), '$.seriesId') FROM event
       WHERE type = 'ticket.issued' ORDER BY position`,
    )
    .pluck()
    .all() as string[];
  const last = new Map<string, number>();
  numbersIn(hall.log).forEach((number, index) => {
    const key = series[index]!;
    const before = last.get(key) ?? 0;
    if (number !== (before === 9999 ? 1 : before + 1))
      found.push(`${key} ${number} after ${before}`);
    last.set(key, number);
  });
  return found;
};

export interface KillReport {
  readonly rounds: number;
  readonly answered: number;
  readonly problems: readonly string[];
}

/** Kills the writer again and again on the same log; every answer must have come true. */
const killLog = async (
  directory: string,
  rounds: number,
  random: () => number,
): Promise<KillReport> => {
  const problems: string[] = [];
  let answered = 0;
  let again: string[] = [];
  for (let round = 0; round < rounds && problems.length === 0; round++) {
    const args = [directory, '-', `r${round}`, '100000', 'full', ...again];
    const answers = await killedRun(args, Math.floor(random() * 120));
    answered += answers.size;
    // The last ones answered, and those after them that were perhaps on their way.
    const group = Number([...answers.keys()].at(-1)?.split('-')[1] ?? 0);
    again = [...answers.keys()].slice(-AGAIN / 2);
    for (let i = 0; i < AGAIN / 2; i++) again.push(`r${round}-${group + 1}-${i}`);
    const hall = new LoggedHall({ directory });
    problems.push(...contradictions(hall, answers));
    if (round === rounds - 1) {
      problems.push(...disorder(hall), ...verify(hall.log.database).problems);
    }
    hall.close();
  }
  return { rounds, answered, problems };
};

/** Rounds of `kill -9`, with a new log now and then so that each start stays short. */
export const killRounds = async (
  directory: string,
  rounds: number,
  seed: number,
): Promise<KillReport> => {
  const random = seeded(seed);
  const problems: string[] = [];
  let answered = 0;
  for (let done = 0; done < rounds && problems.length === 0; done += ROUNDS_PER_LOG) {
    const log = join(directory, `log-${done}`);
    const report = await killLog(log, Math.min(ROUNDS_PER_LOG, rounds - done), random);
    answered += report.answered;
    problems.push(...report.problems);
  }
  return { rounds, answered, problems };
};

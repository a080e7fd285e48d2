import { join } from 'node:path';
import { demoSettings } from '../../server/demo.js';
import { median, round } from './figures.js';
import { makeHistory } from './history.js';
import { Program } from './program.js';
import { atMost, type Place, type Section } from './report.js';

const STARTS = 7;
const QUICK_STARTS = 3;
const READY_S_MAX = 3;

const startsOf = async (directories: readonly string[], starts: number): Promise<number[][]> => {
  const found = directories.map((): number[] => []);
  for (let n = 0; n <= starts; n += 1) {
    for (const [at, directory] of directories.entries()) {
      const program = await Program.start(directory);
      // The first start of a directory also opens the day.
      if (n > 0) found[at]!.push(program.readyMs);
      await program.stop();
    }
  }
  return found;
};

/** From the start of the process to a good `/health`, with a short and a long history. */
export const ready = async ({ folder, quick, history }: Place): Promise<Section> => {
  const past = await history();
  const data = join(folder, 'one-day');
  const settings = await demoSettings({ data, port: 0, phonePort: 0 });
  const ticketsPerDay = past.tickets / past.days;
  await makeHistory(settings, { days: 1, ticketsPerDay }, Date.now());
  const starts = quick ? QUICK_STARTS : STARTS;
  const [one, many] = await startsOf([data, past.directory], starts);
  const row = (days: number, found: readonly number[]) => ({
    days,
    'tickets a day': ticketsPerDay,
    'ready s (median)': round(median(found) / 1000),
    'slowest s': round(Math.max(...found) / 1000),
  });
  return {
    title: 'Ready after a start',
    notes: [`The demo, already built; ${starts} starts each, in turn, files in memory`],
    rows: [row(1, one!), row(past.days, many!)],
    aims: [
      atMost('ready s with 1 day', median(one!) / 1000, READY_S_MAX),
      atMost(`ready s with ${past.days} days`, median(many!) / 1000, READY_S_MAX),
    ],
  };
};

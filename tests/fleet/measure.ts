import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRefusal } from '../../core/protocol/refusals.js';
import { HOUR_MS } from '../../core/time.js';
import { demoSettings, DEMO_PLACE } from '../../server/demo.js';
import { rowsFrom } from '../../server/log/read.js';
import { Template } from './posts.js';
import { SimulatedCentre, type Habits } from './simulated.js';

const BEGINS = Date.parse('2026-11-22T07:00:00Z');
/** What a new centre does before it is handed over, and then. */
const BEFORE_MS = 3 * HOUR_MS;

/** How long and how busy the day is that is told. */
export type Day = Pick<Habits, 'counters' | 'load'> & { readonly hours: number };

/** A day of about 500 tickets. */
export const BUSY_DAY: Day = { counters: 10, load: 0.9, hours: 8 };

const made = new Map<string, Promise<Template>>();

/** A day of one centre from its log's first event to the day's last, as its log has it. */
export const dayTemplate = (day: Day): Promise<Template> => {
  const key = JSON.stringify(day);
  const template = made.get(key) ?? play(day);
  made.set(key, template);
  return template;
};

const play = async ({ counters, load, hours }: Day): Promise<Template> => {
  const directory = mkdtempSync(join(tmpdir(), 'dawr-fleet-'));
  const { configuration } = await demoSettings({ ...DEMO_PLACE, data: directory });
  const habits = { seed: 1, counters, load };
  const now = BEGINS + BEFORE_MS;
  const centre = await SimulatedCentre.open({ directory, now }, configuration, habits);
  await centre.playUntil(BEGINS + hours * HOUR_MS);
  const answer = await centre.committer.enqueue({
    ...{ requestId: randomBytes(16).toString('hex'), sentAt: centre.now() },
    ...{ actor: 'manager', deviceId: 'manager', command: { type: 'closeDay' } },
  });
  if (isRefusal(answer)) throw new Error(`the day does not close: ${answer.refused}`);
  const { database } = centre.log;
  const rows = [...rowsFrom(database)];
  const sizes = database.prepare('SELECT size FROM checkpoint').pluck().all() as number[];
  const { stream } = centre.committer.state;
  centre.close();
  rmSync(directory, { recursive: true });
  return new Template(rows, stream, sizes);
};

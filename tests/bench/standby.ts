import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { programOf } from '../../node/place.js';
import { machineTime } from '../../node/time.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { demoSettings } from '../../server/demo.js';
import { LINK_KEY, PEPPER_KEY, keptSecret } from '../../server/log/keys.js';
import { keepRole } from '../../server/standby/role.js';
import { openStandby, prepareStandby } from '../../server/standby/standby.js';
import { takeOver } from '../../server/standby/takeover.js';
import { ownOf } from '../../server/upstream/own.js';
import type { Settings } from '../../server/settings.js';
import { percentile, round, times } from './figures.js';
import { makeHistory } from './history.js';
import { atMost, type Place, type Row, type Section } from './report.js';

const BEHIND_MS_MAX = 2_000;
const TAKE_OVER_S_MAX = 30;
/** The busiest hour of a large centre is one of these each second; ten times that is a storm. */
const RATES = [5, 50];
const LOAD_S = 20;
const QUICK_LOAD_S = 5;
const YEAR = { days: 250, ticketsPerDay: 500 };
const QUICK_YEAR = { days: 20, ticketsPerDay: 500 };

const journal = pino({ level: 'silent' });

const settingsIn = async (data: string): Promise<Settings> => {
  const demo = await demoSettings({ data, port: 0, phonePort: 0 });
  return { ...demo, server: { ...demo.server, upstreams: [] } };
};

interface Told {
  readonly url?: string;
  /** When each event's number was on the server's disk, by the machine's wall clock. */
  readonly commits?: readonly (readonly [seq: number, at: number])[];
}

/** How far the copy is behind, with the server a process of its own: commit to commit. */
const behind = async (folder: string, seconds: number): Promise<Row[]> => {
  const settings = await settingsIn(join(folder, 'copy'));
  prepareStandby(settings.server.data, false);
  const standby = await openStandby({ settings, journal, time: machineTime });
  const data = join(folder, 'hall');
  const child = fork(programOf('tests/standby/hall.js'), [data, '0', standby.url]);
  const told = async (): Promise<Told> => ((await once(child, 'message')) as [Told])[0];
  await told();
  const way = { url: standby.url, ca: null, proxy: null };
  const { centre } = settings.configuration;
  await enrol({ directory: data, upstreamId: STANDBY_ID, way }, ownOf(data, centre), standby.code!);
  const stored = new Map<number, number>();
  const { copy } = standby.copy;
  while (copy.head === null) await setTimeout(100);
  const take = copy.take.bind(copy);
  copy.take = (checked) => {
    take(checked);
    for (const { seq } of checked.rows) stored.set(seq, Date.now());
  };
  const rows: Row[] = [];
  for (const perSecond of RATES) {
    child.send({ perSecond, seconds });
    const { commits = [] } = await told();
    while (!stored.has(commits.at(-1)![0])) await setTimeout(10);
    const lags = commits.map(([seq, at]) => Math.max(0, stored.get(seq)! - at));
    const most = { 'most ms': round(percentile(lags, 1)) };
    rows.push({ 'tickets a second': perSecond, ...times('behind', lags), ...most });
  }
  child.kill('SIGKILL');
  await standby.stop();
  return rows;
};

/** From the command to a log that goes on, with so long a history in the copy. */
const takingOver = async (folder: string, past: typeof YEAR): Promise<Row> => {
  const data = join(folder, 'year');
  const settings = await settingsIn(data);
  await makeHistory(settings, past, Date.now());
  for (const key of [LINK_KEY, PEPPER_KEY]) keptSecret(data, key);
  keepRole(data, { role: 'standby', requestKey: null, logKey: null });
  const standby = await openStandby({ settings, journal, time: machineTime });
  const began = machineTime.monotonicMs();
  await takeOver(standby, {
    ...{ settings, time: machineTime, force: true, alone: true, skip: null },
    say: () => undefined,
  });
  const ms = machineTime.monotonicMs() - began;
  return { days: past.days, 'tickets a day': past.ticketsPerDay, 'take-over s': round(ms / 1000) };
};

/** A standby's lag behind its server, and how long it takes to become the server. */
export const standby = async ({ folder, quick }: Place): Promise<Section> => {
  const lags = await behind(folder, quick ? QUICK_LOAD_S : LOAD_S);
  const took = await takingOver(folder, quick ? QUICK_YEAR : YEAR);
  const most = Math.max(...lags.map((row) => Number(row['most ms'])));
  return {
    title: 'A warm standby',
    notes: [
      'The server is a process of its own; the standby shares its with the clock of the bench',
    ],
    rows: [...lags, took],
    aims: [
      atMost('behind at most ms', most, BEHIND_MS_MAX),
      atMost('take-over s', Number(took['take-over s']), TAKE_OVER_S_MAX),
    ],
  };
};

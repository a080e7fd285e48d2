import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setImmediate as soon } from 'node:timers/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import type { StoredRow } from '../../chain/chain.js';
import type { Configuration, Millis } from '../../core/configuration.js';
import { demoExtras } from '../../server/demo.js';
import { run, type Running } from '../../server/run.js';
import { configurationHash } from '../../server/settings.js';
import { rowsFrom } from '../../server/log/read.js';
import { verify } from '../../server/log/verify.js';
import { reportProjector } from '../../server/report/projection.js';
import { serviceIdOf } from './catalogue.js';
import { ScaledTime, ScaledTimers, type ReplayClock } from './clock.js';

/** Views a second of real time, for each screen: enough to look at, cheap to make. */
const VIEWS_PER_SECOND = 5;

/** The centre that a day is replayed in. */
export interface Site {
  readonly url: string;
  readonly configuration: Configuration;
  readonly clock: ReplayClock;
  /** The centre's own time: the replay's where it is scaled, else this machine's. */
  readonly now: () => Millis;
  /** Lets time go: until then the centre is being made ready, and nothing of the day passes. */
  begin(): void;
  readonly speed: number;
  /** True where the centre's clock runs as fast as the replay. */
  readonly scaled: boolean;
  readonly secrets: { readonly clerk: string; readonly manager: string | undefined };
  /** Where phones connect; `null` where the address is in each ticket's link. */
  readonly phoneUrl: string | null;
  /** Service that stands for a category of the log. */
  serviceOf(category: string): string;
  /** Makes the account of a clerk, where that is up to us. */
  addClerk(id: string): Promise<void>;
  /** Whether the log on disk holds together; `null` where it cannot be read from here. */
  verified(): boolean | null;
  /** The log on disk; `null` where it cannot be read from here. */
  log(): readonly StoredRow[] | null;
  stop(): Promise<void>;
}

const secretOf = (): string => randomBytes(12).toString('hex');

/** A centre of its own in a folder that is gone afterwards, with a clock that runs `speed` fast. */
export const ownSite = async (
  configuration: Configuration,
  { from, speed }: { readonly from: Millis; readonly speed: number },
): Promise<Site> => {
  const data = mkdtempSync(join(tmpdir(), 'dawr-replay-'));
  const clock = new ScaledTime(from, speed);
  const timers = new ScaledTimers(clock, speed);
  const begin = clock.hold();
  const secrets = { clerk: secretOf(), manager: secretOf() };
  const listening = {
    ...{ host: '127.0.0.1', port: 0, phonePort: 0, names: [], tls: null },
    ...{ data, voice: null, upstreams: [], standby: null, sms: null, pilot: false },
  };
  const running: Running = await run({
    settings: { server: listening, configuration, hash: configurationHash(configuration) },
    journal: pino({ level: 'error' }),
    time: clock,
    timers,
    limits: { viewsPerSecond: VIEWS_PER_SECOND / speed },
    extras: demoExtras(secrets, data),
    onFatal: (error) => {
      throw error;
    },
  });
  const { centre, url, phoneUrl } = running;
  await centre.staff.add({
    id: 'manager',
    name: 'Manager',
    role: 'manager',
    secret: secrets.manager,
  });
  return {
    url,
    phoneUrl,
    configuration,
    clock,
    now: () => clock.now(),
    begin,
    speed,
    scaled: true,
    secrets,
    serviceOf: serviceIdOf,
    addClerk: async (id) => {
      await centre.staff.add({ id, name: id, role: 'clerk', secret: secrets.clerk });
    },
    verified: () =>
      verify(centre.store.database, { projectors: [reportProjector] }).problems.length === 0,
    log: () => [...rowsFrom(centre.store.database)],
    stop: async () => {
      timers.stop();
      // A tick that is on its way is committed in the next turn.
      await soon();
      await running.stop();
      rmSync(data, { recursive: true });
    },
  };
};

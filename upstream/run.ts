import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Millis } from '../core/configuration.js';
import { HOUR_MS } from '../core/time.js';
import { urlOf } from '../node/addresses.js';
import { machineRandom, machineTime, machineTimers, type Timers } from '../node/time.js';
import { forgetWrong } from './access/audit.js';
import { pepperFile } from './access/pepper.js';
import { Senders } from './centres/senders.js';
import { Projector } from './facts/projector.js';
import { Misfit } from './facts/round.js';
import { upstreamApp } from './http/app.js';
import { pagesOf, type Pages } from './http/own.js';
import { Ingest } from './ingest/ingest.js';
import { watchSilence } from './ingest/silence.js';
import { Relay } from './relay/relays.js';
import type { Settings } from './settings.js';
import { StoreFault } from './store/database.js';
import { openStore } from './store/open.js';
import { dropOld, unmade } from './store/retention.js';
import type { Upstream } from './upstream.js';

const FOREIGN =
  'these accounts cannot sign in here: their secrets were made with another pepper.key; copy ' +
  'that of the other receivers or of the backup here and restart, or give them new secrets';

/** Answers that are being given when the door closes have so long. */
const LAST_ANSWERS_MS = 2_000;

/** How often silent centres are looked for. */
const SILENCE_LOOK_MS = 60_000;

/** How often it is looked whether a month need not be kept any more. */
const DROP_LOOK_MS = 6 * HOUR_MS;

/** How often it is looked whether accounts were made by a receiver with another pepper. */
const PEPPER_LOOK_MS = 60_000;

/** Of what holds a month up, so many are named in the journal. */
const WAITS_TOLD = 20;

export interface RunOptions {
  readonly settings: Settings;
  readonly journal: Logger;
  /** The store's disk can no longer be trusted: ends the process. Without it the fault does. */
  readonly onBroken?: (fault: Error) => void;
  readonly timers?: Timers;
  readonly now?: () => Millis;
}

/** A data centre whose door is open. */
export interface Running {
  readonly upstream: Upstream;
  readonly pages: Pages;
  readonly url: string;
  stop(): Promise<void>;
}

const throwIt = (fault: Error): never => {
  throw fault;
};

/** Drops the months that need not be kept any more, or says what they are kept for. */
const sweep = async (
  { database, settings, journal, now }: Upstream,
  relays: readonly Relay[],
): Promise<void> => {
  const { keep } = settings;
  if (keep.events === null && keep.facts === null) return;
  const waits = [...relays.flatMap(({ waiting }) => waiting), ...(await unmade(database))];
  if (waits.length > 0) {
    journal.warn({ waits: waits.slice(0, WAITS_TOLD), count: waits.length }, 'no month is dropped');
    return;
  }
  const dropped = await dropOld(database, keep, now());
  journal.info({ dropped }, 'months that are no longer kept');
};

/** Says which accounts cannot sign in here, at each change. */
const pepperLook = (
  { settings, journal }: Upstream,
  { accounts }: Pages,
): (() => Promise<void>) => {
  let told = '';
  return async () => {
    const foreign = await accounts.foreign();
    const now = foreign.join();
    if (now !== told && now !== '') {
      const file = pepperFile(settings.data);
      journal.error({ accounts: foreign, file }, FOREIGN);
    }
    told = now;
  };
};

/** Opens the store and the door. Rejects with a sentence when it cannot. */
export const run = async (options: RunOptions): Promise<Running> => {
  const { settings, journal, timers = machineTimers, now = machineTime.wall } = options;
  const { onBroken = throwIt } = options;
  const database = await openStore(settings, timers, (fault) => {
    journal.error({ fault: String(fault) }, 'the store told of a fault');
    if (fault instanceof StoreFault && fault.code === 'store.broken') onBroken(fault);
  });
  /** What ends each part, in the order in which they began. */
  const ends: (() => unknown)[] = [() => database.close()];
  const stop = async (): Promise<void> => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const senders = new Senders(database, now);
    const parts = { settings, queries: database, timers, now, random: machineRandom, journal };
    const relays = settings.upstreams.map((way) => {
      const relay = new Relay(parts, way);
      ends.push(() => relay.stop());
      return relay;
    });
    const projector = new Projector(database, {
      timers,
      now,
      onFault: (fault) => {
        const isMisfit = fault instanceof Misfit;
        const what = isMisfit ? 'facts of a centre have stopped' : 'facts are made later';
        journal.error({ fault: String(fault) }, what);
      },
    });
    ends.push(() => projector.stop());
    const ingest = new Ingest(database, timers, (centres) => {
      projector.stored(centres);
      for (const relay of relays) relay.stored(centres);
    });
    const upstream = { settings, database, ingest, senders, relays, timers, now, journal };
    const every = (ms: Millis, work: () => Promise<unknown>, otherwise: string): void => {
      const look = (): void => {
        work().catch((fault: unknown) => journal.warn({ fault: String(fault) }, otherwise));
      };
      ends.push(timers.every(ms, look));
    };
    const old = (): Promise<unknown> =>
      Promise.all([sweep(upstream, relays), forgetWrong(database)]);
    every(SILENCE_LOOK_MS, () => watchSilence(database, now()), 'no look at silent centres');
    every(DROP_LOOK_MS, old, 'what is old is dropped later');
    const pages = pagesOf(upstream);
    const lookAtPepper = pepperLook(upstream, pages);
    await lookAtPepper();
    every(PEPPER_LOOK_MS, lookAtPepper, 'no look at the accounts');
    const app = await upstreamApp(upstream, pages);
    ends.push(async () => {
      const cancel = timers.after(LAST_ANSWERS_MS, () => app.server.closeAllConnections());
      await app.close();
      cancel();
    });
    await app.listen({ port: settings.port, host: settings.host });
    const { port } = app.server.address() as AddressInfo;
    const scheme = settings.tls === null ? 'http' : 'https';
    return {
      upstream,
      pages,
      url: urlOf(scheme, settings.host, port),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

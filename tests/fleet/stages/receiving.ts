import { mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { destination, pino } from 'pino';
import { machineTime, machineTimers } from '../../../node/time.js';
import { makeCode } from '../../../upstream/centres/enrolment.js';
import { Senders } from '../../../upstream/centres/senders.js';
import { Projector } from '../../../upstream/facts/projector.js';
import { upstreamApp } from '../../../upstream/http/app.js';
import { pagesOf } from '../../../upstream/http/own.js';
import { Ingest } from '../../../upstream/ingest/ingest.js';
import { run } from '../../../upstream/run.js';
import type { Settings } from '../../../upstream/settings.js';
import type { Database } from '../../../upstream/store/database.js';
import { openStore } from '../../../upstream/store/open.js';
import { serve } from '../../bench/child.js';
import { enrolAll, type Enrolled } from './fleet.js';

/** A data centre in a process of its own, so that its time is its own. */

export interface Opening {
  /** `null`: the store lies in a folder of its own. */
  readonly databaseUrl: string | null;
  /** The whole program, or receivers alone: then facts are made when they are asked for. */
  readonly facts: boolean;
  /** Others on this machine go first. */
  readonly nice?: boolean;
}

/** What the process has used up since it opened. */
export interface Used {
  readonly cpuMs: number;
  readonly transactions: number;
}

interface Opened {
  readonly database: Database;
  readonly url: string;
  stop(): Promise<void>;
}

const data = mkdtempSync(join(tmpdir(), 'dawr-receiver-'));
const journal = pino({ level: 'warn', base: null }, destination(2));
process.on('exit', () => rmSync(data, { recursive: true, force: true }));

const settingsOf = (databaseUrl: string | null): Settings => ({
  ...{ id: 'nation', name: { ar: 'الأمة', en: 'Nation' } },
  ...{ host: '127.0.0.1', port: 0, tls: null, names: [], pilot: false },
  ...{ data, databaseUrl, upstreams: [], keep: { events: null, facts: null } },
});

let transactions = 0;

const counted = (database: Database): Database => ({
  ...database,
  transaction: (work) => {
    transactions += 1;
    return database.transaction(work);
  },
});

const receiver = async (settings: Settings): Promise<Opened> => {
  const now = machineTime.wall;
  const database = counted(
    await openStore(settings, machineTimers, (fault) => journal.warn(fault)),
  );
  const senders = new Senders(database, now);
  const ingest = new Ingest(database, machineTimers);
  const parts = {
    settings,
    database,
    ingest,
    senders,
    relays: [],
    timers: machineTimers,
    now,
    journal,
  };
  const app = await upstreamApp(parts, pagesOf(parts));
  const url = await app.listen({ port: 0, host: settings.host });
  const stop = async (): Promise<void> => {
    app.server.closeAllConnections();
    await app.close();
    await database.close();
  };
  return { database, url, stop };
};

const whole = async (settings: Settings): Promise<Opened> => {
  const { url, upstream, stop } = await run({ settings, journal });
  return { url, database: upstream.database, stop };
};

let opened: Opened;
let [cpuFrom, transactionsFrom] = [process.cpuUsage(), 0];

serve({
  open: async ({ databaseUrl, facts, nice = false }: Opening): Promise<string> => {
    // Before any thread is made: each has the priority of its maker.
    if (nice) setPriority(constants.priority.PRIORITY_LOW);
    const settings = settingsOf(databaseUrl);
    opened = await (facts ? whole(settings) : receiver(settings));
    return opened.url;
  },
  enrol: (centres: readonly Enrolled[]) => enrolAll(opened.database, centres),
  /** A one-time code for a centre that enrols itself. */
  code: async (centreId: string): Promise<string> => {
    const place = { senderId: centreId, governorateId: 'ismailia' };
    return (await makeCode(opened.database, place, machineTime.wall())).code;
  },
  /** From here on. */
  mark: () => {
    cpuFrom = process.cpuUsage();
    transactionsFrom = transactions;
  },
  used: (): Used => {
    const { user, system } = process.cpuUsage(cpuFrom);
    return { cpuMs: (user + system) / 1000, transactions: transactions - transactionsFrom };
  },
  /** Makes all facts that are wanting; how many ms that took. */
  facts: async (): Promise<number> => {
    const began = performance.now();
    const projector = new Projector(opened.database, {
      ...{ timers: machineTimers, now: machineTime.wall },
      onFault: (fault) => journal.warn({ fault: String(fault) }, 'facts are made later'),
    });
    await projector.catchUp();
    const ms = performance.now() - began;
    await projector.stop();
    return ms;
  },
  query: (sql: string) => opened.database.query(sql),
  close: () => opened.stop(),
});

import type { Server as HttpServer } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { isRefusal } from '../core/protocol/refusals.js';
import type { Configuration } from '../core/configuration.js';
import { currentConfiguration } from '../core/views/hall.js';
import { Devices } from './access/devices.js';
import { Machines } from './access/machines.js';
import { SecretHasher, type Cost } from '../node/secrets.js';
import { Staff } from './access/staff.js';
import { urlOf } from '../node/addresses.js';
import { DEFAULT_LIMITS, type Centre, type Limits } from './centre.js';
import { ServerClock } from './clock.js';
import {
  machineRandom,
  machineTime,
  machineTimers,
  type TimeSource,
  type Timers,
} from '../node/time.js';
import { closeDoors, listen } from './http/doors.js';
import { centreExtras, hallApp, phoneApp, type Extras } from './http/app.js';
import { answersWith } from './hub/answer.js';
import { openHub, type Hub } from './hub/hub.js';
import { Live } from './hub/live.js';
import { TicketLinks } from './access/link.js';
import { Committer } from './log/committer.js';
import { LOG_FILE } from './log/database.js';
import type { Faults } from './log/faults.js';
import { keptSecret, LINK_KEY, PEPPER_KEY } from './log/keys.js';
import { storeConfiguration, type Log } from './log/log.js';
import { healthRoutes } from './metrics.js';
import { Scrub } from './log/watch/scrub.js';
import { structureFaults } from './log/watch/structure.js';
import { newest, publish } from './hub/publish.js';
import { watchDevices } from './report/devices.js';
import { openOwnLog } from './own.js';
import { BUILT_VOICE } from '../node/place.js';
import type { Settings } from './settings.js';
import { packKept } from './voice/installed.js';
import type { Gateway } from './sms/gateway.js';
import { smsOf } from './sms/start.js';
import { keepStandby, standingRoute } from './standby/keeper.js';
import { Upstreams } from './upstream/upstreams.js';
import { Recorded } from './voice/recorded.js';
import { Voices } from './voice/voices.js';

const TICK_MS = 1_000;
const REFILL_MS = 60_000;
/** How often a newly built voice is looked for. */
const VOICE_LOOK_MS = 10_000;

/** Which programs' parts may be replaced: time, faults and costs by tests, limits by the bench. */
export interface RunOptions {
  readonly settings: Settings;
  readonly journal: Logger;
  readonly training?: boolean;
  readonly time?: TimeSource;
  readonly timers?: Timers;
  readonly limits?: Partial<Limits>;
  readonly faults?: Faults;
  /** Of hashing what people remember. */
  readonly secretCost?: Cost;
  readonly extras?: (centre: Centre) => Extras;
  /** Sends text messages in the place of the configured gateway. */
  readonly gateway?: Gateway;
  /** The file or the disk can no longer be trusted: the process must end at once. */
  readonly onFatal: (error: unknown) => void;
  /** The standby serves in this server's place: the process must stop. */
  readonly onTakenOver?: (why: string) => void;
}

/** A centre whose doors are open. */
export interface Running {
  readonly centre: Centre;
  readonly url: string;
  readonly phoneUrl: string | null;
  /** Closes the doors, commits what waits, signs the head, and lets go of the data directory. */
  stop(): Promise<void>;
}

/** A hall opens also without a voice that it can use: its boards then chime. */
const watchVoice = ({ settings, journal }: RunOptions, { voices }: Centre): (() => Promise<void>) =>
  packKept(settings.server.voice ?? BUILT_VOICE, {
    onPack: (found) => voices.install(found),
    onFault: ({ message }) =>
      journal.error({ fault: message }, 'the voice cannot be used: boards chime'),
  });

const assemble = (options: RunOptions, log: Log, cut: Centre['cut']): Centre => {
  const { settings, journal, faults } = options;
  const timers = options.timers ?? machineTimers;
  const clock = new ServerClock(options.time ?? machineTime, log.lastEventAt);
  const { directory, database, configurations } = log;
  const links: TicketLinks = new TicketLinks(
    keptSecret(directory, LINK_KEY),
    () => committer.state.centre.earlierStreams,
  );
  const committer = new Committer(log, {
    clock,
    soon: timers.soon,
    answerOf: answersWith(links, configurations),
    onFatal: options.onFatal,
    onBug: (bug) => journal.error(bug, 'a command made the rules throw; it is set aside'),
    ...(faults === undefined ? {} : { faults }),
  });
  const hasher = new SecretHasher(keptSecret(directory, PEPPER_KEY), options.secretCost);
  const configuration = (): Configuration => currentConfiguration(committer.state, configurations);
  return {
    settings: settings.server,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    log: committer,
    store: log,
    scrub: new Scrub({
      ...{ directory, timers, journal, onFatal: options.onFatal },
      settled: () => committer.settled,
    }),
    clock,
    timers,
    devices: new Devices(database),
    machines: new Machines(database),
    staff: new Staff(database, hasher),
    links,
    live: new Live(),
    ...smsOf(options, log, { clock, timers, configuration, committer }),
    voices: new Voices(new Recorded(database), null, configuration),
    upstreams: new Upstreams(),
    journal,
    configuration,
    audit: (entry) => log.journal.audit({ ...entry, at: clock.now() }),
    cut,
  };
};

/**
 * Begins a new log, or publishes the configuration file when it has changed. How papers look is a
 * manager's from the first time that it was chosen: the file has a say in it only before.
 */
const publishFile = async (centre: Centre, options: RunOptions): Promise<void> => {
  const { state } = centre.log;
  if (state.seq === 0) {
    const { configuration } = options.settings;
    const hash = storeConfiguration(centre.store.database, configuration);
    const { id: centreId } = configuration.centre;
    const training = options.training ?? false;
    return centre.log.askAsServer({ type: 'startLog', centreId, configuration: hash, training });
  }
  const { paper } = newest(centre);
  const { configuration: file } = options.settings;
  const configuration = paper === undefined ? file : { ...file, paper };
  const answer = await publish(centre, configuration);
  if (!isRefusal(answer) || answer.refused === 'configuration.same') return;
  throw new Error(`publish was refused: ${answer.refused}`);
};

/** Lets time work on the hall until the returned function is called. */
const keepTime = (centre: Centre, lookForVoice: () => Promise<void>): (() => void) => {
  let ticking = false;
  const ticks = centre.timers.every(TICK_MS, () => {
    if (ticking) return;
    ticking = true;
    centre.log
      .askAsServer({ type: 'tick' })
      .catch((err: unknown) => centre.journal.error({ err }, 'the tick was not carried out'))
      .finally(() => (ticking = false));
  });
  const looks = centre.timers.every(VOICE_LOOK_MS, () => {
    lookForVoice().catch((err: unknown) => centre.journal.error({ err }, 'no look at the voice'));
  });
  const refills = centre.timers.every(REFILL_MS, () => centre.store.disk.refill());
  centre.log.onCommitted(({ events }) => {
    for (const event of events) {
      if (event.type === 'device.revoked') {
        centre.devices.revoke(event.deviceId);
        centre.cut(event.deviceId, 'revoked');
      }
    }
  });
  centre.log.onCommitted(() => centre.sms?.changed());
  const stopWatching = watchDevices(centre);
  return () => {
    stopWatching();
    ticks();
    looks();
    refills();
  };
};

/** A token outlives its device's right only if the server died in between: it ends now. */
const forgetRevoked = ({ devices, log }: Centre): void => {
  for (const deviceId of devices.enrolled()) {
    if (!log.state.centre.devices.has(deviceId)) devices.revoke(deviceId);
  }
};

/**
 * Tells of a disk that is slow or lies, and looks through the file beside the running hall: at the
 * start, if it is large, and each evening. A damaged one must not be written to. The function
 * returned waits for a look that goes on.
 */
const checkDisk = (options: RunOptions, { log, store }: Centre): (() => Promise<void>) => {
  const { verdict, p50Ms } = store.fsync;
  if (verdict !== 'good') {
    options.journal.warn({ verdict, p50Ms }, 'the disk does not sync as it should');
  }
  let looking = Promise.resolve();
  const look = (): void => {
    looking = structureFaults(join(store.directory, LOG_FILE)).then((faults) => {
      if (faults.length > 0) options.onFatal(new Error(`the log is damaged: ${faults[0]}`));
    }, options.onFatal);
  };
  if (!store.structureChecked) look();
  log.onCommitted(({ events }) => {
    if (events.some(({ type }) => type === 'day.closed')) look();
  });
  return () => looking;
};

/** Opens the log and the doors of one centre. Throws with a sentence when it cannot. */
export const run = async (options: RunOptions): Promise<Running> => {
  const { server } = options.settings;
  const hubs: Hub[] = [];
  const log = await openOwnLog(options);
  const centre = assemble(options, log, (deviceId, why) => {
    for (const hub of hubs) hub.cut(deviceId, why);
  });
  const lookedAt = checkDisk(options, centre);
  forgetRevoked(centre);
  await publishFile(centre, options);
  await centre.log.askAsServer({ type: 'tick' });
  const lookForVoice = watchVoice(options, centre);
  await lookForVoice();
  centre.sms?.start();
  const stopTime = keepTime(centre, lookForVoice);
  centre.scrub.start();
  // Training is nobody's business above the centre.
  if (options.training !== true) centre.upstreams.start(centre, machineRandom);
  const connections = (): number => hubs.reduce((sum, hub) => sum + hub.connections(), 0);
  const extras = (options.extras ?? centreExtras)(centre);
  const app = await hallApp(centre, {
    ...extras,
    routes: (routed) => {
      extras.routes?.(routed);
      healthRoutes(routed, centre, connections);
      standingRoute(routed, centre);
    },
  });
  const roles = ['kiosk', 'board', 'desk', 'manager', 'agent'] as const;
  const { viewsPerSecond, phoneViewsPerSecond } = centre.limits;
  hubs.push(openHub(centre, app.server as HttpServer, { roles, viewsPerSecond }));
  const scheme = server.tls === null ? 'http' : 'https';
  const apps = [app];
  const port = await listen(app, server.port, server.host);
  const leaveStandby =
    options.training === true
      ? () => Promise.resolve()
      : keepStandby(centre, { port, onTakenOver: options.onTakenOver ?? options.onFatal });
  let phoneUrl: string | null = null;
  if (server.phonePort !== null) {
    const phone = await phoneApp(centre);
    apps.push(phone);
    const http = phone.server as HttpServer;
    hubs.push(openHub(centre, http, { roles: ['phone'], viewsPerSecond: phoneViewsPerSecond }));
    phoneUrl = urlOf(scheme, server.host, await listen(phone, server.phonePort, server.host));
  }
  return {
    centre,
    url: urlOf(scheme, server.host, port),
    phoneUrl,
    stop: async () => {
      stopTime();
      await closeDoors(centre.timers, hubs, apps);
      await leaveStandby();
      await centre.upstreams.stop();
      await centre.sms?.stop();
      centre.log.stop();
      centre.scrub.stop();
      await lookedAt();
      log.close();
    },
  };
};

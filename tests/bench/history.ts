import { randomBytes } from 'node:crypto';
import { civil, instant } from '../../core/calendar.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import { DAY_MS } from '../../core/time.js';
import { ServerClock } from '../../server/clock.js';
import type { TimeSource } from '../../node/time.js';
import { answersWith } from '../../server/hub/answer.js';
import { TicketLinks } from '../../server/access/link.js';
import { Committer, GROUP_MAX } from '../../server/log/committer.js';
import { openLog, storeConfiguration, type Log } from '../../server/log/log.js';
import { SERVER_DEVICE } from '../../server/log/writer.js';
import { reportProjector } from '../../server/report/projection.js';
import type { Settings } from '../../server/settings.js';
import { repeatDay } from './past.js';

/** Visitors in line while the counter calls one after the other. */
const LINE = 40;
/** Each of a group's tickets is taken, and one is finished. */
const STEP_TICKETS = GROUP_MAX / 2;
const COUNTER = 'c1';

class PastTime implements TimeSource {
  constructor(public at: number) {}

  wall(): number {
    return this.at;
  }

  monotonicMs(): number {
    return this.at;
  }
}

type Who = readonly [actor: string, deviceId: string];
const SERVER: Who = ['system', SERVER_DEVICE];
const KIOSK: Who = ['k1', 'k1'];
const CLERK: Who = ['clerk-1', 'desk-1'];
const MANAGER: Who = ['manager', 'manager'];

/** A hall in the past: its log, its one writer, and a clock that is set by hand. */
class PastHall {
  readonly committer: Committer;
  private readonly log: Log;
  private turns: (() => void)[] = [];
  private fault: unknown;

  constructor(
    private readonly settings: Settings,
    readonly time: PastTime,
  ) {
    const { server, configuration } = settings;
    const { data: directory } = server;
    const centreId = configuration.centre.id;
    this.log = openLog({ directory, centreId, time, projectors: [reportProjector] });
    const { database, configurations, lastEventAt } = this.log;
    database.pragma('synchronous = OFF');
    this.committer = new Committer(this.log, {
      clock: new ServerClock(time, lastEventAt),
      soon: (run) => void this.turns.push(run),
      answerOf: answersWith(new TicketLinks(randomBytes(32)), configurations),
      onFatal: (error) => (this.fault = error),
      onBug: ({ error }) => (this.fault = error),
    });
  }

  begin(): Promise<void> {
    const { centre } = this.settings.configuration;
    const configuration = storeConfiguration(this.log.database, this.settings.configuration);
    return this.done(SERVER, [
      { type: 'startLog', centreId: centre.id, configuration, training: false },
    ]);
  }

  /** Carries out commands in one transaction. Throws what any of them was refused for. */
  async done([actor, deviceId]: Who, commands: readonly Command[]): Promise<void> {
    await this.mixed(commands.map((command) => [[actor, deviceId], command]));
  }

  async mixed(commands: readonly (readonly [Who, Command])[]): Promise<void> {
    const answers = commands.map(([[actor, deviceId], command]) =>
      this.committer.enqueue({
        requestId: randomBytes(16).toString('hex'),
        sentAt: this.time.at,
        command,
        actor,
        deviceId,
      }),
    );
    for (const run of this.turns.splice(0)) run();
    if (this.fault !== undefined) throw this.fault;
    for (const answer of await Promise.all(answers)) {
      if (isRefusal(answer)) throw new Error(`the history is refused: ${answer.refused}`);
    }
  }

  close(): void {
    this.committer.stop();
    this.log.database.pragma('wal_checkpoint(TRUNCATE)');
    this.log.close();
  }
}

const finish: Command = {
  type: 'finish',
  counterId: COUNTER,
  result: 'completed',
  callNext: true,
};

/** A day of one counter: everyone takes a ticket, is called in order, and is served. */
const playDay = async (hall: PastHall, services: readonly string[], tickets: number) => {
  const take = (n: number): Command => ({
    type: 'takeTicket',
    services: [services[n % services.length]!],
    classId: '',
    language: 'ar',
  });
  const line = Math.min(LINE, tickets);
  const first = Array.from({ length: line }, (_, n) => take(n));
  await hall.done(KIOSK, first);
  await hall.done(CLERK, [
    { type: 'openCounter', counterId: COUNTER, profileId: 'all' },
    { type: 'callNext', counterId: COUNTER },
  ]);
  const step = (DAY_MS * 0.4) / (tickets / STEP_TICKETS + 2);
  for (let n = line; n < tickets; n += STEP_TICKETS) {
    hall.time.at += step;
    const count = Math.min(STEP_TICKETS, tickets - n);
    await hall.mixed(
      Array.from({ length: count }, (_, i) => [
        [KIOSK, take(n + i)] as const,
        [CLERK, finish] as const,
      ]).flat(),
    );
  }
  hall.time.at += step;
  await hall.done(
    CLERK,
    first.map(() => finish),
  );
};

const dateBefore = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) - days * DAY_MS).toISOString().slice(0, 10);

/** What to make: so many service days up to yesterday, with so many tickets each. */
export interface Past {
  readonly days: number;
  readonly ticketsPerDay: number;
}

/**
 * Fills a new data directory: the first day by the real rules and the real committer on a simulated
 * clock, the others as its repeats. The last day ends late yesterday, so that a server believes
 * its clock today.
 */
export const makeHistory = async (
  settings: Settings,
  { days, ticketsPerDay }: Past,
  now: number,
): Promise<void> => {
  const { centre, services } = settings.configuration;
  const today = civil(now, centre.zone).date;
  const date = dateBefore(today, days);
  const hall = new PastHall(settings, new PastTime(instant(date, '10:00', centre.zone)));
  await hall.begin();
  await hall.done(SERVER, [{ type: 'tick' }]);
  const ids = services.map(({ id }) => id);
  await playDay(hall, ids, ticketsPerDay);
  hall.time.at = instant(date, '23:50', centre.zone);
  await hall.done(MANAGER, [{ type: 'closeDay' }]);
  hall.close();
  const dates = Array.from({ length: days - 1 }, (_, n) => dateBefore(today, days - 1 - n));
  repeatDay(settings.server.data, { centreId: centre.id, date, dates });
};

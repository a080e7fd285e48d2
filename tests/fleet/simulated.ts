import { randomBytes } from 'node:crypto';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import type { TimeSource } from '../../node/time.js';
import { ServerClock } from '../../server/clock.js';
import { Committer } from '../../server/log/committer.js';
import { keptSecret, LINK_KEY } from '../../server/log/keys.js';
import { openLog, storeConfiguration, type Log } from '../../server/log/log.js';
import { plainAnswer } from '../../server/log/writer.js';
import { drawHandlingMs, NO_SHOW_LOST_MS, noShowShare } from '../play/habits.js';
import { randomOf, type Random } from '../play/random.js';

/** What a new centre has done already when it is first opened. */
const PAST_MS = 3 * HOUR_MS;
const WALK_MS = 20_000;
const IDLE_LOOK_MS = 15_000;

/** A clock that stands where it is put. */
class PlayedTime implements TimeSource {
  at: Millis = 0;

  wall(): Millis {
    return this.at;
  }

  monotonicMs(): number {
    return this.at;
  }
}

/** How busy a simulated centre is. */
export interface Habits {
  readonly seed: number;
  readonly counters: number;
  /** Share of their time that its counters have work. */
  readonly load: number;
}

/** Where its log lies, and until when its past reaches. */
interface Place {
  readonly directory: string;
  readonly now: Millis;
}

interface Due {
  readonly at: Millis;
  readonly run: () => Promise<void>;
}

/**
 * A centre with a log like any other, whose visitors and clerks are played: they come, wait, are
 * called, are absent or served, in the time that it is given.
 */
export class SimulatedCentre {
  readonly log: Log;
  readonly committer: Committer;
  private readonly time = new PlayedTime();
  private readonly random: Random;
  private readonly dues: Due[] = [];
  private readonly meanMin: number;

  private constructor(
    { directory, now }: Place,
    private readonly configuration: Configuration,
    private readonly habits: Habits,
  ) {
    this.random = randomOf(habits.seed);
    this.time.at = now;
    const centreId = configuration.centre.id;
    this.log = openLog({ directory, centreId, time: this.time, ballastBytes: 4096 });
    this.time.at = Math.max(now - PAST_MS, this.log.lastEventAt ?? 0);
    keptSecret(directory, LINK_KEY);
    this.committer = new Committer(this.log, {
      clock: new ServerClock(this.time, this.log.lastEventAt),
      soon: (run) => void setImmediate(run),
      answerOf: plainAnswer,
      onFatal: (fault) => {
        throw fault;
      },
      onBug: (bug) => {
        throw new Error(`a command made the rules throw: ${JSON.stringify(bug)}`);
      },
    });
    const { services } = configuration;
    this.meanMin =
      services.reduce((sum, { handlingMin }) => sum + handlingMin, 0) / services.length;
  }

  static async open(
    place: Place,
    configuration: Configuration,
    habits: Habits,
  ): Promise<SimulatedCentre> {
    const centre = new SimulatedCentre(place, configuration, habits);
    await centre.begin();
    return centre;
  }

  now(): Millis {
    return this.time.at;
  }

  /** All that happens until then. */
  async playUntil(at: Millis): Promise<void> {
    for (;;) {
      const due = this.dues[0];
      if (due === undefined || due.at > at) break;
      this.dues.shift();
      this.time.at = Math.max(this.time.at, due.at);
      await due.run();
    }
    this.time.at = Math.max(this.time.at, at);
  }

  close(): void {
    this.committer.stop();
    this.log.close();
  }

  private async begin(): Promise<void> {
    const { committer, configuration } = this;
    if (committer.state.seq === 0) {
      const hash = storeConfiguration(this.log.database, configuration);
      const { id: centreId } = configuration.centre;
      const start = { type: 'startLog', centreId, configuration: hash, training: false } as const;
      await committer.askAsServer(start);
    }
    this.after(0, () => this.tick());
    this.after(1_000, () => this.arrive());
    const own = configuration.counters.slice(0, this.habits.counters);
    for (const [index, { id }] of own.entries()) this.after(2_000 + index, () => this.attend(id));
  }

  private after(ms: number, run: () => Promise<void>): void {
    const at = this.time.at + Math.round(ms);
    const later = this.dues.findIndex((due) => due.at > at);
    this.dues.splice(later < 0 ? this.dues.length : later, 0, { at, run });
  }

  /** Whether it was done; refusals are a part of the play. */
  private async ask(command: Command, actor: string, deviceId: string): Promise<boolean> {
    const answer = await this.committer.enqueue({
      ...{ requestId: randomBytes(16).toString('hex'), sentAt: this.time.at },
      ...{ actor, deviceId, command },
    });
    return !isRefusal(answer);
  }

  private async tick(): Promise<void> {
    await this.committer.askAsServer({ type: 'tick' });
    this.after(MINUTE_MS, () => this.tick());
  }

  private async arrive(): Promise<void> {
    const { random, configuration, habits } = this;
    const frequent = configuration.services.filter((service) => service.frequent);
    const service = random.pick(random.unit() < 0.7 ? frequent : configuration.services);
    const classId = random.unit() < 0.08 ? (configuration.classes[0]?.id ?? '') : '';
    const language = random.unit() < 0.93 ? 'ar' : 'en';
    const wish = { services: [service.id], classId, language: language as Language };
    await this.ask({ type: 'takeTicket', ...wish }, 'k1', 'k1');
    const apartMs = (this.meanMin * MINUTE_MS) / habits.counters / habits.load;
    this.after(random.exponential(apartMs), () => this.arrive());
  }

  /** A clerk calls whoever is next, or looks again a moment later. */
  private async attend(counterId: string): Promise<void> {
    const { state } = this.committer;
    const clerk = `clerk-${counterId}`;
    const deviceId = `desk-${counterId.slice(1)}`;
    const next = (ms: number): void => this.after(ms, () => this.attend(counterId));
    if (state.day === null) return next(MINUTE_MS);
    if (!state.day.counters.has(counterId)) {
      await this.ask({ type: 'openCounter', counterId, profileId: 'all' }, clerk, deviceId);
      return next(IDLE_LOOK_MS);
    }
    const held = state.day.counters.get(counterId)?.ticketId;
    if (held === undefined) await this.ask({ type: 'callNext', counterId }, clerk, deviceId);
    const ticketId = this.committer.state.day?.counters.get(counterId)?.ticketId;
    const ticket =
      ticketId === undefined ? undefined : this.committer.state.day?.tickets.get(ticketId);
    if (ticket === undefined) return next(IDLE_LOOK_MS * (0.5 + this.random.unit()));
    if (this.random.unit() < noShowShare(this.time.at - ticket.leg.joinedAt)) {
      return this.after(NO_SHOW_LOST_MS, async () => {
        await this.ask({ type: 'noShow', counterId }, clerk, deviceId);
        await this.attend(counterId);
      });
    }
    this.after(
      WALK_MS,
      async () => void (await this.ask({ type: 'start', counterId }, clerk, deviceId)),
    );
    const service = this.configuration.services.find(({ id }) => id === ticket.leg.serviceId);
    const handlingMs = drawHandlingMs(this.random, service?.handlingMin ?? this.meanMin);
    this.after(WALK_MS + handlingMs, async () => {
      const result = this.random.unit() < 0.85 ? 'completed' : 'papers';
      await this.ask({ type: 'finish', counterId, result, callNext: false }, clerk, deviceId);
      await this.attend(counterId);
    });
  }
}

import type { Namespace } from 'socket.io';
import pino from 'pino';
import type { Configuration } from '../../core/configuration.js';
import type { Command } from '../../core/protocol/commands.js';
import { ROLES } from '../../core/protocol/roles.js';
import type { ViewBase } from '../../core/protocol/views.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import type { State } from '../../core/state.js';
import { currentConfiguration } from '../../core/views/hall.js';
import { Devices } from '../../server/access/devices.js';
import { Machines } from '../../server/access/machines.js';
import { SecretHasher } from '../../node/secrets.js';
import { Staff } from '../../server/access/staff.js';
import { createAccessTables } from '../../server/access/tables.js';
import { createDeviceTable } from '../../server/report/devices.js';
import { DEFAULT_LIMITS, type Centre } from '../../server/centre.js';
import { ServerClock, type Clock } from '../../server/clock.js';
import { answersWith } from '../../server/hub/answer.js';
import { Live } from '../../server/hub/live.js';
import type { Subject } from '../../server/hub/screens.js';
import { Views } from '../../server/hub/views.js';
import { TicketLinks } from '../../server/access/link.js';
import { Committer, type BugReport } from '../../server/log/committer.js';
import { Crash } from '../../server/log/faults.js';
import { openLog, storeConfiguration, type Log } from '../../server/log/log.js';
import { hallRules, type Rules } from '../../server/log/replay.js';
import { SERVER_DEVICE, type AnswerOf, type Writer } from '../../server/log/writer.js';
import { reportProjector } from '../../server/report/projection.js';
import { createVoiceTable, Recorded } from '../../server/voice/recorded.js';
import { Scrub } from '../../server/log/watch/scrub.js';
import { Upstreams } from '../../server/upstream/upstreams.js';
import { Voices } from '../../server/voice/voices.js';
import type { Bug } from './bugs.js';
import type { Dice } from './halls.js';
import { ProcessTimers, type Loop } from './loop.js';
import type { Network } from './network.js';
import { INJECTED, type Trouble } from './trouble.js';

/** Text of an announcement that makes the rules throw: a mistake of the program itself. */
export const POISON = 'poison';
/** Views are looked at for time alone this much less often than in the product. */
const LOOK_LESS = 24;
const VIEWS_PER_SECOND = 0.5;
const BEAT_MS = 30_000;
const TICK_MS = 10_000;
const NIGHT_TICK_MS = 240_000;

/** What a screen gets. */
export interface Receiver {
  readonly link: string;
  readonly subject: Subject;
  view(view: ViewBase): void;
  beat(at: number, version: number): void;
}

/** What views say to a room. */
type Said =
  | [kind: 'view', view: ViewBase]
  | [kind: 'beat', beat: { readonly at: number; readonly version: number }];

export interface ProcessOptions {
  readonly directory: string;
  readonly configuration: Configuration;
  readonly loop: Loop;
  readonly dice: Dice;
  readonly network: Network;
  readonly trouble: Trouble;
  readonly bug: Bug | undefined;
  /** What the outside world learns: a log that was opened, or has grown. */
  readonly onLog: (log: Log, state: State | null) => void;
  readonly onFault: (what: string) => void;
}

const brittle = (rules: Rules, ran: (command: Command) => void): Rules => ({
  ...rules,
  decide: (state, asked, configurations) => {
    const { command } = asked;
    if (command.type === 'announce' && command.text?.en.startsWith(POISON) === true) {
      ran(command);
      throw new Error(`${POISON} made the rules throw`);
    }
    return rules.decide(state, asked, configurations);
  },
});

const wanted = (error: unknown): boolean =>
  error instanceof Error &&
  (error.message.startsWith(INJECTED) || error.message.startsWith(POISON));

/** What the machine learns of its process. */
export interface Hooks {
  readonly died: () => void;
  /** A command that makes the rules throw was run. */
  readonly ran: (command: Command) => void;
  /** It was answered `bug`. */
  readonly setAside: (command: Command) => void;
}

/** Lets the process die where a fault says so. */
const surviving = (run: () => void, died: () => void = () => undefined): void => {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    died();
  }
};

/** The server process, from its start to its end. */
export class Process {
  readonly log: Log;
  readonly committer: Committer;
  readonly views: Views;
  readonly clock: Clock;
  private readonly timers: ProcessTimers;
  private readonly rooms = new Map<string, Set<Receiver>>();
  private readonly early = new Map<Command, (answer: Answer) => void>();

  constructor(
    private readonly of: ProcessOptions,
    private readonly hooks: Hooks,
  ) {
    const { bug, trouble, loop, dice, directory } = of;
    const rules = brittle(bug?.rules?.(hallRules) ?? hallRules, hooks.ran);
    const open = (): Log =>
      openLog({
        ...{ directory, centreId: 'random', time: trouble, faults: trouble, rules },
        projectors: [bug?.projector?.(reportProjector) ?? reportProjector],
        random: (bytes) => Buffer.from(Array.from({ length: bytes }, () => dice(256))),
        disk: trouble.disk,
      });
    this.log = bug?.opening?.(open) ?? open();
    bug?.opened?.(this.log);
    this.timers = new ProcessTimers(loop, dice);
    const clock = new ServerClock(trouble, this.log.lastEventAt);
    this.clock = bug?.clock?.(clock, trouble) ?? clock;
    this.committer = this.commits();
    const { writer } = this.committer as unknown as { writer: Writer };
    bug?.committer?.(this.committer, writer);
    this.views = this.shows();
    this.committer.onCommitted(() => this.views.changed());
    this.timers.every(BEAT_MS, () => this.views.beat());
    this.timers.every(60_000, () => trouble.disk.refill());
  }

  /** Nobody is let in before the log has a beginning. */
  get isOpen(): boolean {
    return this.committer.state.centre.configuration !== '';
  }

  join(screen: Receiver): void {
    const { room, view } = this.views.join(screen.subject);
    const look = (): void => screen.view(view as ViewBase);
    if (view !== null) this.of.network.send(screen.link, look);
    // A phone is looked at once and put away again.
    if (screen.subject.role === 'phone') return;
    const there = this.rooms.get(room) ?? new Set();
    this.rooms.set(room, there.add(screen));
  }

  ask(who: Subject, ask: Ask<Command>, reply: (answer: Answer) => void): void {
    const { bug } = this.of;
    const { role, deviceId, staff } = who;
    const request = { ...ask, deviceId, actor: staff?.id ?? (role === 'board' ? '' : deviceId) };
    if (bug?.answersEarly === true) this.early.set(ask.command, reply);
    void this.committer.enqueue(bug?.request?.(request) ?? request).then((answer) => {
      if ('refused' in answer && answer.refused === 'bug') this.hooks.setAside(ask.command);
      reply(answer);
    });
  }

  /** A command of the server's own. */
  say(command: Command): void {
    const { dice } = this.of;
    const requestId = Array.from({ length: 32 }, () => dice(16).toString(16)).join('');
    const who = { actor: 'system', deviceId: SERVER_DEVICE };
    void this.committer.enqueue({ requestId, sentAt: this.clock.now(), command, ...who });
  }

  tick(): void {
    if (this.isOpen) this.say({ type: 'tick' });
    else this.begin();
    const ms = this.committer.state.day === null ? NIGHT_TICK_MS : TICK_MS;
    this.timers.after(ms, () => this.tick());
  }

  private begin(): void {
    const configuration = storeConfiguration(this.log.database, this.of.configuration);
    this.say({ type: 'startLog', centreId: 'random', configuration, training: false });
    this.say({ type: 'enrolDevice', deviceId: 'agent-1', role: 'agent' });
  }

  /** Ends at once, as a killed process does, or after it has finished what waited. */
  end(gently: boolean): void {
    this.timers.end();
    if (gently) surviving(() => this.committer.stop());
    this.log.close();
  }

  private commits(): Committer {
    const { log, timers, clock } = this;
    const { loop, onLog, onFault, trouble } = this.of;
    const full = answersWith(new TicketLinks(Buffer.alloc(32, 1)), log.configurations);
    const committer: Committer = new Committer(log, {
      clock,
      soon: (run) => timers.soon(() => surviving(run, this.hooks.died)),
      answerOf: this.earlyToo(full),
      onFatal: () => void loop.after(0, this.hooks.died),
      onBug: (bug: BugReport) => {
        if (!wanted(bug.error)) onFault(`a bug in ${bug.where}: ${String(bug.error)}`);
      },
      faults: trouble,
    });
    committer.onCommitted(() => onLog(log, committer.state));
    return committer;
  }

  private earlyToo(answerOf: AnswerOf): AnswerOf {
    return (state, command, events) => {
      const answer = answerOf(state, command, events);
      this.early.get(command)?.(answer);
      return answer;
    };
  }

  private shows(): Views {
    const { network, bug } = this.of;
    const namespaces = ROLES.map((role) => ({
      name: `/${role}`,
      adapter: { rooms: this.rooms },
      to: (room: string) => ({
        emit: (...[kind, said]: Said) => {
          for (const screen of this.rooms.get(room) ?? []) {
            network.send(screen.link, () => {
              if (kind === 'beat') screen.beat(said.at, said.version);
              else screen.view(said);
            });
          }
        },
      }),
    }));
    const store = bug?.forgetsStarts === true ? { ...this.log, starts: 1 } : this.log;
    return new Views(this.centre(store), namespaces as unknown as Namespace[], VIEWS_PER_SECOND);
  }

  private centre(store: Log): Centre {
    const { committer, clock, timers } = this;
    const { database, configurations } = store;
    createAccessTables(database);
    createDeviceTable(database);
    createVoiceTable(database);
    const configuration = (): Configuration =>
      currentConfiguration(committer.state, configurations);
    return {
      settings: {
        ...{ host: '127.0.0.1', port: 0, phonePort: null, tls: null },
        ...{
          data: store.directory,
          voice: null,
          upstreams: [],
          standby: null,
          sms: null,
          names: [],
          pilot: false,
        },
      },
      limits: DEFAULT_LIMITS,
      ...{ log: committer, store, clock, live: new Live() },
      timers: {
        soon: (run) => timers.soon(run),
        after: (ms, run) => timers.after(ms, run),
        every: (ms, run) => timers.every(ms * LOOK_LESS, run),
      },
      devices: new Devices(database),
      machines: new Machines(database),
      staff: Object.assign(new Staff(database, new SecretHasher(Buffer.alloc(32))), {
        nameOf: (id: string) => id,
      }),
      links: new TicketLinks(Buffer.alloc(32, 1)),
      journal: pino({ level: 'silent' }),
      voices: new Voices(new Recorded(database), null, configuration),
      upstreams: new Upstreams(),
      // It has a connection of its own, which no death here would end: nobody starts it.
      scrub: new Scrub({
        ...{ directory: store.directory, timers, journal: pino({ level: 'silent' }) },
        onFatal: this.hooks.died,
        settled: () => undefined,
      }),
      configuration,
      audit: () => undefined,
      cut: () => undefined,
      sms: null,
      modem: null,
    };
  }
}

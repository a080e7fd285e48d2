import { io, type Socket } from 'socket.io-client';
import type { Millis } from '../core/configuration.js';
import type { DeviceId } from '../core/events.js';
import type { AgentView, PrinterState, PrintState, Roll } from '../core/protocol/views.js';
import type { Answer, Ask } from '../core/protocol/wire.js';
import { CentreClock, machineClock, sleep, type Clock } from './clock.js';
import type { HallWire, RunningHall } from './hall.js';
import { isUntrusted, whyUntrusted, type Self } from './enrol.js';
import { fetchedAs, type Fetched } from './fetched.js';
import type { JobStatus } from './jobs/queue.js';
import { Reports } from './jobs/reports.js';
import type { ModemWire, RunningModem } from './modem/start.js';
import { modemWire, takeOrders } from './modem/wire.js';
import { Away } from './offline/away.js';
import { thisMachine, type MachineTime } from './offline/contact.js';
import type { Listeners, RunningPrinter } from './printers.js';
import { Troubles } from './troubles.js';

/** How long the tickets in the printers may take to end once the agent shall stop. */
export const STOP_MS_MAX = 10_000;
const ANSWER_MS_MAX = 5_000;
/** After the server turned a connection away or ended it: the socket does not try by itself. */
const RECONNECT_MS = 3_000;
/** A server that is away for less is not worth dashes on every display. */
export const LOST_MS = 10_000;

export interface AgentParts {
  readonly self: Self;
  /** The device's cookie, `name=value`. */
  readonly cookie: string;
  start(kioskId: DeviceId, clock: Clock, listeners: Listeners): RunningPrinter;
  /** Starts displays, keypads, bells and scanners. */
  startHall?(clock: Clock, wire: HallWire): RunningHall;
  /** Starts the modem that stands beside this agent. */
  startModem?(wire: ModemWire): RunningModem;
  /** Told with each view which configuration holds. */
  onConfiguration?(hash: string): void;
  say(line: string): void;
  /** Going on is useless or would be wrong; the reason is said before. Ends the process. */
  exit(code: number): void;
  /** What opens the socket, and the machine's time; the tests bring their own. */
  readonly open?: typeof io;
  readonly machine?: Clock;
  readonly machineTime?: MachineTime;
  readonly fetched?: Fetched;
}

/** One agent: the link to its server, and a queue for each of its kiosks' printers. */
export class Agent {
  private readonly running = new Map<DeviceId, RunningPrinter>();
  private readonly printers = new Map<DeviceId, { state: PrinterState; roll: Roll }>();
  private readonly told = new Map<string, PrintState>();
  private readonly troubles: Troubles;
  private readonly clock: CentreClock;
  /** What its kiosks do while the server is away. */
  readonly away: Away;
  private view: AgentView | undefined;
  private readonly reports: Reports;
  private readonly socket: Socket;
  private readonly hall: RunningHall | undefined;
  private readonly modem: RunningModem | undefined;
  private keepHall: () => void = () => undefined;
  private isStopping = false;
  private distrust = '';

  constructor(private readonly parts: AgentParts) {
    const { self, cookie, open = io, machine = machineClock } = parts;
    this.clock = new CentreClock(machine);
    this.reports = new Reports({
      clock: this.clock,
      ask: (ask) => this.ask(ask),
      onRefused: ({ jobId, state }, refused) =>
        parts.say(`the server does not take that ${jobId} is ${state}: ${refused}`),
    });
    this.socket = open(`${self.server}/agent`, {
      path: '/socket',
      transports: ['websocket'],
      auth: { device: self.deviceId },
      extraHeaders: { cookie },
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
    });
    this.troubles = new Troubles({
      say: (line) => parts.say(line),
      onChange: () => this.tellTroubles(),
    });
    this.hall = parts.startHall?.(this.clock, {
      troubles: this.troubles,
      ask: (ask) => this.ask(ask),
      scan: (placeId, token) => {
        if (this.socket.connected) this.socket.emit('scan', { placeId, token });
      },
    });
    this.modem = parts.startModem?.(modemWire(this.socket));
    if (this.modem !== undefined) {
      takeOrders(this.socket, this.modem, (fault) => this.fail('a text message broke off', fault));
    }
    this.away = new Away({
      ...{ data: self.data, origin: new URL(self.server).origin, socket: this.socket },
      ...{ clock: this.clock, machine: parts.machineTime ?? thisMachine() },
      fetched: parts.fetched ?? fetchedAs(self, cookie),
      ask: (ask) => this.ask(ask),
      print: (job) => this.running.get(job.kioskId)?.queue.take(job),
      printer: (kioskId) =>
        this.running.has(kioskId) ? (this.printers.get(kioskId)?.state ?? 'away') : undefined,
      say: (line) => parts.say(line),
      onSettled: () => this.printListed(),
      isStopping: () => this.isStopping,
      onFault: (what, fault) => this.fail(what, fault),
    });
    this.listen();
    this.printWithoutServer();
  }

  /** Whether it has a server now. */
  get isLive(): boolean {
    return this.socket.connected;
  }

  /**
   * Takes no further job, and resolves when the tickets in the printers have ended, or after
   * `STOP_MS_MAX`: the journal then has them as under way, and the next start deals with them.
   */
  async stop(): Promise<void> {
    this.isStopping = true;
    const ends = [...this.running.values()].map(({ queue, ended }) => {
      queue.stop();
      return ended;
    });
    const late = sleep(this.clock, STOP_MS_MAX).then(() => 'late' as const);
    const end = await Promise.race([
      Promise.all([...ends, this.hall?.stop(), this.modem?.stop()]),
      late,
    ]);
    if (end === 'late') this.parts.say('stops with a ticket still in a printer');
    this.away.close();
    this.socket.disconnect();
  }

  private listen(): void {
    this.socket.on('connect', () => this.greet());
    this.socket.on('view', (view: AgentView) => this.see(view));
    this.socket.on('beat', ({ at }: { readonly at: Millis }) => this.hear(at));
    this.socket.on('disconnect', () => {
      this.keepHall();
      this.keepHall = this.clock.after(LOST_MS, () => this.hall?.see(null));
      this.reconnect();
    });
    this.socket.on('connect_error', (error) => {
      const { message } = error;
      this.lookAtCertificate(error);
      const { self, say, exit } = this.parts;
      if (message === 'notEnrolled') {
        say(`${self.deviceId} is no longer enrolled: remove ${self.data}/cookie and start again`);
        return exit(1);
      }
      if (!this.socket.active) say(`the server turns this agent away: ${message}`);
      this.reconnect();
    });
  }

  /** A server that is away comes back; one that is not trusted needs a person. */
  private lookAtCertificate(error: Error & { readonly description?: { message?: string } }): void {
    const said = error.description?.message ?? '';
    if (!isUntrusted(said) || said === this.distrust) return;
    this.distrust = said;
    this.parts.say(whyUntrusted(this.parts.self.server, said));
  }

  private reconnect(): void {
    if (this.socket.active || this.isStopping) return;
    this.clock.after(RECONNECT_MS, () => {
      if (!this.isStopping) this.socket.connect();
    });
  }

  private tellTroubles(): void {
    if (this.socket.connected) this.socket.emit('troubles', this.troubles.all());
  }

  /** A server that started again knows nothing of the devices. */
  private greet(): void {
    this.told.clear();
    for (const [kioskId, status] of this.printers) {
      this.socket.emit('printer', { kioskId, ...status });
    }
    this.tellTroubles();
    this.away.greet();
  }

  private hear(at: Millis): void {
    this.clock.hear(at);
    this.away.hear(at);
  }

  private see(view: AgentView): void {
    const { at, configuration, kiosks, rolls, leases } = view;
    this.view = view;
    this.hear(at);
    if (this.isStopping) return;
    this.keepHall();
    this.hall?.see(view);
    this.away.keep(leases);
    this.parts.onConfiguration?.(configuration);
    for (const kioskId of kiosks) {
      if (!this.running.has(kioskId)) this.running.set(kioskId, this.start(kioskId));
      const loadedAt = rolls[kioskId];
      if (loadedAt !== undefined) this.running.get(kioskId)?.loaded(loadedAt);
    }
    this.printListed();
  }

  /** Prints what the server lists and is not printed here yet. */
  private printListed(): void {
    const jobs = this.view?.jobs ?? [];
    const sorted = this.away.sorted(jobs);
    if (sorted === null || this.isStopping) return;
    const listed = new Set(jobs.map(({ jobId }) => jobId));
    for (const jobId of this.told.keys()) if (!listed.has(jobId)) this.told.delete(jobId);
    for (const { queue } of this.running.values()) queue.keep(sorted.wanted);
    for (const job of sorted.fresh) {
      const printer = this.running.get(job.kioskId);
      if (printer === undefined) continue;
      this.away.prints(job);
      printer.queue.take(job);
    }
    this.tellBrought();
  }

  /** Kiosks whose leases lie here print also before the server was heard. */
  private printWithoutServer(): void {
    const { offline } = this.away;
    if (!offline.wasHeard) return;
    this.clock.hear(offline.now());
    for (const kioskId of offline.stock.kiosks()) this.running.set(kioskId, this.start(kioskId));
    for (const job of offline.jobs()) this.running.get(job.kioskId)?.queue.take(job);
  }

  /** What became of papers that were printed before the server had an id for them. */
  private tellBrought(): void {
    for (const job of this.view?.jobs ?? []) {
      const state = this.away.stateOf(job);
      if (state !== undefined) this.tellState(job.jobId, state);
    }
  }

  private start(kioskId: DeviceId): RunningPrinter {
    return this.parts.start(kioskId, this.clock, {
      onJob: (status) => this.tellJob(status),
      onPrinter: (state, roll) => {
        this.printers.set(kioskId, { state, roll });
        this.socket.emit('printer', { kioskId, state, roll });
      },
      onFault: (fault) => this.fail(`the printer of ${kioskId} cannot go on`, fault),
    });
  }

  /** Each state is told once per connection; a final one goes into the log. */
  private tellJob({ jobId, state: is, waitsForStaff }: JobStatus): void {
    // Managers look after what is interrupted; what is queued they take to come by itself.
    const state = waitsForStaff ? 'interrupted' : is;
    if (this.away.notes(jobId, state)) this.tellBrought();
    else this.tellState(jobId, state);
  }

  private tellState(jobId: string, state: PrintState): void {
    if (this.told.get(jobId) === state) return;
    this.told.set(jobId, state);
    this.socket.emit('printing', { jobId, state });
    if (state !== 'confirmed' && state !== 'assumed') return;
    this.reports
      .send({ jobId, state })
      .catch((fault: unknown) => this.fail(`that ${jobId} is ${state} cannot be told`, fault));
  }

  private async ask(ask: Ask): Promise<Answer | undefined> {
    try {
      return (await this.socket.timeout(ANSWER_MS_MAX).emitWithAck('ask', ask)) as Answer;
    } catch {
      // Cut, or no answer in time: the socket rejects for nothing else.
      return undefined;
    }
  }

  private fail(what: string, fault: unknown): void {
    this.parts.say(`${what}: ${fault instanceof Error ? fault.stack : String(fault)}`);
    this.parts.exit(FAULT_EXIT);
  }
}

/** EX_SOFTWARE of sysexits.h. */
const FAULT_EXIT = 70;

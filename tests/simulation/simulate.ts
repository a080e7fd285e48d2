import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../../core/time.js';
import type { State } from '../../core/state.js';
import { eventOf } from '../../chain/chain.js';
import type { Log } from '../../server/log/log.js';
import { lastRow, rowsFrom } from '../../server/log/read.js';
import { seeded } from '../fixtures/randomday.js';
import { boardFaults, ledgerFaults, logFaults, offlineFaults } from './audit.js';
import type { Bug } from './bugs.js';
import type { World } from './client.js';
import { diceOf, randomHall } from './halls.js';
import { Loop } from './loop.js';
import { Machine } from './machine.js';
import { Network } from './network.js';
import { agent, board, desk, kiosk, manager } from './people.js';
import { Trouble } from './trouble.js';
import { Watch } from './watch.js';

/** Sunday 2026-11-22, 07:30 in Cairo. */
const START = Date.parse('2026-11-22T05:30:00Z');
/** Short days, each with its opening, its closing time, and an end at half past ten. */
const HOURS = [{ from: '08:00', to: '10:00' }];
const CALENDAR = {
  week: { sat: HOURS, sun: HOURS, mon: HOURS, tue: HOURS, wed: HOURS, thu: HOURS },
  closeByMin: 30,
};
/** Until well after the end of the n-th day. */
const hoursOf = (days: number): number => 24 * (days - 1) + 3.5;
const REST_MS = 25 * 60_000;
const LINK_CUT_MS = 90 * 60_000;
const MEMORY = '/dev/shm';

export interface Simulation {
  readonly seed: number;
  readonly days: number;
  readonly bug?: Bug;
}

export interface Report {
  readonly seed: number;
  readonly faults: readonly string[];
  /** Simulated hours until the end, or until the first fault. */
  readonly hours: number;
  readonly commands: number;
  readonly answered: number;
  readonly gaveUp: number;
  readonly visitors: number;
  readonly days: number;
  readonly events: number;
  readonly kills: number;
  readonly cuts: number;
  readonly lost: number;
  readonly doubled: number;
  readonly failures: number;
  readonly fullDisks: number;
  readonly jumps: number;
  readonly tampered: number;
  /** Visitors who got a number of a lease while nobody answered. */
  readonly offline: number;
  /** SHA-256 over the log's head and all that was heard: equal for equal histories. */
  readonly history: string;
}

/** Sums of many simulations, to be printed. */
export const totals = (reports: readonly Report[]): string => {
  const sum = (of: (report: Report) => number): number =>
    Math.round(reports.reduce((total, report) => total + of(report), 0));
  return [
    `${reports.length} seeds, ${sum((r) => r.hours)} simulated hours, ${sum((r) => r.days)} days`,
    `${sum((r) => r.visitors)} visitors, ${sum((r) => r.commands)} commands`,
    `${sum((r) => r.answered)} answered, ${sum((r) => r.gaveUp)} given up`,
    `${sum((r) => r.events)} events, ${sum((r) => r.kills)} kills, ${sum((r) => r.cuts)} cuts`,
    `${sum((r) => r.lost)} messages lost, ${sum((r) => r.doubled)} doubled`,
    `${sum((r) => r.failures)} failed calls, ${sum((r) => r.fullDisks)} full disks`,
    `${sum((r) => r.offline)} numbers given out offline`,
    `${sum((r) => r.jumps)} clock jumps, ${sum((r) => r.tampered)} changes of the past`,
  ].join(', ');
};

/** Reads what became durable, and nothing else. */
class Reader {
  private position = 0;
  private watch: Watch | undefined;
  readonly counts = { visitors: 0, days: 0 };
  /** In which start of the server each request was carried out. */
  readonly starts = new Map<string, number>();

  constructor(
    private readonly onFault: (what: string) => void,
    private readonly start: () => number,
  ) {}

  read(log: Log, state: State | null): void {
    this.watch ??= new Watch(log.configurations);
    this.watch.configurations = log.configurations;
    for (const row of rowsFrom(log.database, this.position + 1)) {
      const event = eventOf(row);
      this.position = row.position;
      this.starts.set(row.request, this.start());
      this.watch.take(event);
      if (event.type === 'ticket.issued') this.counts.visitors += 1;
      if (event.type === 'day.opened') this.counts.days += 1;
    }
    if (state !== null) this.watch.compare(state);
    for (const fault of this.watch.faults.splice(0)) this.onFault(fault);
  }
}

/** A hall with its machine, lines and people, and those who look at them from outside. */
class Hall {
  readonly faults: string[] = [];
  readonly loop = new Loop(START);
  readonly network: Network;
  readonly trouble: Trouble;
  readonly machine: Machine;
  readonly world: World;
  readonly reader: Reader;
  private readonly boards;
  private readonly clients;

  constructor({ seed, bug }: Simulation, directory: string) {
    const dice = diceOf(seeded(seed));
    const { loop } = this;
    const onFault = (what: string): void => void this.faults.push(what);
    const rules = { waitingMax: 2000, servicesMax: 3, returnWithinMin: 5, lapseAfterMin: 30 };
    const changes = { rules, calendar: CALENDAR };
    const configuration = randomHall(dice, { counters: 3, numbersMax: 60, changes });
    this.network = new Network(loop, dice);
    this.trouble = new Trouble(loop, dice);
    this.reader = new Reader(onFault, () => this.machine.starts);
    this.machine = new Machine({
      ...{ directory, configuration, loop, dice, bug, onFault },
      ...{ network: this.network, trouble: this.trouble },
      onLog: (log, state) => this.reader.read(log, state),
    });
    const takes = bug?.takes ?? ((held: number, fresh: number) => fresh >= held);
    const parts = { loop, dice, network: this.network, machine: this.machine, onFault, takes };
    this.world = { ...parts, ledger: [], offline: [], onImpatient: () => false, busy: true };
    this.boards = ['board-1', 'board-2'].map((id) => board(this.world, id));
    const others = [
      ...['kiosk-1', 'kiosk-2'].map((id) => kiosk(this.world, configuration, id)),
      ...[1, 2, 3].map((n) => desk(this.world, configuration, n)),
      manager(this.world, configuration),
      agent(this.world),
    ];
    this.clients = [...this.boards, ...others];
    for (const { link } of this.clients) this.network.trouble(link, LINK_CUT_MS);
  }

  /** Nothing more goes wrong and nobody asks anything new: all that is open must be settled. */
  rest(): void {
    this.world.busy = false;
    this.network.rest();
    this.trouble.rest();
    this.machine.rest();
  }

  /** What is not as it was promised, once all has come to rest. */
  audit(): void {
    const { process } = this.machine;
    if (process === null) return void this.faults.push('the server did not come back');
    const { log, committer } = process;
    this.reader.read(log, committer.state);
    this.faults.push(...logFaults(log, committer.state));
    this.faults.push(...ledgerFaults(log, this.world.ledger, this.reader.starts));
    this.faults.push(...offlineFaults(log, this.world.offline));
    this.faults.push(...boardFaults(log, committer.state, this.boards));
    for (const { waits, link } of this.clients) {
      if (waits > 0) this.faults.push(`${link} still waits for an answer`);
    }
  }

  history(): string {
    const sum = createHash('sha256');
    const { process } = this.machine;
    if (process !== null) sum.update(lastRow(process.log.database)?.hash ?? '');
    for (const { requestId, heard } of this.world.ledger) {
      sum.update(JSON.stringify([requestId, heard]));
    }
    return sum.digest('hex');
  }
}

/** Plays a hall by a seed. The same seed gives the same history, to the last byte of the log. */
export const simulate = async (simulation: Simulation): Promise<Report> => {
  const directory = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'dawr-simulation-'));
  try {
    const hall = new Hall(simulation, directory);
    const failed = (): boolean => hall.faults.length > 0;
    const { loop, network, trouble, machine, world, reader } = hall;
    await loop.run(START + hoursOf(simulation.days) * HOUR_MS, failed);
    if (!failed()) {
      hall.rest();
      await loop.run(loop.now + REST_MS, failed);
    }
    if (!failed()) hall.audit();
    const history = hall.history();
    const { ledger } = world;
    const report = {
      ...{ seed: simulation.seed, faults: hall.faults, history, ...reader.counts },
      hours: (loop.now - START) / HOUR_MS,
      commands: ledger.length,
      offline: world.offline.length,
      answered: ledger.filter(({ heard }) => heard.length > 0).length,
      gaveUp: ledger.filter(({ gaveUp }) => gaveUp).length,
      events: machine.process?.committer.state.seq ?? 0,
      ...{ kills: machine.kills, tampered: machine.tampered },
      ...{ cuts: network.cuts, lost: network.lost, doubled: network.doubled },
      ...{ failures: trouble.failures, fullDisks: trouble.fullDisks, jumps: trouble.jumps },
    };
    machine.process?.end(false);
    return report;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

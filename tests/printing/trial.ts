import { join } from 'node:path';
import { isLate, isSlip, jobIdOf } from '../../core/paper.js';
import type { PrintJob } from '../../core/protocol/views.js';
import { Journal } from '../../agent/jobs/journal.js';
import { PrintQueue, type JobStatus } from '../../agent/jobs/queue.js';
import { isUnderWay } from '../../agent/jobs/states.js';
import type { PressedTicket } from '../../agent/paper/pieces.js';
import type { PrinterProfile } from '../../agent/printer/profile.js';
import type { Slip } from '../../agent/printer/virtual-paper.js';
import { VirtualPrinter } from '../../agent/printer/virtual-printer.js';
import { plainPaper } from '../fixtures/paper.js';
import { FakeClock, press, profile as standard } from '../fixtures/printing.js';
import { seeded } from '../fixtures/randomday.js';
import { Line } from './line.js';

/** What printers can tell, from one that tells all to one that tells nothing. */
export const KINDS: readonly Partial<PrinterProfile['status']>[] = [
  {},
  { asb: false },
  { processId: false },
  { processId: false, clearBuffer: false },
  { processId: false, gsR: false },
  { processId: false, gsR: false, clearBuffer: false },
  { processId: false, gsR: false, clearBuffer: false, dleEot: false, asb: false },
];

/** A ticket's newest paper, as the log has it. */
interface Order {
  readonly ticketId: string;
  readonly copy: number;
  readonly why: 'first' | 'lost' | 'again';
  readonly at: number;
  state: 'pending' | 'confirmed' | 'assumed' | 'abandoned';
}

/** A whole ticket printed in time takes no longer than this after its start. */
const PRINT_MS_MAX = 20_000;
/** Nobody changes a roll faster. */
const ROLL_CHANGE_MS = 3_000;
/** What the cut-off of a scrap of a row or two adds, in mm, where the cutter was stuck. */
const SCRAP_MM = 5.3;

/** Drawing is dear, and only the code differs. */
const drawn = new Map<string, PressedTicket>();
const pressed = (paper: PrintJob['paper']): PressedTicket => {
  const ticket = drawn.get(paper.copy) ?? press({ ...paper, link: 'https://h/t/00000-00-first' });
  drawn.set(paper.copy, ticket);
  const text = `${isSlip(paper) ? '' : paper.link}-${paper.copy}`;
  const pieces = ticket.pieces.map((piece) =>
    piece.kind === 'qr' ? { ...piece, code: { ...piece.code, text } } : piece,
  );
  return { ...ticket, pieces };
};

/**
 * An agent's queue and its printer between a log and a staff, for some minutes in which everything
 * goes wrong by a seed. Afterwards all is put right, and the log is held against the paper.
 */
export class Trial {
  readonly faults: string[] = [];
  readonly happened = new Map<string, number>();
  private readonly clock = new FakeClock();
  private readonly orders = new Map<string, Order>();
  private readonly wholes = new Map<string, string[]>();
  private readonly random: () => number;
  private readonly profile: PrinterProfile;
  private readonly printer: VirtualPrinter;
  private readonly line: Line;
  private readonly startedAt = new Map<string, number>();
  private queue!: PrintQueue;
  private life = { isOver: false };
  private isServerAway = false;
  private roll: 'there' | 'ending' | 'out' = 'there';
  private killsAt: string | undefined;
  private issued = 0;

  constructor(
    seed: number,
    private readonly folder: string,
  ) {
    this.random = seeded(seed);
    this.profile = { ...standard, status: { ...standard.status, ...KINDS[seed % KINDS.length] } };
    this.printer = new VirtualPrinter(this.profile, (slip) => this.look(slip));
    this.line = new Line(this.printer, this.clock);
    this.begin();
  }

  /** Returns what was not as it should be. */
  async run(minutes: number): Promise<readonly string[]> {
    const end = this.clock.now() + minutes * 60_000;
    while (this.clock.now() < end) {
      if (this.dice(4) === 0) this.issue();
      if (this.dice(6) === 0) this.trouble();
      if (this.dice(3) === 0) this.repair();
      if (this.dice(12) === 0) this.decide();
      this.sync();
      await this.clock.pass(this.dice(2) === 0 ? this.dice(400) : this.dice(5_000));
    }
    await this.finish();
    return this.faults;
  }

  private dice(sides: number): number {
    return Math.floor(this.random() * sides);
  }

  private note(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  private begin(): void {
    const life = (this.life = { isOver: false });
    const journal = new Journal(join(this.folder, 'journal'));
    const alive =
      <T extends unknown[]>(run: (...args: T) => void) =>
      (...args: T): void => {
        if (!life.isOver) run(...args);
      };
    this.queue = new PrintQueue({
      link: this.line.endFor(life),
      profile: this.profile,
      journal,
      clock: { now: () => this.clock.now(), after: (ms, run) => this.clock.after(ms, alive(run)) },
      press: pressed,
      onJob: alive((status) => this.hear(status)),
      onPrinter: (state) => this.note(`printer ${state}`),
      onFeed: () => undefined,
      onPaperLeft: () => undefined,
    });
    this.queue.run().catch((fault: unknown) => this.faults.push(String(fault)));
  }

  private kill(): void {
    this.note('kill');
    this.life.isOver = true;
    this.begin();
    this.sync();
  }

  private issue(): void {
    this.issued += 1;
    const ticketId = String(this.issued).padStart(5, '0');
    const order = { ticketId, copy: 0, why: 'first', at: this.clock.now(), state: 'pending' };
    this.orders.set(ticketId, order as Order);
  }

  /** The agent's view. */
  private sync(): void {
    if (this.isServerAway) return;
    const pending = [...this.orders.values()].filter(({ state }) => state === 'pending');
    const jobs = pending.slice(-20).map(({ ticketId, copy, why, at }): PrintJob => {
      const link = `https://h/t/${ticketId}-${String(copy).padStart(2, '0')}`;
      const paper = { ...plainPaper, link, copy: why };
      return { jobId: jobIdOf(ticketId, copy), kioskId: 'k1', issuedAt: at, paper };
    });
    this.queue.keep(new Set(jobs.map(({ jobId }) => jobId)));
    for (const job of jobs) this.queue.take(job);
  }

  /** What the agent says of a job, as far as the log takes it. */
  private hear({ jobId, state }: JobStatus): void {
    this.note(`job ${state}`);
    const [ticketId = '', copy] = jobId.split('/');
    const order = this.orders.get(ticketId);
    if (state === 'sending' || state === 'reprinting') {
      this.startedAt.set(jobId, this.clock.now());
      if (order?.copy === Number(copy) && isLate(order.at, this.clock.now()))
        this.faults.push(`${jobId} begun late`);
    }
    if (this.killsAt === state && isUnderWay(state)) {
      this.killsAt = undefined;
      this.clock.after(0, () => this.kill());
      this.life.isOver = true;
      return;
    }
    if (this.isServerAway || (state !== 'confirmed' && state !== 'assumed')) return;
    if (order?.copy === Number(copy) && order.state === 'pending') order.state = state;
  }

  private trouble(): void {
    const { printer, line } = this;
    const kinds: readonly [string, () => void][] = [
      ['paper end', () => this.endRoll(this.dice(1_200))],
      ['near end', () => printer.set({ isNearEnd: true })],
      ['cover', () => printer.set({ isCoverOpen: true })],
      ['cutter', () => printer.set({ isCutterStuck: true })],
      ['silence', () => printer.set({ isMute: true })],
      ['unplug', () => printer.set({ isUnplugged: true })],
      ['break', () => (line.breaksAfter = this.dice(20_000))],
      ['slow', () => (line.delayMs = this.dice(9_000))],
      ['lost', () => (line.loses = 1 + this.dice(3))],
      ['unasked', () => line.interject(this.dice(2))],
      ['kill now', () => this.kill()],
      ['kill at', () => (this.killsAt = ['sending', 'sent', 'reprinting'][this.dice(3)])],
      ['server', () => (this.isServerAway = true)],
    ];
    const [what, happen] = kinds[this.dice(kinds.length)]!;
    this.note(what);
    happen();
  }

  private repair(): void {
    const { printer, line } = this;
    const repairs: readonly (() => void)[] = [
      () => this.loadPaper(),
      () => printer.set({ isCoverOpen: this.roll === 'out', isCutterStuck: false }),
      () => printer.set({ isMute: false }),
      () => printer.set({ isUnplugged: false }),
      () => void ((line.delayMs = 0), (line.loses = 0)),
      () => (this.isServerAway = false),
    ];
    repairs[this.dice(repairs.length)]!();
  }

  /** The roll has so little left. Only another roll gives more paper. */
  private endRoll(rows: number): void {
    if (this.roll === 'there') this.printer.set({ paperRows: rows });
    if (this.roll !== 'out') this.roll = 'ending';
  }

  private loadPaper(): void {
    if (this.roll === 'out') return;
    this.roll = 'out';
    this.printer.set({ isCoverOpen: true });
    this.clock.after(ROLL_CHANGE_MS, () => {
      this.roll = 'there';
      this.printer.loadPaper();
      this.printer.set({ isCoverOpen: false });
    });
  }

  /** Staff look at a paper that waits too long, or somebody has lost one. */
  private decide(): void {
    const late = [...this.orders.values()].filter(
      ({ state, at }) => state === 'pending' && isLate(at, this.clock.now()),
    );
    const order = late[this.dice(late.length + 1)] ?? [...this.orders.values()][this.dice(20)];
    if (order === undefined) return;
    const isPending = order.state === 'pending';
    if (isPending && this.dice(2) === 0) {
      order.state = 'abandoned';
      return this.note('given up');
    }
    const { ticketId, copy } = order;
    const why = isPending ? 'again' : 'lost';
    this.note(`ordered ${why}`);
    this.orders.set(ticketId, {
      ...{ ticketId, copy: copy + 1, why, at: this.clock.now(), state: 'pending' },
    });
  }

  /** What came out of the printer. */
  private look({ codes, lengthMm }: Slip): void {
    if (codes.length === 0) return;
    if (codes.length > 1) this.faults.push('two tickets on one paper');
    const [ticketId = '', copy = '', mark = ''] = codes[0]!.text.slice(12).split('-');
    const { paperMm } = pressed({ ...plainPaper, copy: mark as PrintJob['paper']['copy'] });
    // Of a printer that tells nothing nobody learns that its cutter left a scrap there.
    const scrapMm = this.profile.status.dleEot ? SCRAP_MM : paperMm;
    if (lengthMm > paperMm + scrapMm) this.faults.push(`${ticketId} with more on its paper`);
    if (Math.abs(lengthMm - paperMm) > 0.01) return this.note('scrap');
    const jobId = jobIdOf(ticketId, Number(copy));
    const before = this.wholes.get(jobId) ?? [];
    if (mark === 'first' && before.length > 0) this.faults.push(`${jobId} twice, unmarked`);
    this.wholes.set(jobId, [...before, mark]);
    if (before.length > 0) this.note('printed twice, marked');
    // What a printer cannot be made to forget it prints whenever it can.
    if (!this.profile.status.clearBuffer) return;
    const sinceMs = this.clock.now() - (this.startedAt.get(jobId) ?? 0);
    if (sinceMs > PRINT_MS_MAX) this.faults.push(`${jobId} came out ${sinceMs} ms late`);
  }

  private async finish(): Promise<void> {
    const { printer, line } = this;
    this.killsAt = undefined;
    this.isServerAway = false;
    Object.assign(line, { breaksAfter: Infinity, delayMs: 0, loses: 0 });
    await this.clock.pass(ROLL_CHANGE_MS);
    this.loadPaper();
    await this.clock.pass(ROLL_CHANGE_MS);
    printer.set({ isCoverOpen: false, isCutterStuck: false, isMute: false, isUnplugged: false });
    await this.clock.pass(30_000);
    const before = this.issued;
    for (let n = 0; n < 3; n += 1) this.issue();
    this.sync();
    await this.clock.pass(40_000);
    this.sync();
    await this.clock.pass(1_000);
    for (const { ticketId, copy, state, at } of this.orders.values()) {
      const jobId = jobIdOf(ticketId, copy);
      const isPaper = this.wholes.has(jobId);
      if (state === 'pending' && !isLate(at, this.clock.now()))
        this.faults.push(`${jobId} is lost`);
      if (state === 'confirmed' && !isPaper) this.faults.push(`${jobId} is no paper`);
      const isNew = Number(ticketId) > before;
      if (isNew && !isPaper) this.faults.push(`${jobId} waits though all is well`);
    }
  }
}

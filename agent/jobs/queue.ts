import { isLate, isSlip } from '../../core/paper.js';
import type { PrinterState, PrintJob, PrintState } from '../../core/protocol/views.js';
import type { Clock } from '../clock.js';
import { encodeJob } from '../paper/escpos.js';
import type { Equipment } from '../paper/equip.js';
import type { PressedTicket } from '../paper/pieces.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { PrinterProfile } from '../printer/profile.js';
import type { Journal, JournalEntry } from './journal.js';
import { Machine } from './machine.js';
import { isUnderWay, nextState, type JobEvent } from './states.js';

/** A job's first printing and two more; then a person decides. */
const TRIES_MAX = 3;

const POLL_MS = 1_000;
/** What goes wrong with an idle printer is known so soon. */
const IDLE_POLL_MS = 1_000;
const RECONNECT_MS_MIN = 500;
const RECONNECT_MS_MAX = 10_000;

export interface JobStatus {
  readonly jobId: string;
  readonly state: PrintState;
  /** Too late, or tried too often: it is printed no more. Staff may order another copy. */
  readonly waitsForStaff: boolean;
}

export interface QueueParts {
  readonly link: DeviceLink;
  readonly profile: PrinterProfile;
  readonly journal: Journal;
  /** The centre's time, by which jobs are too late. */
  readonly clock: Clock;
  press(paper: PrintJob['paper']): PressedTicket;
  /** Fills the printer's memory while no paper is due. */
  readonly equipment?: Pick<Equipment, 'connected' | 'step'>;
  /** Told of every change, and again of a job that is taken again. */
  onJob(status: JobStatus): void;
  onPrinter(state: PrinterState): void;
  /** So much paper is fed now. */
  onFeed(mm: number): void;
  /** A printer that measures its paper says how much is left. */
  onPaperLeft(mm: number): void;
}

interface Held {
  job: PrintJob;
  entry: JournalEntry;
  /** What `onJob` was told last about waiting for staff. */
  toldWaits: boolean;
}

/**
 * The jobs of one printer. Each state is on the disk before anyone is told of it. One job at a time
 * is in the printer; a job that was interrupted, by the printer or by the end of this process, is
 * printed again, marked as a repeat, once the printer holds nothing of it any more. No job is
 * printed twice without that mark, and none late: staff order another copy, which is another job.
 */
export class PrintQueue {
  private readonly held = new Map<string, Held>();
  /** As `keep` was told last. */
  private wanted: ReadonlySet<string> | undefined;
  private readonly machine: Machine;
  private isStopped = false;
  private reconnectMs = RECONNECT_MS_MIN;
  private processCount: number;
  private isWoken = false;
  private endPause: () => void = () => undefined;

  constructor(private readonly parts: QueueParts) {
    this.machine = new Machine({ ...parts, onNews: () => this.wake() });
    this.processCount = Math.floor(parts.clock.now() / 1000);
    const last = parts.journal.all().findLast(({ tries }) => tries > 0);
    if (last === undefined) return;
    if (!isUnderWay(last.state) && last.state !== 'interrupted') return;
    if (isUnderWay(last.state)) this.record(last, 'interrupted');
    this.machine.soil('old');
  }

  /**
   * Takes a job. One that is known is not printed again: what became of it is told again. Its age
   * is from the `issuedAt` told last, which moves when the centre's clock is set.
   */
  take(job: PrintJob): void {
    const { journal, clock } = this.parts;
    let held = this.held.get(job.jobId);
    if (held !== undefined) held.job = job;
    else {
      let entry = journal.get(job.jobId);
      if (entry === undefined) {
        entry = { jobId: job.jobId, state: 'queued', tries: 0, at: clock.now() };
        journal.append(entry);
      }
      held = { job, entry, toldWaits: false };
      this.held.set(job.jobId, held);
    }
    this.tell(held);
    this.wake();
  }

  /**
   * Only these jobs are wanted: any other is forgotten, unless it is in the printer. The journal
   * still knows it.
   */
  keep(jobIds: ReadonlySet<string>): void {
    for (const [jobId, { entry }] of this.held) {
      if (!jobIds.has(jobId) && !isUnderWay(entry.state)) this.held.delete(jobId);
    }
    this.wanted = jobIds;
  }

  /** Prints until `stop`. Rejects where going on would be wrong: a full disk, a bug. */
  async run(): Promise<void> {
    while (!this.isStopped) {
      this.isWoken = false;
      const pauseMs = await this.turn();
      if (pauseMs > 0 && !this.isWoken && !this.isStopped) await this.pause(pauseMs);
    }
    await this.machine.session.close();
  }

  /** The printer may be there again: there is no need to wait before the next try. */
  retry(): void {
    if (this.machine.session.isOpen) return;
    this.reconnectMs = RECONNECT_MS_MIN;
    this.wake();
  }

  /** Lets the job in the printer end, then `run` resolves. */
  stop(): void {
    this.isStopped = true;
    this.wake();
  }

  /** Returns how long nothing needs to be done. */
  private async turn(): Promise<number> {
    for (const held of this.held.values()) {
      if (this.waits(held) !== held.toldWaits) this.tell(held);
    }
    try {
      const isPrinting = await this.machine.prepare();
      this.reconnectMs = RECONNECT_MS_MIN;
      if (!isPrinting) return POLL_MS;
      const due = [...this.held.values()].filter((held) => this.isDue(held));
      // Whoever asks what a service needs has more time than a visitor with a number to come.
      const next = due.find(({ job }) => !isSlip(job.paper)) ?? due[0];
      if (next === undefined || this.isStopped) return (await this.equips()) ? 0 : IDLE_POLL_MS;
      await this.print(next);
      return 0;
    } catch (error) {
      if (!(error instanceof LinkLost)) throw error;
      await this.machine.lose();
      // That it was lost is known by now: a device that comes and goes is not hunted.
      this.isWoken = false;
      const pauseMs = this.reconnectMs;
      this.reconnectMs = Math.min(pauseMs * 2, RECONNECT_MS_MAX);
      return pauseMs;
    }
  }

  private async equips(): Promise<boolean> {
    const { equipment } = this.parts;
    return !this.isStopped && equipment !== undefined && equipment.step(this.machine.session);
  }

  private async print(held: Held): Promise<void> {
    const { job, entry } = held;
    const isAgain = entry.tries > 0;
    const isMarked = job.paper.copy !== 'first' || !isAgain;
    const ticket = this.parts.press(isMarked ? job.paper : { ...job.paper, copy: 'again' });
    const { session, receipts } = this.machine;
    const processId = this.nextProcessId();
    const bytes = encodeJob(this.parts.profile, { ...ticket, receipt: receipts.kind, processId });
    this.step(held, isAgain ? 'startedAgain' : 'started');
    this.machine.begin(ticket.paperMm);
    const expected = receipts.expect(ticket, processId, bytes.length);
    try {
      await session.forget();
      await session.write(bytes, receipts.kind === 'gsR' ? 'inTurn' : 'nothing');
      this.step(held, 'written');
      const end = await receipts.wait(expected, ticket);
      if (end === 'interrupted') this.machine.soil();
      this.step(held, end);
    } catch (error) {
      this.machine.soil();
      this.step(held, 'interrupted');
      throw error;
    } finally {
      expected.drop();
      this.forget(held);
    }
  }

  /** What was unlisted while it was in the printer is not printed once more. */
  private forget({ entry }: Held): void {
    if (this.wanted?.has(entry.jobId) === false) this.held.delete(entry.jobId);
  }

  private nextProcessId(): string {
    this.processCount += 1;
    return (this.processCount % 36 ** 4).toString(36).toUpperCase().padStart(4, '0');
  }

  private isDue(held: Held): boolean {
    const { state } = held.entry;
    return (state === 'queued' || state === 'interrupted') && !this.waits(held);
  }

  private waits({ job, entry }: Held): boolean {
    if (entry.state !== 'queued' && entry.state !== 'interrupted') return false;
    const { issuedAt } = job;
    if (entry.tries >= TRIES_MAX) return true;
    return issuedAt !== null && isLate(issuedAt, this.parts.clock.now());
  }

  private step(held: Held, event: JobEvent): void {
    held.entry = this.record(held.entry, event);
    this.tell(held);
  }

  private record(entry: JournalEntry, event: JobEvent): JournalEntry {
    const state = nextState(entry.state, event);
    const tries = entry.tries + (event === 'started' || event === 'startedAgain' ? 1 : 0);
    const next = { jobId: entry.jobId, state, tries, at: this.parts.clock.now() };
    this.parts.journal.append(next);
    return next;
  }

  private tell(held: Held): void {
    held.toldWaits = this.waits(held);
    const { jobId, state } = held.entry;
    this.parts.onJob({ jobId, state, waitsForStaff: held.toldWaits });
  }

  /** Waits, at most until something new is to be done. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  private wake(): void {
    this.isWoken = true;
    this.endPause();
  }
}

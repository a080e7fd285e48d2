import { PAPER_AGE_MS_MAX } from '../../core/paper.js';
import type { PrinterState, PrintJob, PrintState } from '../../core/protocol/views.js';
import { sleep, type Clock } from '../clock.js';
import { CUT_OFF_MM, encodeCutOff, encodeJob } from '../paper/escpos.js';
import type { PressedTicket } from '../paper/press.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { PrinterProfile } from '../printer/profile.js';
import { prints } from '../printer/replies.js';
import type { Journal, JournalEntry } from './journal.js';
import { Receipts } from './receipts.js';
import { Session } from './session.js';
import { isUnderWay, nextState, type JobEvent } from './states.js';

/** A job's first printing and two more; then a person decides. */
export const TRIES_MAX = 3;

const POLL_MS = 1_000;
/** What goes wrong with an idle printer is known so soon. */
const IDLE_POLL_MS = 1_000;
/** How often a printer that measures its paper is asked for it. */
const PAPER_LEFT_MS = 60_000;
const RECONNECT_MS_MIN = 500;
const RECONNECT_MS_MAX = 10_000;
/** What a printer that cannot clear its buffer gets to print the rest of a ticket. */
const REMAINDER_MS = 5_000;

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
  private readonly session: Session;
  private readonly receipts: Receipts;
  private state: PrinterState | undefined;
  /** Parts of a ticket may be in the printer's buffer, and on the paper. */
  private isBufferDirty = false;
  private isPaperDirty = false;
  /** Whether the printer tells changes by itself; a ticket's ESC @ ends that. */
  private isWatched = false;
  private paperLeftAt = -Infinity;
  private isStopped = false;
  private reconnectMs = RECONNECT_MS_MIN;
  private processCount: number;
  private isWoken = false;
  private endPause: () => void = () => undefined;

  constructor(private readonly parts: QueueParts) {
    const { link, profile, clock } = parts;
    this.session = new Session({
      ...{ link, profile, clock },
      onState: (state) => this.hear(state),
      onLost: () => this.wake(),
    });
    this.receipts = new Receipts(this.session, parts, (state) => this.setState(state));
    this.processCount = Math.floor(parts.clock.now() / 1000);
    const last = parts.journal.all().findLast(({ tries }) => tries > 0);
    if (last === undefined) return;
    if (!isUnderWay(last.state) && last.state !== 'interrupted') return;
    if (isUnderWay(last.state)) this.record(last, 'interrupted');
    this.session.suspectRests();
    this.soil();
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
    await this.session.close();
  }

  /** The printer may be there again: there is no need to wait before the next try. */
  retry(): void {
    if (this.session.isOpen) return;
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
      await this.prepare();
      if (!prints(this.state!)) return POLL_MS;
      const next = [...this.held.values()].find((held) => this.isDue(held));
      if (next === undefined || this.isStopped) return IDLE_POLL_MS;
      await this.print(next);
      return 0;
    } catch (error) {
      if (!(error instanceof LinkLost)) throw error;
      this.setState('away');
      // A request may have been cut in two on its way.
      this.isBufferDirty = true;
      await this.session.close();
      // That it was lost is known by now: a device that comes and goes is not hunted.
      this.isWoken = false;
      const pauseMs = this.reconnectMs;
      this.reconnectMs = Math.min(pauseMs * 2, RECONNECT_MS_MAX);
      return pauseMs;
    }
  }

  /** Connects, asks how the printer is, and frees it of what an interrupted job left. */
  private async prepare(): Promise<void> {
    if (!this.session.isOpen) await this.connect();
    if (this.isBufferDirty) await this.session.startAfresh();
    this.isBufferDirty = false;
    this.setState(await this.session.status());
    this.reconnectMs = RECONNECT_MS_MIN;
    if (this.isPaperDirty && prints(this.state!)) await this.cutOff();
    if (!this.isWatched) await this.session.watch();
    this.isWatched = true;
    await this.askPaperLeft();
  }

  private async connect(): Promise<void> {
    await this.session.open();
    this.isWatched = false;
    this.paperLeftAt = -Infinity;
  }

  /** Whatever of an interrupted ticket is on the paper does not belong to the next one. */
  private async cutOff(): Promise<void> {
    const { clearBuffer } = this.parts.profile.status;
    if (!clearBuffer) await sleep(this.parts.clock, REMAINDER_MS);
    await this.session.write(encodeCutOff());
    this.isWatched = false;
    this.parts.onFeed(CUT_OFF_MM);
    // An answer to the interrupted ticket must not be taken for one to the next.
    if (!clearBuffer && this.receipts.kind === 'gsR') await this.session.drain();
    this.isPaperDirty = false;
  }

  private async askPaperLeft(): Promise<void> {
    const { clock, onPaperLeft, profile } = this.parts;
    if (profile.status.paperLeft === 'none' || !prints(this.state!)) return;
    if (clock.now() - this.paperLeftAt < PAPER_LEFT_MS) return;
    this.paperLeftAt = clock.now();
    const mm = await this.session.paperLeftMm();
    if (mm !== undefined) onPaperLeft(mm);
  }

  private async print(held: Held): Promise<void> {
    const { job, entry } = held;
    const isAgain = entry.tries > 0;
    const isMarked = job.paper.copy !== 'first' || !isAgain;
    const ticket = this.parts.press(isMarked ? job.paper : { ...job.paper, copy: 'again' });
    const processId = this.nextProcessId();
    const bytes = encodeJob({ ...ticket, receipt: this.receipts.kind, processId });
    this.step(held, isAgain ? 'startedAgain' : 'started');
    this.isWatched = false;
    this.parts.onFeed(ticket.paperMm);
    const expected = this.receipts.expect(ticket, processId);
    try {
      await this.session.write(bytes, this.receipts.kind === 'gsR' ? 'inTurn' : 'nothing');
      this.step(held, 'written');
      const end = await this.receipts.wait(expected, ticket);
      if (end === 'interrupted') this.soil();
      this.step(held, end);
    } catch (error) {
      this.soil();
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
    return this.parts.clock.now() - job.issuedAt > PAPER_AGE_MS_MAX || entry.tries >= TRIES_MAX;
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

  /** The printer told a change; what follows from it is asked for at once. */
  private hear(state: PrinterState): void {
    if (state === this.state) return;
    this.setState(state);
    this.wake();
  }

  private setState(state: PrinterState): void {
    if (state === this.state) return;
    this.state = state;
    this.parts.onPrinter(state);
  }

  private soil(): void {
    this.isBufferDirty = true;
    this.isPaperDirty = true;
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

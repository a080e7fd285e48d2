import type { PrinterState } from '../../core/protocol/views.js';
import { sleep } from '../clock.js';
import { CUT_OFF_MM, encodeCutOff } from '../paper/escpos.js';
import { prints } from '../printer/replies.js';
import type { QueueParts } from './queue.js';
import { Receipts } from './receipts.js';
import { Session } from './session.js';

/** What a printer that cannot clear its buffer gets to print the rest of a ticket. */
const REMAINDER_MS = 5_000;
/** So long the next paper waits for the last one to be taken; then it pushes that out. */
export const HELD_MS_MAX = 10_000;
/** How often a printer that measures its paper is asked for it. */
const PAPER_LEFT_MS = 60_000;

type MachineParts = Omit<QueueParts, 'journal' | 'press' | 'onJob'> & {
  /** Something changed: what follows from it should be done at once. */
  readonly onNews: () => void;
};

/** The printer of a queue: how it is, and whether anything of an old ticket is left in it. */
export class Machine {
  readonly session: Session;
  readonly receipts: Receipts;
  private state: PrinterState | undefined;
  /** Parts of a ticket may be in the printer's buffer, and on the paper. */
  private isBufferDirty = false;
  private isPaperDirty = false;
  /** Whether the printer tells changes by itself; a ticket's ESC @ ends that. */
  private isWatched = false;
  private wasConnected = false;
  private paperLeftAt = -Infinity;
  private heldSince: number | undefined;

  constructor(private readonly parts: MachineParts) {
    const { link, profile, clock, onNews } = parts;
    this.session = new Session({
      ...{ link, profile, clock },
      onState: (state) => this.hear(state),
      onLost: onNews,
    });
    this.receipts = new Receipts(this.session, parts, (state) => this.setState(state));
  }

  /**
   * Connects, asks how the printer is, and frees it of what an interrupted job left. Whether it
   * prints; rejects with `LinkLost`.
   */
  async prepare(): Promise<boolean> {
    if (!this.session.isOpen) await this.connect();
    if (this.isBufferDirty) await this.session.startAfresh();
    this.isBufferDirty = false;
    this.setState(await this.session.status());
    if (this.isPaperDirty && prints(this.state!)) await this.cutOff();
    if (!this.isWatched) await this.session.watch();
    this.isWatched = true;
    await this.askPaperLeft();
    return prints(this.state!) && !this.isHeld();
  }

  /** Whether the next paper should wait: the visitor before has not taken theirs. */
  private isHeld(): boolean {
    const now = this.parts.clock.now();
    this.heldSince = this.session.isHeld ? (this.heldSince ?? now) : undefined;
    return this.heldSince !== undefined && now - this.heldSince < HELD_MS_MAX;
  }

  private async connect(): Promise<void> {
    await this.session.open();
    // Of a printer that tells nothing, nobody knows whether it was through with the last ticket.
    if (this.wasConnected && !this.parts.profile.status.dleEot) this.isPaperDirty = true;
    this.wasConnected = true;
    this.parts.equipment?.connected();
    this.isWatched = false;
    this.paperLeftAt = -Infinity;
  }

  /** Whatever of an interrupted ticket is on the paper does not belong to the next one. */
  private async cutOff(): Promise<void> {
    const { clearBuffer } = this.parts.profile.status;
    if (!clearBuffer) await sleep(this.parts.clock, REMAINDER_MS);
    await this.session.write(encodeCutOff(this.parts.profile));
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

  /** A ticket is about to be written: it feeds so much paper. */
  begin(mm: number): void {
    this.isWatched = false;
    this.parts.onFeed(mm);
  }

  /** Parts of a ticket may be in the printer, and of several questions, if it is an old one. */
  soil(age: 'now' | 'old' = 'now'): void {
    this.isBufferDirty = true;
    this.isPaperDirty = true;
    if (age === 'old') this.session.suspectRests();
  }

  /** The printer cannot be reached. */
  async lose(): Promise<void> {
    this.setState('away');
    // A request may have been cut in two on its way.
    this.isBufferDirty = true;
    await this.session.close();
  }

  /** The printer told a change; what follows from it is asked for at once. */
  private hear(state: PrinterState): void {
    if (state === this.state) return;
    this.setState(state);
    this.parts.onNews();
  }

  private setState(state: PrinterState): void {
    if (state === this.state) return;
    this.state = state;
    this.parts.onPrinter(state);
  }
}

import type { PrinterState } from '../../core/protocol/views.js';
import { sleep, type Clock } from '../clock.js';
import type { Receipt } from '../paper/escpos.js';
import type { PressedTicket } from '../paper/pieces.js';
import type { PrinterProfile } from '../printer/profile.js';
import { prints, saysPaperEnd } from '../printer/replies.js';
import type { Session } from './session.js';
import type { Expected } from './waits.js';

const POLL_MS = 1_000;
const WAIT_MS_MIN = 5_000;
const WAIT_FACTOR = 3;
const ASSUME_AFTER_MS = 1_000;

/** How a printer tells that a ticket was printed: its own word, or else that nothing went wrong. */
export class Receipts {
  readonly kind: Receipt;

  constructor(
    private readonly session: Session,
    private readonly parts: { readonly profile: PrinterProfile; readonly clock: Clock },
    private readonly onState: (state: PrinterState) => void,
  ) {
    const { processId, gsR } = parts.profile.status;
    this.kind = processId ? 'processId' : gsR ? 'gsR' : 'none';
  }

  /** To be called before the job of so many bytes is written: no answer comes too early. */
  expect(ticket: PressedTicket, processId: string, bytes: number): Expected {
    const printMs = Math.max(WAIT_MS_MIN, WAIT_FACTOR * this.printMs(ticket));
    const ms = this.session.lineMs(bytes) + printMs;
    if (this.kind === 'gsR') return this.session.expectInTurn(ms);
    return this.session.expect((reply) => reply.kind === 'processId' && reply.id === processId, ms);
  }

  /** How the printing of what was just written ended. Rejects with `LinkLost`. */
  async wait(
    expected: Expected,
    ticket: PressedTicket,
  ): Promise<'confirmed' | 'assumed' | 'interrupted'> {
    if (this.kind !== 'none') return this.confirm(expected);
    const { clock } = this.parts;
    await sleep(clock, this.session.lineMs() + this.printMs(ticket) + ASSUME_AFTER_MS);
    return (await this.isPrinting()) ? 'assumed' : 'interrupted';
  }

  /** Waits for the printer's own word, and asks meanwhile whether it can go on. */
  private async confirm({ reply }: Expected): Promise<'confirmed' | 'interrupted'> {
    for (;;) {
      const poll = sleep(this.parts.clock, POLL_MS).then(() => 'poll' as const);
      const first = await Promise.race([reply, poll]);
      if (first === undefined) return (await this.isThrough()) ? 'confirmed' : 'interrupted';
      if (first !== 'poll') return saysPaperEnd(first) ? 'interrupted' : 'confirmed';
      if (!(await this.isPrinting())) return 'interrupted';
    }
  }

  /** A printer that never sent a process id may still say that it is through. */
  private async isThrough(): Promise<boolean> {
    const { gsR } = this.parts.profile.status;
    return this.kind === 'processId' && gsR && (await this.session.isThrough());
  }

  private async isPrinting(): Promise<boolean> {
    const state = await this.session.status();
    this.onState(state);
    return prints(state);
  }

  private printMs({ paperMm }: PressedTicket): number {
    return (paperMm / this.parts.profile.speedMmS) * 1000;
  }
}

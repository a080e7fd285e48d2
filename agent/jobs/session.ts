import type { PrinterState } from '../../core/protocol/views.js';
import type { Clock } from '../clock.js';
import { TRANSMIT_PAPER_STATUS } from '../paper/escpos.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { FullBit, PrinterProfile } from '../printer/profile.js';
import { CLEAR_BUFFER } from '../printer/receiver.js';
import {
  fullStateOf,
  isError,
  ReplyReader,
  saysPaperEnd,
  stateOf,
  type Reply,
} from '../printer/replies.js';
import { Waits, type Expected } from './waits.js';

/** How long a printer may take to answer a real-time request. */
export const ANSWER_MS_MAX = 300;
const CLEARED_MS_MAX = 2_000;
/** What comes in its turn may wait for what is printed before. */
const TURN_MS_MAX = 2_000;
/** A printer that need not answer is asked so often whether it does. */
export const ASK_AGAIN_MS = 60_000;
/** One that tells changes without end is believed. */
const STATUS_ASKED_MAX = 3;
/** An answer that has not come by then comes no more. */
const QUIET_MS = 10_000;

/** GS a: online, error and paper sensor are told with each change. */
const WATCH = Uint8Array.of(0x1d, 0x61, 0x0e);
/** DLE EOT 20 of Custom printers: transmit the full status. */
const ASK_FULL = Uint8Array.of(0x10, 0x04, 20);
/** GS E1h of Custom printers: transmit the paper left. */
const ASK_PAPER_LEFT = Uint8Array.of(0x1d, 0xe1);

export interface SessionParts {
  readonly link: DeviceLink;
  readonly profile: PrinterProfile;
  readonly clock: Clock;
  /** What the printer tells unasked. */
  onState(state: PrinterState): void;
  /** The connection ended by itself. */
  onLost(): void;
}

/**
 * Questions and answers over one link. Every wait ends: with the answer, in time, or by `LinkLost`.
 * An answer that comes too late could be taken for that to the next question, so the first one
 * that is missed ends the connection.
 */
export class Session {
  private reader = new ReplyReader();
  private readonly waits: Waits;
  private isConnected = false;
  /** A command may have been cut in two: the printer takes what comes next for its rest. */
  private isHalf = false;
  /** Questions in turn that are not answered yet; of those of an earlier process nobody knows. */
  private owed = 0;
  /** How often the printer told its state unasked. */
  private changes = 0;
  /** When the last byte written will have gone over the line. */
  private freeAt = 0;
  /** One that answers nothing to DLE EOT 20 is asked by DLE EOT 2 to 4 on the next connection. */
  private answersFull = true;
  /** Whether the printer answers on this connection, though its model need not. */
  private isFrank = false;
  private askedAt = -Infinity;
  /** Whether the last paper was in the mouth when the printer was asked last. */
  isHeld = false;

  constructor(private readonly parts: SessionParts) {
    this.waits = new Waits(parts.clock);
    parts.link.onData((bytes) => {
      for (const reply of this.reader.take(bytes)) this.hear(reply);
    });
    parts.link.onLost(() => {
      this.fail();
      parts.onLost();
    });
  }

  get isOpen(): boolean {
    return this.isConnected;
  }

  /** Rejects with `LinkLost`. */
  async open(): Promise<void> {
    this.reader = new ReplyReader();
    this.freeAt = 0;
    this.isFrank = false;
    this.askedAt = -Infinity;
    await this.parts.link.open();
    this.isConnected = true;
  }

  async close(): Promise<void> {
    this.fail();
    await this.parts.link.close();
  }

  /** `inTurn`: the bytes end with a question that is answered in its turn. */
  async write(bytes: Uint8Array, asks: 'inTurn' | 'nothing' = 'nothing'): Promise<void> {
    if (!this.isConnected) throw new LinkLost('the printer is not connected');
    this.isHalf = true;
    if (asks === 'inTurn') this.owed += 1;
    const { link, clock } = this.parts;
    this.freeAt = clock.now() + this.lineMs(bytes.length);
    await link.write(bytes);
    this.isHalf = false;
  }

  /** How long what was written is still on the line, and so many bytes behind it, in ms. */
  lineMs(bytes = 0): number {
    const { link, clock } = this.parts;
    return Math.max(0, this.freeAt - clock.now()) + bytes * (link.msPerByte ?? 0);
  }

  /** An earlier process may have died in the middle of writing, or of waiting. */
  suspectRests(): void {
    this.isHalf = true;
    this.owed = Infinity;
  }

  /**
   * Ends what was cut in two or never printed: a printer that can forget does so, for another the
   * largest picture is filled up, and it ignores what is too much. Rejects with `LinkLost`.
   */
  async startAfresh(): Promise<void> {
    const { status, raster, width } = this.parts.profile;
    if (status.clearBuffer) await this.clearBuffer();
    else if (this.isHalf) await this.write(new Uint8Array((raster.maxBandRows * width.dots) / 8));
    this.isHalf = false;
  }

  /** Whether what `status` gives is the printer's own word. */
  get isTold(): boolean {
    return this.parts.profile.status.dleEot || this.isFrank;
  }

  /**
   * Has a printer that tells nothing forget what it holds: it may have no paper, and would print
   * an old ticket with the next roll. Those that do not know DLE DC4 pass it over.
   */
  async forget(): Promise<void> {
    if (!this.isTold) await this.write(CLEAR_BUFFER);
  }

  /**
   * `ready` for one that tells nothing. What it told unasked meanwhile is newer than its answers,
   * so it is asked again. Rejects with `LinkLost` if another does not answer.
   */
  async status(): Promise<PrinterState> {
    for (let asked = 1; ; asked += 1) {
      const before = this.changes;
      const state = await this.askStatus();
      if (before === this.changes || asked === STATUS_ASKED_MAX) return state;
    }
  }

  private async askStatus(): Promise<PrinterState> {
    const { fullStatus } = this.parts.profile.status;
    if (!this.isTold) await this.askAgain();
    if (!this.isTold) return 'ready';
    this.isHeld = false;
    if (fullStatus !== null && this.answersFull) return this.fullStatus(fullStatus);
    const offline = await this.ask(2);
    const error = isError(offline) ? await this.ask(3) : 0;
    return stateOf({ offline, error, paper: await this.ask(4) });
  }

  /** Many printers answer that are sold without a word of it. */
  private async askAgain(): Promise<void> {
    const now = this.parts.clock.now();
    if (now - this.askedAt < ASK_AGAIN_MS) return;
    this.askedAt = now;
    const ms = ANSWER_MS_MAX + this.lineMs();
    const expected = this.expect(({ kind }) => kind === 'realTime', ms);
    this.isFrank = (await this.askFor(expected, Uint8Array.of(0x10, 0x04, 4))) !== undefined;
  }

  private async fullStatus(bits: readonly FullBit[]): Promise<PrinterState> {
    this.reader.expectFull(true);
    const expected = this.expect(({ kind }) => kind === 'full', ANSWER_MS_MAX + this.lineMs());
    const reply = await this.askFor(expected, ASK_FULL);
    this.reader.expectFull(false);
    if (reply?.kind !== 'full') {
      this.answersFull = false;
      return this.giveUp();
    }
    const { state, isHeld } = fullStateOf(bits, reply.bytes);
    this.isHeld = isHeld;
    return state;
  }

  /** Lets a printer that can tell its state by itself do so, until ESC @. */
  async watch(): Promise<void> {
    if (this.parts.profile.status.asb) await this.write(WATCH);
  }

  /** Whether all that was written before has been carried out; `false` if nothing is heard. */
  async isThrough(): Promise<boolean> {
    const answer = this.expectInTurn(TURN_MS_MAX + this.lineMs());
    await this.write(TRANSMIT_PAPER_STATUS, 'inTurn');
    const reply = await answer.reply;
    return reply !== undefined && !saysPaperEnd(reply);
  }

  /** Waits for the answer to the newest question in turn. */
  expectInTurn(ms: number): Expected {
    return this.expect(({ kind }) => kind === 'paper' && this.owed === 0, ms);
  }

  /**
   * Waits until all questions in turn are answered, or none has been for long: answers do not say
   * to which of them. Rejects with `LinkLost` if the printer says nothing at all.
   */
  async drain(): Promise<void> {
    let next = this.expect(({ kind }) => kind === 'paper', QUIET_MS);
    await this.write(TRANSMIT_PAPER_STATUS, 'inTurn');
    if ((await next.reply) === undefined) await this.giveUp();
    while (this.owed > 0) {
      next = this.expect(({ kind }) => kind === 'paper', QUIET_MS);
      if ((await next.reply) === undefined) this.owed = 0;
    }
  }

  /** Millimetres of paper left, from a printer that measures it; `undefined` if it says nothing. */
  async paperLeftMm(): Promise<number | undefined> {
    if (this.parts.profile.status.paperLeft === 'none') return undefined;
    this.reader.expectLetters(true);
    const expected = this.expect(({ kind }) => kind === 'paperLeft', TURN_MS_MAX);
    const reply = await this.askFor(expected, ASK_PAPER_LEFT);
    this.reader.expectLetters(false);
    return reply?.kind === 'paperLeft' ? reply.mm : undefined;
  }

  /** Makes the printer forget what it holds but has not printed. Rejects with `LinkLost`. */
  private async clearBuffer(): Promise<void> {
    const cleared = this.expect(({ kind }) => kind === 'cleared', CLEARED_MS_MAX + this.lineMs());
    if ((await this.askFor(cleared, CLEAR_BUFFER)) === undefined) await this.giveUp();
    this.owed = 0;
  }

  /** Waits for the first reply that matches. Call it before writing what asks for the reply. */
  expect(match: (reply: Reply) => boolean, ms: number): Expected {
    return this.waits.begin(match, ms);
  }

  private async ask(n: number): Promise<number> {
    const ms = ANSWER_MS_MAX + this.lineMs();
    const expected = this.expect(({ kind }) => kind === 'realTime', ms);
    const reply = await this.askFor(expected, Uint8Array.of(0x10, 0x04, n));
    if (reply?.kind === 'realTime') return reply.byte;
    this.answersFull = true;
    return this.giveUp();
  }

  private async askFor(expected: Expected, bytes: Uint8Array): Promise<Reply | undefined> {
    await this.write(bytes);
    return expected.reply;
  }

  private async giveUp(): Promise<never> {
    await this.close();
    throw new LinkLost('the printer does not answer');
  }

  private hear(reply: Reply): void {
    if (reply.kind === 'paper') this.owed = Math.max(0, this.owed - 1);
    if (reply.kind === 'automatic') {
      this.changes += 1;
      return this.parts.onState(reply.state);
    }
    this.waits.hear(reply);
  }

  private fail(): void {
    this.isConnected = false;
    this.waits.fail(new LinkLost('the printer was lost'));
  }
}

import type { SmsOrder, SmsOutcome, SmsWay } from '../../core/protocol/sms.js';
import type { Clock } from '../clock.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import type { ModemBook } from './book.js';
import { Dialogue, type Reply } from './dialogue.js';
import { statusReport, submitParts, type StatusReport } from './pdu.js';
import type { ModemProfile } from './profile.js';

const AGAIN_MS_MIN = 500;
const AGAIN_MS_MAX = 10_000;
/** How often a modem that has nothing to do is asked whether it has a network. */
export const LOOK_MS = 15_000;
/** A modem that finds its speed needs to be spoken to more than once. */
const HELLOS = 3;

export interface ModemParts {
  readonly link: DeviceLink;
  readonly profile: ModemProfile;
  readonly clock: Clock;
  readonly book: ModemBook;
  onWay(way: SmsWay): void;
  /** Something about the arrival of a message is in the book. */
  onArrival(): void;
  say(line: string): void;
}

/** The modem did not do as it should: it is closed and opened anew. */
class ModemFault extends Error {
  readonly code = 'modem.fault';
}

/** +CMS ERROR, 3GPP TS 27.005 §3.2.5 and 24.011 annex E: what surely did not go out for now. */
const AWAY_CODES: ReadonlySet<number> = new Set([
  38, 41, 42, 47, 310, 311, 312, 313, 314, 316, 317, 318, 331,
]);
/** Unassigned number, unidentified subscriber, unknown subscriber. */
const NUMBER_CODES: ReadonlySet<number> = new Set([1, 28, 30]);
/** Network time-out, and unknown: it may have gone out. */
const UNSURE_CODES: ReadonlySet<number> = new Set([332, 500]);

type Outcome = Exclude<SmsOutcome, { is: 'taken' }> | { is: 'taken'; reference: null };

const refusalOf = (code: number | null): Outcome => {
  if (code === null || UNSURE_CODES.has(code)) return { is: 'unsure' };
  if (AWAY_CODES.has(code)) return { is: 'away' };
  return { is: 'refused', reason: NUMBER_CODES.has(code) ? 'number' : 'refused' };
};

/**
 * One GSM modem in PDU mode. It is looked after for as long as the agent runs: opened again with
 * back-off, asked for its SIM card and its network. One message is in it at a time, and each id
 * goes out once: the book has it before its first byte.
 */
export class Modem {
  private dialogue: Dialogue | undefined;
  private way: SmsWay = 'away';
  private turn: Promise<unknown> = Promise.resolve();
  private readonly under = new Map<string, Promise<SmsOutcome>>();
  private readonly stored: { readonly memory: string; readonly index: number }[] = [];
  private isStopped = false;
  private isSending = false;
  private readonly reports: StatusReport[] = [];
  private wake: () => void = () => undefined;

  constructor(private readonly parts: ModemParts) {}

  /** Ends after `stop`. */
  async run(): Promise<void> {
    let againMs = AGAIN_MS_MIN;
    while (!this.isStopped) {
      try {
        await this.open();
        againMs = AGAIN_MS_MIN;
        while (!this.isStopped) {
          await this.inTurn(() => this.look());
          if (this.stored.length === 0) await this.rest(LOOK_MS);
        }
      } catch (fault) {
        if (!(fault instanceof LinkLost) && !(fault instanceof ModemFault)) throw fault;
        this.become('away', fault.message);
      }
      await this.inTurn(() => this.close());
      if (this.isStopped) return;
      await this.rest(againMs);
      againMs = Math.min(againMs * 2, AGAIN_MS_MAX);
    }
  }

  /** The same id again is the same message: it hears what became of the first. */
  send(order: SmsOrder): Promise<SmsOutcome> {
    const { id } = order;
    const known = this.under.get(id);
    if (known !== undefined) return known;
    const sent = this.inTurn(() => this.sendNow(order)).finally(() => this.under.delete(id));
    this.under.set(id, sent);
    return sent;
  }

  /** Tells again what it can do: the server that listens is a new one. */
  greet(): void {
    this.parts.onWay(this.way);
  }

  /** What is in the modem ends first. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.turn.catch(() => undefined);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async open(): Promise<void> {
    const { link, clock, profile } = this.parts;
    this.stored.length = 0;
    let wasLost = false;
    link.onLost(() => {
      wasLost = true;
      this.dialogue?.lose();
      this.wake();
    });
    await link.open();
    const dialogue = new Dialogue({
      ...{ link, clock },
      onReport: (pdu) => this.hear(statusReport(pdu)),
      onStored: (memory, index) => {
        this.stored.push({ memory, index });
        this.wake();
      },
    });
    if (wasLost) dialogue.lose();
    await this.inTurn(async () => {
      await this.hello(dialogue);
      for (const command of ['ATE0', 'AT+CMEE=1', 'AT+CMGF=0']) await this.must(dialogue, command);
      for (const command of profile.init) await this.must(dialogue, command);
      if (profile.reports !== null) await this.must(dialogue, profile.reports);
    });
    this.dialogue = dialogue;
  }

  private async close(): Promise<void> {
    this.dialogue = undefined;
    await this.parts.link.close();
  }

  private async hello(dialogue: Dialogue): Promise<void> {
    await dialogue.clear();
    for (let hello = 0; hello < HELLOS; hello += 1) {
      const reply = await dialogue.ask('AT', this.parts.profile.commandMs);
      if (reply.is === 'ok') return;
    }
    throw new ModemFault('it does not answer to AT: look at its speed and power');
  }

  private async must(dialogue: Dialogue, command: string): Promise<void> {
    const reply = await dialogue.ask(command, this.parts.profile.commandMs);
    if (reply.is === 'ok') return;
    const how = reply.is === 'silent' ? 'no answer' : `an error (${reply.code ?? 'no code'})`;
    throw new ModemFault(`${command} had ${how}`);
  }

  /** Card and network, and what waits in the modem's memory. */
  private async look(): Promise<void> {
    const { dialogue } = this;
    if (dialogue === undefined) throw new LinkLost('the modem was lost');
    const { commandMs, registration } = this.parts.profile;
    const card = await dialogue.ask('AT+CPIN?', commandMs);
    if (card.is === 'silent') throw new ModemFault('it stopped answering');
    if (!has(card, /^\+CPIN: READY$/)) {
      return this.become('sim', 'no SIM card, or its PIN is on: take the PIN off in a phone');
    }
    let isThere = false;
    for (const which of registration) {
      const reply = await dialogue.ask(`AT+${which}?`, commandMs);
      if (reply.is === 'silent') throw new ModemFault('it stopped answering');
      // <n>,<stat>: 1 at home, 5 roaming (27.007 §7.2).
      isThere ||= has(reply, new RegExp(`^\\+${which}: *\\d,[15](,|$)`));
    }
    await this.readStored(dialogue);
    this.become(isThere ? 'ready' : 'network', isThere ? '' : 'no network: look at its antenna');
  }

  private async readStored(dialogue: Dialogue): Promise<void> {
    const { commandMs } = this.parts.profile;
    for (let next = this.stored.shift(); next !== undefined; next = this.stored.shift()) {
      await this.must(dialogue, `AT+CPMS="${next.memory}"`);
      const reply = await dialogue.ask(`AT+CMGR=${next.index}`, commandMs);
      const pdu = reply.is === 'ok' ? reply.lines.at(-1) : undefined;
      this.hear(pdu === undefined ? undefined : statusReport(pdu));
      await this.must(dialogue, `AT+CMGD=${next.index}`);
    }
  }

  private async sendNow(order: SmsOrder): Promise<SmsOutcome> {
    const { book, clock } = this.parts;
    const { id } = order;
    const before = book.outcomeOf(id);
    if (before === 'begun') return { is: 'unsure' };
    if (before !== undefined && before.is !== 'away') return before;
    const { dialogue } = this;
    if (dialogue === undefined || this.way !== 'ready' || this.isStopped) return { is: 'away' };
    book.begin(id, clock.now());
    const references: number[] = [];
    this.isSending = true;
    const outcome = await this.sendParts(dialogue, order, references);
    this.isSending = false;
    // A part that went out cannot be taken back: the whole is not tried again.
    const end = outcome.is === 'away' && references.length > 0 ? UNSURE : outcome;
    book.end(id, end, references);
    for (const report of this.reports.splice(0)) this.hear(report);
    if (end.is === 'away' || end.is === 'unsure') this.wake();
    return end;
  }

  private async sendParts(
    dialogue: Dialogue,
    order: SmsOrder,
    references: number[],
  ): Promise<Outcome> {
    const { profile } = this.parts;
    for (const part of submitParts(order, profile.reports !== null)) {
      const reply = await dialogue.submit(part, profile).catch((fault: unknown) => {
        if (fault instanceof LinkLost) return SILENT;
        throw fault;
      });
      if (reply === 'unprompted') return { is: 'away' };
      if (reply.is === 'silent') return UNSURE;
      if (reply.is === 'error') {
        this.parts.say(`a text message ended with +CMS ERROR: ${reply.code ?? 'without a number'}`);
        return refusalOf(reply.code);
      }
      const line = reply.lines.find((one) => one.startsWith('+CMGS:')) ?? '';
      references.push(Number(/^\+CMGS: *(\d+)/.exec(line)?.[1] ?? UNNUMBERED));
    }
    return { is: 'taken', reference: null };
  }

  /** A phone may have the message before the book has its number. */
  private hear(report: StatusReport | undefined): void {
    if (report === undefined) return;
    if (this.isSending) this.reports.push(report);
    else if (this.parts.book.report(report) !== undefined) this.parts.onArrival();
  }

  private become(way: SmsWay, why: string): void {
    if (this.way === way) return;
    this.way = way;
    this.parts.say(way === 'ready' ? 'the modem is ready' : `the modem cannot send: ${why}`);
    this.parts.onWay(way);
  }

  /** Ends early when something came up. */
  private rest(ms: number): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.parts.clock.after(ms, resolve);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** Of a part for which the modem told no number: no report is of it. */
const UNNUMBERED = -1;
const UNSURE: Outcome = { is: 'unsure' };
const SILENT: Reply = { is: 'silent' };

const has = (reply: Reply, line: RegExp): boolean =>
  reply.is === 'ok' && reply.lines.some((one) => line.test(one));

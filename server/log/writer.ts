import type { Millis } from '../../core/configuration.js';
import { isCentreEvent, type Event, type Logged, type TicketId } from '../../core/events.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal, refuse, type Refusal, type RefusalCode } from '../../core/protocol/refusals.js';
import type { Answer, Done } from '../../core/protocol/wire.js';
import type { State } from '../../core/state.js';
import type { Clock } from '../clock.js';
import { payloadHash, RecentAnswers, repeatOf } from './answers.js';
import { bodyOf, EVENT_VERSION, hashOf, type Row } from '../../chain/chain.js';
import type { KeptAnswer, RequestKey } from './journal.js';
import type { Log } from './log.js';
import { LogFault } from './faults.js';
import { lastRow, otherEnd, type End } from './read.js';
import { replay } from './replay.js';

/** A command that was sent longer ago, by the server's time, is not carried out any more. */
export const STALE_AFTER_MS = 10 * 60_000;
/** Who asks when the server itself does; its refusals are not audited. */
export const SERVER_DEVICE = 'server';
/** How the device ids of tickets' pages begin: no enrolled device's id has a space. */
export const PHONE = 'phone ';

/** A command with who sent it. `payloadHash` stands for the command's own when it was taken. */
export interface Request {
  readonly requestId: string;
  readonly sentAt: Millis;
  readonly command: Command;
  readonly actor: string;
  readonly deviceId: string;
  readonly payloadHash?: Buffer;
}

/** Makes the answer to an accepted command. Pure: it is stored, and given again on a repeat. */
export type AnswerOf = (state: State, command: Command, events: readonly Logged[]) => Done;

export const plainAnswer: AnswerOf = (state) => ({ done: true, seq: state.seq });

export interface Outcome {
  readonly answer: Answer;
  readonly events: readonly Logged[];
}

/** Carries out commands inside the transaction that is open. Owns the state. */
export class Writer {
  private folded;
  private position;
  private end: End | undefined;
  private readonly recent = new RecentAnswers();
  private readonly pending = new Map<string, KeptAnswer & { readonly request: RequestKey }>();

  constructor(
    private readonly log: Log,
    private readonly clock: Clock,
    private readonly answerOf: AnswerOf,
  ) {
    this.folded = log.folded;
    this.end = lastRow(log.database);
    this.position = this.end?.position ?? 0;
    log.checkpoints.reload(this.state.stream);
  }

  /** The last event that is on disk: all up to there was answered for. */
  get settled(): End | undefined {
    return this.end;
  }

  get state(): State {
    return this.folded.state;
  }

  /**
   * After a rollback: back to the last commit. Throws `log.chainBroken` when the file does not end
   * there any more: whatever went on from there would be said twice, and so would numbers.
   */
  reload(at: Millis): void {
    const { log } = this;
    this.refuseOtherEnd(at);
    this.folded = replay(log.database, [log.rules, log.configurations]);
    this.position = lastRow(log.database)?.position ?? 0;
    this.pending.clear();
    log.checkpoints.reload(this.state.stream);
  }

  /** After the commit: what was answered without a trace in the log is remembered for a while. */
  settle(at: Millis): void {
    const { stream, seq } = this.state;
    const { position } = this;
    if (position !== (this.end?.position ?? 0)) {
      this.end = { position, stream, seq, hash: this.folded.head };
      this.log.checkpoints.settle();
    }
    for (const { request, ...answer } of this.pending.values()) {
      this.recent.keep(request, answer, at);
    }
    this.pending.clear();
  }

  handle(request: Request, at: Millis): Outcome {
    const { log } = this;
    const payload = request.payloadHash ?? payloadHash(request.command);
    const kept = this.find(request, at);
    if (kept !== undefined) return { answer: repeatOf(kept, payload), events: [] };
    if (log.journal.isQuarantined(request)) return { answer: refuse('bug'), events: [] };
    const decided = this.decide(request, at);
    if (isRefusal(decided)) {
      if (isToldAgain(request.command, decided)) return { answer: decided, events: [] };
      this.pending.set(keyOf(request), { request, payload, answer: decided });
      this.auditRefusal(request, decided, at);
      return { answer: decided, events: [] };
    }
    if (decided.length === 0) return this.nothingToDo(request, payload);
    log.journal.savepoint();
    const events = this.append(request, decided, at);
    const answer = this.answerOf(this.state, request.command, events);
    log.journal.keepAnswer(request, { payload, answer });
    this.answerUnanswered(request.command, answer);
    log.journal.release();
    return { answer, events };
  }

  /** Whether a repeat of this request would hear a kept answer. */
  isAnswered(request: RequestKey, at: Millis): boolean {
    return this.find(request, at) !== undefined;
  }

  /** Signs the head when it is time, or when a day has closed in these events. */
  checkpoint(events: readonly Logged[], at: Millis): void {
    const { checkpoints } = this.log;
    const closed = events.some((event) => event.type === 'day.closed');
    if (closed || checkpoints.isDue(this.state.seq, at)) checkpoints.write(this.state.stream, at);
  }

  /** The request by which a ticket was asked for, if the open stream has it. */
  requestOf(ticketId: TicketId): string | undefined {
    const [stream = '', at = ''] = ticketId.split(':');
    const seq = Number(at);
    return this.log.journal.requestAt(this.position - this.state.seq + seq, { stream, seq });
  }

  /** The ticket that a request got, its own or the one that was entered for it. */
  ticketOf(request: RequestKey): TicketId | undefined {
    const kept = this.log.journal.answered(request);
    return kept && 'ticketId' in kept.answer ? kept.answer.ticketId : undefined;
  }

  /** A transaction's first event follows what was answered for last, or is undone: `reload`. */
  private expectEnd(): void {
    const { end, position } = this;
    if (end === undefined || position !== end.position) return;
    if (this.log.journal.hashAt(position)?.equals(end.hash) === true) return;
    throw new Error(`the file has another event at ${position} than the one that was written`);
  }

  private refuseOtherEnd(at: Millis): void {
    const { database, checkpoints } = this.log;
    const wrong = this.end && otherEnd(lastRow(database), this.end);
    if (wrong === undefined) return;
    checkpoints.signLost(at);
    const message =
      `${database.name}: event ${wrong.stream}:${wrong.seq} is not there as it was written: the ` +
      'log was changed while the server ran. Go on by docs/running.md, “A log that was changed”';
    throw new LogFault('log.chainBroken', message);
  }

  private find(request: RequestKey, at: Millis): KeptAnswer | undefined {
    return (
      this.log.journal.answered(request) ??
      this.pending.get(keyOf(request)) ??
      this.recent.find(request, at)
    );
  }

  private decide(request: Request, at: Millis): readonly Event[] | Refusal {
    if (Math.abs(at - request.sentAt) > STALE_AFTER_MS) return refuse('request.stale');
    const { command, actor, deviceId } = request;
    const { confirmed, differenceMs } = this.clock.status();
    const earlier = this.earlierTicket(command);
    const asked = {
      ...{ command, at, actor, deviceId, clock: { confirmed, differenceMs } },
      ...(earlier === undefined ? {} : { earlier }),
    };
    return this.log.rules.decide(this.state, asked, this.log.configurations);
  }

  /** The ticket of a visitor who heard no answer and then got a number while we were away. */
  private earlierTicket(command: Command): string | undefined {
    const key = unansweredOf(command);
    return key && this.ticketOf(key);
  }

  /** That request may still be on its way: it then hears of the ticket that its visitor has. */
  private answerUnanswered(command: Command, answer: Done): void {
    const key = unansweredOf(command);
    if (key === undefined || command.type !== 'enterTicket' || answer.ticketId === undefined)
      return;
    if (this.log.journal.answered(key) !== undefined) return;
    const { services, classId, language } = command;
    const payload = payloadHash({ type: 'takeTicket', services, classId, language });
    this.log.journal.keepAnswer(key, { payload, answer });
  }

  private nothingToDo(request: Request, payload: Buffer): Outcome {
    const answer = this.answerOf(this.state, request.command, []);
    if (request.deviceId !== SERVER_DEVICE) {
      this.pending.set(keyOf(request), { request, payload, answer });
    }
    return { answer, events: [] };
  }

  private auditRefusal(request: Request, { refused }: Refusal, at: Millis): void {
    const { actor, deviceId, command } = request;
    // Anybody who found a ticket's link can be refused without end; the rows would be for ever.
    if (deviceId === SERVER_DEVICE || deviceId.startsWith(PHONE)) return;
    const action = `refused ${refused}`;
    this.log.journal.audit({ at, actor, deviceId, action, subject: command.type });
  }

  private append(request: Request, decided: readonly Event[], at: Millis): Logged[] {
    const { rules, configurations, projectors, database } = this.log;
    this.expectEnd();
    return decided.map((event, index) => {
      const { stream, seq } = this.state;
      const logged: Logged = { ...event, at, seq: seq + 1, stream, actor: request.actor };
      const open = this.state.day?.day;
      rules.apply(this.state, logged, configurations);
      if (this.state.seq !== seq + 1) throw new Error(`the state did not move to ${seq + 1}`);
      const day = isCentreEvent(event) ? null : (this.state.day?.day ?? open ?? null);
      this.write({
        stream,
        seq: seq + 1,
        day,
        occurred_at: at,
        request: request.requestId,
        part: index + 1,
        parts: decided.length,
        actor: request.actor,
        type: event.type,
        version: EVENT_VERSION,
        body: bodyOf(event),
      });
      for (const projector of projectors) projector.apply(database, logged);
      return logged;
    });
  }

  private write(row: Row): void {
    const hash = hashOf(this.folded.head, row);
    this.log.journal.append(this.position + 1, row, hash);
    this.log.checkpoints.append(hash);
    this.position += 1;
    this.folded = { state: this.state, head: hash };
  }
}

/** What has happened already: an agent tells it until it is taken, by the same request. */
const HAPPENED: ReadonlySet<string> = new Set<Command['type']>(['enterTicket', 'reportPrint']);
const PASSING: ReadonlySet<string> = new Set<RefusalCode>(['request.stale', 'clock.unconfirmed']);

/** Whether a refusal ends once a clock is right: the next time of telling is looked at afresh. */
const isToldAgain = ({ type }: Command, { refused }: Refusal): boolean =>
  HAPPENED.has(type) && PASSING.has(refused);

const unansweredOf = (command: Command): RequestKey | undefined =>
  command.type === 'enterTicket' && command.unanswered !== null
    ? { deviceId: command.kioskId, requestId: command.unanswered }
    : undefined;

const keyOf = ({ deviceId, requestId }: RequestKey): string => `${deviceId} ${requestId}`;

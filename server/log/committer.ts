import { randomBytes } from 'node:crypto';
import type { Millis } from '../../core/configuration.js';
import type { Logged, TicketId } from '../../core/events.js';
import type { Command } from '../../core/protocol/commands.js';
import { isRefusal, refuse, type RefusalCode } from '../../core/protocol/refusals.js';
import type { Answer } from '../../core/protocol/wire.js';
import type { State } from '../../core/state.js';
import type { Clock } from '../clock.js';
import { Crash, kindOf, noFaults, type Faults } from './faults.js';
import type { RequestKey } from './journal.js';
import type { Log } from './log.js';
import type { End } from './read.js';
import { SERVER_DEVICE, Writer, type AnswerOf, type Request } from './writer.js';

/** Commands in one transaction, and commands that may wait for one. */
export const GROUP_MAX = 256;
const QUEUE_MAX = 10_000;

/**
 * Something of this program threw: a command, which is answered `bug` and never run again, or a
 * listener, whose failure undoes nothing.
 */
export type BugReport = { readonly error: unknown } & (
  | {
      readonly where: 'command';
      readonly deviceId: string;
      readonly requestId: string;
      readonly command: string;
    }
  | { readonly where: 'listener' }
);

/** What one transaction brought, once it is on disk. */
export interface Committed {
  readonly at: Millis;
  readonly events: readonly Logged[];
  readonly state: State;
}

export interface CommitterPorts {
  readonly clock: Clock;
  /** Runs a function in a later turn of the event loop. */
  readonly soon: (run: () => void) => void;
  readonly answerOf: AnswerOf;
  /** The disk or the file can no longer be trusted: the process must end, and not by retrying. */
  readonly onFatal: (error: unknown) => void;
  readonly onBug: (bug: BugReport) => void;
  readonly faults?: Faults;
}

/** Something to do inside a transaction, what to say after it, and what to say if it fails. */
interface Work {
  readonly request?: Request;
  run(at: Millis): { readonly events: readonly Logged[]; deliver(): void };
  fail(code: RefusalCode, error: unknown): void;
}

/**
 * The only writer of the log. Whatever arrives in one turn of the event loop is decided in order
 * and committed together; nobody hears an answer, and no listener an event, before it is on disk.
 * After a fatal fault it answers nothing more: whether the last commit reached the disk is then
 * unknown, and the sender learns it by asking again with the same id after the restart.
 */
export class Committer {
  private readonly writer: Writer;
  private readonly faults: Faults;
  private readonly listeners: ((committed: Committed) => void)[] = [];
  private queue: Work[] = [];
  private scheduled = false;
  private condition: 'running' | 'stopped' | 'dead' = 'running';

  constructor(
    private readonly log: Log,
    private readonly ports: CommitterPorts,
  ) {
    this.faults = ports.faults ?? noFaults;
    this.writer = new Writer(log, ports.clock, ports.answerOf);
  }

  /** As of the last commit. Changes under the reader's hands with the next one. */
  get state(): State {
    return this.writer.state;
  }

  /** The last event that is on disk; `undefined` in a log that has none. */
  get settled(): End | undefined {
    return this.writer.settled;
  }

  enqueue(request: Request): Promise<Answer> {
    return new Promise((resolve) => {
      this.push({
        request,
        run: (at) => {
          const { answer, events } = this.writer.handle(request, at);
          return { events, deliver: () => resolve(answer) };
        },
        fail: (code) => resolve(refuse(code)),
      });
    });
  }

  /**
   * Whether this request waits or was answered, so that limits for new ones do not concern it. Also
   * true when the log cannot tell: whoever hands it in then hears so.
   */
  knows({ deviceId, requestId }: RequestKey): boolean {
    const waits = this.queue.some(
      ({ request }) => request?.requestId === requestId && request.deviceId === deviceId,
    );
    if (waits || this.condition !== 'running') return true;
    try {
      return this.writer.isAnswered({ deviceId, requestId }, this.ports.clock.now());
    } catch (error) {
      if (kindOf(error) === 'bug') throw error;
      return true;
    }
  }

  /** The request by which a ticket was asked for, if the open stream has it. */
  requestOf(ticketId: TicketId): string | undefined {
    return this.writer.requestOf(ticketId);
  }

  /** The ticket that a request got, its own or the one that was entered for it. */
  ticketOf(request: RequestKey): TicketId | undefined {
    return this.writer.ticketOf(request);
  }

  /** Carries out a command of the server's own. Rejects when it is refused. */
  async askAsServer(
    command: Command,
    random: (bytes: number) => Buffer = randomBytes,
  ): Promise<void> {
    const answer = await this.enqueue({
      requestId: random(16).toString('hex'),
      sentAt: this.ports.clock.now(),
      command,
      actor: 'system',
      deviceId: SERVER_DEVICE,
    });
    if (isRefusal(answer)) throw new Error(`${command.type} was refused: ${answer.refused}`);
  }

  /** Called once per transaction that brought events, in the order of the log. */
  onCommitted(listener: (committed: Committed) => void): void {
    this.listeners.push(listener);
  }

  /** Finishes what waits, signs the head, and takes nothing more. */
  stop(): void {
    while (this.condition === 'running' && this.queue.length > 0) this.runGroup();
    if (this.condition !== 'running') return;
    this.attempt([
      {
        run: (at) => {
          this.log.checkpoints.write(this.state.stream, at);
          return { events: [], deliver: () => undefined };
        },
        // Without it the head stays unsigned until the next start: nothing is lost.
        fail: () => undefined,
      },
    ]);
    this.condition = 'stopped';
  }

  private push(work: Work): void {
    if (this.condition === 'dead') return;
    if (this.condition === 'stopped') return work.fail('storage.failed', undefined);
    if (this.queue.length >= QUEUE_MAX) return work.fail('rate.limited', undefined);
    this.queue.push(work);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.ports.soon(() => {
      this.scheduled = false;
      this.runGroup();
    });
  }

  private runGroup(): void {
    if (this.condition !== 'running' || this.queue.length === 0) return;
    this.attempt(this.queue.splice(0, this.groupSize()));
    if (this.queue.length > 0) this.schedule();
  }

  /** A correction of the clock is the last of its group: what comes after has the right time. */
  private groupSize(): number {
    const at = this.queue.findIndex(({ request }) => request?.command.type === 'confirmClock');
    return Math.min(GROUP_MAX, at < 0 ? this.queue.length : at + 1);
  }

  private attempt(group: readonly Work[]): void {
    const at = this.ports.clock.now();
    let staged;
    try {
      staged = this.transact(group, at);
    } catch (error) {
      this.recover(group, error);
      return;
    }
    this.writer.settle(at);
    const events = staged.flatMap((one) => one.events);
    for (const event of events) {
      if (event.type === 'clock.corrected') this.ports.clock.correct(event.byMs);
    }
    for (const one of staged) one.deliver();
    if (events.length > 0) this.tell({ at, events, state: this.state });
  }

  private tell(committed: Committed): void {
    for (const listener of this.listeners) {
      try {
        listener(committed);
      } catch (error) {
        if (error instanceof Crash) throw error;
        this.ports.onBug({ where: 'listener', error });
      }
    }
  }

  private transact(group: readonly Work[], at: Millis): ReturnType<Work['run']>[] {
    const { journal } = this.log;
    journal.begin();
    const staged = group.map((work) => work.run(at));
    const events = staged.flatMap((one) => one.events);
    this.writer.checkpoint(events, at);
    this.faults.at('beforeCommit');
    journal.commit();
    this.faults.at('afterCommit');
    return staged;
  }

  private recover(group: readonly Work[], error: unknown): void {
    if (error instanceof Crash) {
      this.condition = 'dead';
      throw error;
    }
    const kind = kindOf(error);
    if (kind === 'fatal' || !this.undo()) return this.die(error);
    if (kind === 'full' && this.log.disk.release()) return this.attempt(group);
    if (kind !== 'bug') return group.forEach((work) => work.fail('storage.failed', error));
    if (group.length === 1) return this.isolate(group[0]!, error);
    for (const work of group) if (this.condition === 'running') this.attempt([work]);
  }

  /** Back to what is on disk; false when that cannot be read any more, or is not as it was. */
  private undo(): boolean {
    try {
      this.log.journal.rollback();
      this.writer.reload(this.ports.clock.now());
      return true;
    } catch (error) {
      this.die(error);
      return false;
    }
  }

  /** The culprit alone: it is answered `bug`, and its id is kept so that it is never run again. */
  private isolate(work: Work, error: unknown): void {
    const { request } = work;
    if (request === undefined) return work.fail('bug', error);
    const { deviceId, requestId, command } = request;
    this.ports.onBug({ where: 'command', deviceId, requestId, command: command.type, error });
    const why: [string, string] = [
      command.type,
      error instanceof Error ? error.message : 'unknown',
    ];
    this.attempt([
      {
        run: (at) => {
          this.log.journal.quarantine(request, at, why);
          return { events: [], deliver: () => work.fail('bug', error) };
        },
        // Not kept, so it may be run again: then it must not be called settled either.
        fail: () => work.fail('storage.failed', error),
      },
    ]);
  }

  private die(error: unknown): void {
    if (this.condition === 'dead') return;
    this.condition = 'dead';
    this.queue = [];
    this.ports.onFatal(error);
  }
}

import { parseCheckpoint } from '../../chain/checkpoint.js';
import type { Millis } from '../../core/configuration.js';
import type {
  EventsPost,
  PostAnswer,
  PostRefusal,
  StaffPost,
  Stored,
} from '../../core/protocol/upstream.js';
import type { Timers } from '../time.js';
import type { Awaitable, Reach, Source } from './source.js';
import { Telling, type Told } from './telling.js';

/** Without a word it is told that all is as it was, so that both ends know where they stand. */
const IDLE_MS = 30_000;
/** After a failure, drawn from 0 to a limit that doubles: a nation does not come back at once. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 5 * 60_000;
/** What a person mends there, a right say, may be mended at any time. */
const MENDED_MS = 10_000;
/** What becomes of events that are not as they were written. */
const ALTERED_AS: readonly PostRefusal[] = ['fork', 'malformed'];
/** Between posts of a backlog, so that the hall is not disturbed. */
const PACE_MS = 20;

/** No answer, or none that says anything: asked again later. */
export class UpstreamAway extends Error {
  constructor(
    message: string,
    /** The other end asks for so long a pause. */
    readonly afterMs: Millis = 0,
  ) {
    super(message);
  }
}

export interface Refusal {
  readonly refused: PostRefusal;
  readonly stored: Stored | null;
}

export type Reply = PostAnswer | Refusal;

/** The way to one upstream. Each rejects with `UpstreamAway`. */
export interface Line {
  send(post: EventsPost): Promise<Reply>;
  /** Gives the body of a configuration that events name. */
  configuration(hash: string, body: Buffer): Promise<void>;
  /** Tells what clerks are called, in the place of all that was told before. */
  staff(post: StaffPost): Promise<void>;
}

/**
 * Why nothing is sent until a person has looked. `behind`: what was to be here is not. `altered`:
 * it is here, and not as it was written.
 */
type StopReason = Exclude<PostRefusal, 'gap'> | 'behind' | 'altered';

/** The first event that is not here any more, while later ones are. */
export type Hole = Pick<EventsPost, 'stream' | 'from'>;

export const FORWARD_STATES = ['live', 'sending', 'away', 'stopped'] as const;

export type ForwardState =
  /** All is stored there. */
  | { readonly is: 'live'; readonly since: Millis }
  | { readonly is: 'sending' }
  | { readonly is: 'away'; readonly since: Millis; readonly why: string }
  | { readonly is: 'stopped'; readonly why: StopReason; readonly hole?: Hole | undefined };

/** The answer that ends the sending. */
class Stopped extends Error {
  constructor(
    readonly why: StopReason,
    readonly hole?: Hole,
  ) {
    super(why);
  }
}

export interface ForwarderParts {
  readonly source: Source;
  readonly line: Line;
  readonly timers: Pick<Timers, 'after'>;
  readonly now: () => Millis;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly told: () => Awaitable<Told>;
  /** What stops the sending only until it is tried again: a person may have mended it. */
  readonly waitsFor: readonly StopReason[];
  readonly onState: (state: ForwardState) => void;
  /**
   * What is no answer of the other end: the own log cannot be read, say. It is tried again as if
   * that were away; without this the run rejects.
   */
  readonly onFault?: (fault: unknown) => void;
  /** The longest pause after failures; minutes, where nothing else is said. */
  readonly retryMsMax?: Millis;
}

/**
 * Keeps one upstream as far as the log. What it knows of the other end it learns from its answers,
 * at each start anew: nothing here has to be believed after a crash or a restore.
 */
export class Forwarder {
  /** Last event of each stream that is stored there. */
  private readonly stored = new Map<string, number>();
  /** Size of the last checkpoint that was taken there. */
  private readonly noted = new Map<string, number>();
  private wake: (() => void) | undefined;
  private changed = false;
  private stopping = false;
  private since: Millis | undefined;
  /** From a refusal until events are taken: meanwhile to try again is no news. */
  private refused = false;

  private readonly telling: Telling;

  constructor(private readonly parts: ForwarderParts) {
    this.telling = new Telling(parts);
  }

  /** Call when the log has grown. */
  look(): void {
    this.changed = true;
    this.wake?.();
  }

  stop(): void {
    this.stopping = true;
    this.wake?.();
  }

  /** Ends when stopped, or when a person must look. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stopping) {
      this.changed = false;
      try {
        const waitMs = await this.round();
        failures = 0;
        if (!this.changed) await this.pause(waitMs, true);
      } catch (fault) {
        const waitMs = this.afterFault(fault, (failures += 1));
        if (waitMs === undefined) return;
        await this.pause(waitMs, false);
      }
    }
  }

  /** How long nothing is tried; `undefined`: a person must look. */
  private afterFault(fault: unknown, failures: number): Millis | undefined {
    const { onState, onFault, now, waitsFor } = this.parts;
    if (fault instanceof Stopped) {
      const { why, hole } = fault;
      onState({ is: 'stopped', why, hole });
      // Whoever mends it may have begun the other end anew.
      this.forget();
      this.refused = true;
      if (!waitsFor.includes(why)) return undefined;
      // No program is updated within seconds, and what is sent again may be large.
      return why === 'malformed' ? this.backOff(failures) : MENDED_MS;
    }
    const isAway = fault instanceof UpstreamAway;
    if (!isAway && onFault === undefined) throw fault;
    // Who was away may come back from a backup.
    this.forget();
    if (!isAway) onFault?.(fault);
    this.since ??= now();
    onState({ is: 'away', since: this.since, why: isAway ? fault.message : 'a fault here' });
    return this.backOff(failures, isAway ? fault.afterMs : 0);
  }

  private backOff(failures: number, leastMs: Millis = 0): Millis {
    const { random, retryMsMax = RETRY_MS_MAX } = this.parts;
    const limit = Math.min(retryMsMax, RETRY_MS_MIN * 2 ** failures);
    return Math.max(leastMs, RETRY_MS_MIN) + random() * limit;
  }

  /** All streams to their ends. Gives after how long to say so again. */
  private async round(): Promise<Millis> {
    const { source, onState, now } = this.parts;
    let next = IDLE_MS;
    for (const reach of await source.streams()) {
      if (reach.ended && this.stored.get(reach.stream) === reach.seq) continue;
      const told = await this.forward(reach);
      if (told === 'lost') return RETRY_MS_MIN;
      next = told;
      if (this.stopping) return next;
    }
    this.since = undefined;
    this.refused = false;
    onState({ is: 'live', since: now() });
    return Math.min(next, IDLE_MS);
  }

  /** `lost`: the other end has less than it had, so all must be asked anew, oldest first. */
  private async forward({ stream, seq: end, ended }: Reach): Promise<Millis | 'lost'> {
    const { source, line, onState, told } = this.parts;
    // What is not known is asked for by saying that all is there; a log that was cut asks anew.
    let from = Math.min(this.stored.get(stream) ?? end, end) + 1;
    for (;;) {
      const known = await source.lastOf(stream);
      const part = await source.from(stream, from, this.noted.get(stream));
      // Cut at this very moment, or an event is missing below: the answer to a word tells which.
      if (part.previous === '') {
        this.stored.delete(stream);
        this.noted.delete(stream);
        return 'lost';
      }
      // Not one that came, nor was cut off, since.
      const isHole = from <= known && part.events.length === 0;
      if (isHole && from <= (await source.lastOf(stream))) {
        await this.telling.hole({ stream, from, ended, ...part });
        throw new Stopped('behind', { stream, from });
      }
      if (part.events.length > 0 && !this.refused) onState({ is: 'sending' });
      const { missing = 0, ...said } = await told();
      const last = (await source.lastOf(stream)) + (ended ? 0 : missing);
      const reply = await line.send({ stream, from, last, ended, ...part, ...said });
      const mayBeAltered = 'refused' in reply && ALTERED_AS.includes(reply.refused);
      if (mayBeAltered && (await this.telling.altered({ stream, from, ended, ...part }))) {
        throw new Stopped('altered');
      }
      const seq = await this.storedBy(reply, { stream, seq: end, ended });
      if (seq < (this.stored.get(stream) ?? 0)) {
        this.forget();
        return 'lost';
      }
      this.stored.set(stream, seq);
      if (seq >= from) this.refused = false;
      const size = parseCheckpoint(part.notes.at(-1) ?? '')?.size;
      // Where less was stored than sent, it was not looked at.
      if (size !== undefined && size <= seq) this.noted.set(stream, size);
      if ('wanted' in reply) await this.sendBeside(reply, said.at);
      from = seq + 1;
      if (seq >= (await source.lastOf(stream)))
        return 'refused' in reply ? IDLE_MS : reply.nextAfterMs;
      if (this.stopping) return IDLE_MS;
      if (part.events.length > 0) await this.pause(PACE_MS, false);
    }
  }

  private forget(): void {
    this.stored.clear();
    this.noted.clear();
  }

  /** How far the stream is stored there. Throws `Stopped` where that is not what this log has. */
  private async storedBy(reply: Reply, { stream, seq: end, ended }: Reach): Promise<number> {
    if ('refused' in reply && reply.refused !== 'gap') throw new Stopped(reply.refused);
    const seq = reply.stored?.seq ?? 0;
    const own = await this.parts.source.hashAt(stream, seq);
    // What a restore cut off lies there alone, and stays there.
    if (own === undefined && ended && seq > end) return end;
    if (reply.stored === null || reply.stored.hash === own) return seq;
    if (own === undefined) {
      await this.telling.loss(stream, reply.stored);
      throw new Stopped('behind', seq > end ? undefined : { stream, from: seq });
    }
    await this.telling.fork({ stream, seq, ended });
    throw new Stopped('fork');
  }

  /** What the other end lacks of configurations, and of names where it keeps any. */
  private async sendBeside({ wanted, staff: held }: PostAnswer, at: Millis): Promise<void> {
    for (const hash of wanted) {
      const body = await this.parts.source.configuration(hash);
      if (body !== undefined) await this.parts.line.configuration(hash, body);
    }
    const staff = held === undefined ? undefined : await this.parts.source.staff();
    if (staff === undefined || staff.hash === held) return;
    await this.parts.line.staff({ names: staff.names, at });
  }

  /** `early`: until the log has grown. */
  private pause(ms: Millis, early: boolean): Promise<void> {
    // Nobody would wake it any more.
    if (this.stopping) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.parts.timers.after(ms, () => {
        this.wake = undefined;
        resolve();
      });
      this.wake = () => {
        if (!early && !this.stopping) return;
        cancel();
        this.wake = undefined;
        resolve();
      };
    });
  }
}

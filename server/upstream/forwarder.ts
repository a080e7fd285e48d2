import type { Millis } from '../../core/configuration.js';
import type {
  EventsPost,
  LiveNumbers,
  PostAnswer,
  PostRefusal,
  Stored,
} from '../../core/protocol/upstream.js';
import type { Timers } from '../../node/time.js';
import type { Outbox, Reach } from './outbox.js';

/** Without a word it is told that all is as it was, so that both ends know where they stand. */
const IDLE_MS = 30_000;
/** After a failure, drawn from 0 to a limit that doubles: a nation does not come back at once. */
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 5 * 60_000;
/** Between posts of a backlog, so that the hall is not disturbed. */
const PACE_MS = 20;

/** No answer, or none that says anything: asked again later. */
export class UpstreamAway extends Error {}

export type Reply = PostAnswer | { readonly refused: PostRefusal; readonly stored: Stored | null };

/** The way to one upstream. Rejects with `UpstreamAway`. */
export type Send = (post: EventsPost) => Promise<Reply>;

export type ForwardState =
  /** All is stored there. */
  | { readonly is: 'live'; readonly since: Millis }
  | { readonly is: 'sending' }
  | { readonly is: 'away'; readonly since: Millis; readonly why: string }
  /** Nothing is sent any more: a person must look. */
  | { readonly is: 'stopped'; readonly why: PostRefusal | 'behind' };

export interface ForwarderParts {
  readonly outbox: Outbox;
  readonly send: Send;
  readonly timers: Timers;
  readonly now: () => Millis;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly live: () => LiveNumbers | null;
  readonly onState: (state: ForwardState) => void;
}

/**
 * Keeps one upstream as far as the log. What it knows of the other end it learns from its answers,
 * at each start anew: nothing here has to be believed after a crash or a restore.
 */
export class Forwarder {
  /** Last event of each stream that is stored there. */
  private readonly stored = new Map<string, number>();
  private wake: (() => void) | undefined;
  private changed = false;
  private stopped = false;

  constructor(private readonly parts: ForwarderParts) {}

  /** Call when the log has grown. */
  look(): void {
    this.changed = true;
    this.wake?.();
  }

  stop(): void {
    this.stopped = true;
    this.wake?.();
  }

  /** Ends when stopped, or when a person must look. */
  async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      this.changed = false;
      let waitMs: Millis;
      try {
        const told = await this.round();
        if (told === undefined) return;
        failures = 0;
        waitMs = Math.min(told, IDLE_MS);
      } catch (fault) {
        if (!(fault instanceof UpstreamAway)) throw fault;
        failures += 1;
        const limit = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** failures);
        this.parts.onState({ is: 'away', since: this.parts.now(), why: fault.message });
        await this.pause(RETRY_MS_MIN + this.parts.random() * limit, false);
        continue;
      }
      if (!this.changed) await this.pause(waitMs, true);
    }
  }

  /** All streams to their ends. Gives after how long to say so again; `undefined`: never. */
  private async round(): Promise<Millis | undefined> {
    let next = IDLE_MS;
    for (const reach of this.parts.outbox.streams()) {
      const told = await this.forward(reach);
      if (told === undefined) return undefined;
      next = told;
    }
    this.parts.onState({ is: 'live', since: this.parts.now() });
    return next;
  }

  private async forward(reach: Reach): Promise<Millis | undefined> {
    const { outbox, send, onState } = this.parts;
    const { stream } = reach;
    // What is not known is asked for by saying that all is there.
    let from = (this.stored.get(stream) ?? reach.seq) + 1;
    for (;;) {
      const part = outbox.from(stream, from);
      if (part.events.length > 0) onState({ is: 'sending' });
      const reply = await send({
        stream,
        from,
        last: outbox.lastOf(stream),
        ...part,
        at: this.parts.now(),
        live: this.parts.live(),
      });
      if ('refused' in reply && reply.refused !== 'gap') return this.end(reply.refused);
      const seq = reply.stored?.seq ?? 0;
      const own = outbox.hashAt(stream, seq);
      if (own === undefined) return this.end('behind');
      if (reply.stored !== null && reply.stored.hash !== own) return this.end('fork');
      this.stored.set(stream, seq);
      const isAll = !('refused' in reply) && seq >= from - 1 + part.events.length;
      from = seq + 1;
      const more = outbox.from(stream, from).events.length > 0;
      if (isAll && !more && !('refused' in reply)) return reply.nextAfterMs;
      if (this.stopped) return undefined;
      if (part.events.length > 0) await this.pause(PACE_MS, false);
    }
  }

  private end(why: PostRefusal | 'behind'): undefined {
    this.parts.onState({ is: 'stopped', why });
    return undefined;
  }

  /** `early`: until the log has grown. */
  private pause(ms: Millis, early: boolean): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.parts.timers.after(ms, () => {
        this.wake = undefined;
        resolve();
      });
      this.wake = () => {
        if (!early && !this.stopped) return;
        cancel();
        this.wake = undefined;
        resolve();
      };
    });
  }
}

import type { ClerkAsk } from '../core/protocol/commands.js';
import type { Label } from '../core/protocol/views.js';
import { UNANSWERED, type Outcome } from '../web/outbox.js';

/** What was refused, and of which command. */
export interface Refused {
  readonly code: string;
  readonly type: ClerkAsk['type'];
}

/** A ticket just put aside, and the command that takes that back. */
export interface Undo {
  readonly label: Label;
  readonly done: 'noShow' | 'park';
  readonly ask: ClerkAsk;
}

/** A double click is faster than this; two intended ones are not. In ms. */
export const SETTLE_MS = 400;

type Later = (ms: number, act: () => void) => void;
const later: Later = (ms, act) => void setTimeout(act, ms);

/**
 * Sends a clerk's commands one at a time. While one is on its way, and a moment after, further
 * ones are not taken: the large button changes its meaning under the same finger.
 */
export class Acts {
  busy = $state<ClerkAsk['type'] | null>(null);
  refused = $state.raw<Refused | null>(null);
  undo = $state.raw<Undo | null>(null);
  readonly #ask: (command: ClerkAsk) => Promise<Outcome>;
  readonly #later: Later;

  constructor(ask: (command: ClerkAsk) => Promise<Outcome>, after: Later = later) {
    this.#ask = ask;
    this.#later = after;
  }

  /** Whether the command was carried out; `false` also if another is on its way. */
  async send(command: ClerkAsk, undo: Undo | null = null): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = command.type;
    this.refused = null;
    this.undo = null;
    const outcome = await this.#ask(command);
    this.late(command, outcome);
    if ('done' in outcome) this.undo = undo;
    this.#later(SETTLE_MS, () => (this.busy = null));
    return 'done' in outcome;
  }

  /** What came of a command after all, or of one that was sent before the page was loaded anew. */
  late({ type }: ClerkAsk, outcome: Outcome): void {
    if ('refused' in outcome) this.refused = { code: outcome.refused, type };
    else if (this.refused?.code === UNANSWERED && this.refused.type === type) this.refused = null;
  }
}

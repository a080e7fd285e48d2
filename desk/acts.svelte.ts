import type { ClerkAsk } from '../core/protocol/commands.js';
import type { Label } from '../core/protocol/views.js';
import type { Answer } from '../core/protocol/wire.js';

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
  readonly #ask: (command: ClerkAsk) => Promise<Answer>;
  readonly #later: Later;

  constructor(ask: (command: ClerkAsk) => Promise<Answer>, after: Later = later) {
    this.#ask = ask;
    this.#later = after;
  }

  /** Whether the command was carried out; `false` also if another is on its way. */
  async send(command: ClerkAsk, undo: Undo | null = null): Promise<boolean> {
    if (this.busy !== null) return false;
    this.busy = command.type;
    this.refused = null;
    this.undo = null;
    const answer = await this.#ask(command);
    this.late(command, answer);
    if ('done' in answer) this.undo = undo;
    this.#later(SETTLE_MS, () => (this.busy = null));
    return 'done' in answer;
  }

  /** The answer to a command that was sent before the page was loaded anew. */
  late(command: ClerkAsk, answer: Answer): void {
    if ('refused' in answer) this.refused = { code: answer.refused, type: command.type };
  }
}

import type { Reply } from '../printer/replies.js';
import { ACK, encodeList, encodeStep } from './memory.js';
import type { Shelf } from './shelf.js';
import type { PrinterProfile } from '../printer/profile.js';

/** Questions and answers over the printer's link, as a queue's session has them. */
export interface Asking {
  /** `inTurn`: the bytes end with a question that is answered in its turn. */
  write(bytes: Uint8Array, asks?: 'inTurn' | 'nothing'): Promise<void>;
  expect(
    match: (reply: Reply) => boolean,
    ms: number,
  ): { readonly reply: Promise<Reply | undefined>; drop(): void };
}

const LIST_MS_MAX = 2_000;
/** Writing is slow: a printer may be busy for seconds. */
const WRITTEN_MS_MAX = 15_000;

/**
 * Brings graphics into a printer while it has nothing else to do, one at a time. Every method
 * rejects with `LinkLost` as the session does.
 */
export class Equipment {
  private isAsked = false;

  constructor(
    private readonly shelf: Shelf,
    private readonly profile: Pick<PrinterProfile, 'nv' | 'status'>,
    private readonly clock: { now(): number },
  ) {}

  /** The printer was reached again: it may be another one. */
  connected(): void {
    this.isAsked = false;
  }

  /** True if something was done and more may follow; false when there is nothing to do. */
  async step(session: Asking): Promise<boolean> {
    if (this.profile.nv === null) return false;
    if (!this.isAsked) await this.ask(session);
    const step = this.shelf.next(this.clock.now());
    if (step === undefined) return false;
    this.shelf.begin(step, this.clock.now());
    // GS r is answered in sequence: what was before it is done.
    const { gsR } = this.profile.status;
    const written = session.expect(({ kind }) => kind === 'paper', WRITTEN_MS_MAX);
    try {
      await session.write(encodeStep(step, gsR), gsR ? 'inTurn' : 'nothing');
      if (gsR && (await written.reply) === undefined) return false;
    } finally {
      written.drop();
    }
    this.shelf.end(step);
    return true;
  }

  /** Where a printer tells its keys, what it says counts; one that does not answer is believed. */
  private async ask(session: Asking): Promise<void> {
    this.isAsked = true;
    if (this.profile.nv?.keyList !== true) return;
    const keys: string[] = [];
    let bytes = encodeList();
    for (;;) {
      const expected = session.expect(({ kind }) => kind === 'keys', LIST_MS_MAX);
      await session.write(bytes);
      const reply = await expected.reply;
      if (reply?.kind !== 'keys') return;
      keys.push(...reply.keys);
      bytes = ACK;
      if (reply.isLast) break;
    }
    await session.write(bytes);
    this.shelf.found(keys, this.clock.now());
  }
}

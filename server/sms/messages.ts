import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { TicketId } from '../../core/events.js';
import type { SmsNews, SmsReason } from '../../core/protocol/sms.js';

/** That the turn is near, once a ticket. Any other notice is a call: `<leg>/<called at>`. */
export const NEAR_NOTICE = 'near';

/**
 * `sending` is on disk before anything is handed over: after a death in between nobody knows
 * whether it was, and only a way that takes the same id once gets it again.
 */
export type MessageState = 'queued' | 'sending' | 'sent' | 'delivered' | 'failed';

/** One notice to one ticket's visitor. It holds neither number nor text. */
export interface Message {
  /** 32 hex digits. */
  readonly id: string;
  readonly day: string;
  readonly ticketId: TicketId;
  readonly notice: string;
  readonly state: MessageState;
  readonly reason: SmsReason | null;
  /** The gateway's own name for it. */
  readonly reference: string | null;
  /** How often it was handed over. */
  readonly tries: number;
  /** When it came into its state. */
  readonly at: Millis;
}

/** How many messages of a day are in each state. */
export type Counts = Readonly<Record<MessageState, number>>;

export const createMessageTable = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS sms_message (
      id TEXT PRIMARY KEY,
      day TEXT NOT NULL,
      ticket TEXT NOT NULL,
      notice TEXT NOT NULL,
      state TEXT NOT NULL,
      reason TEXT,
      reference TEXT,
      tries INTEGER NOT NULL,
      at INTEGER NOT NULL,
      UNIQUE (ticket, notice)
    ) STRICT;`);
};

const COLUMNS = 'id, day, ticket AS ticketId, notice, state, reason, reference, tries, at';

/** The messages of the day: each notice stands here once, from before it goes out. */
export class Messages {
  constructor(private readonly database: Database.Database) {}

  /** Adds a notice; one that is there stays as it is. */
  add(
    ticketId: TicketId,
    notice: string,
    when: { readonly day: string; readonly at: Millis },
  ): void {
    this.database
      .prepare(
        `INSERT INTO sms_message VALUES (?, ?, ?, ?, 'queued', NULL, NULL, 0, ?)
         ON CONFLICT (ticket, notice) DO NOTHING`,
      )
      .run(randomBytes(16).toString('hex'), when.day, ticketId, notice, when.at);
  }

  get(id: string): Message | undefined {
    return this.one('WHERE id = ?', id);
  }

  /** The notices of a ticket, the oldest first. */
  of(ticketId: TicketId): readonly Message[] {
    return this.database
      .prepare<[string], Message>(
        `SELECT ${COLUMNS} FROM sms_message WHERE ticket = ? ORDER BY rowid`,
      )
      .all(ticketId);
  }

  /** What a ticket's newest message came to. */
  newsOf(ticketId: TicketId): SmsNews | undefined {
    const newest = this.of(ticketId).at(-1);
    if (newest === undefined) return undefined;
    const { state, reason } = newest;
    return { state: state === 'sending' ? 'queued' : state, reason };
  }

  /** Who waits: the least tried first, calls before the rest, the oldest before younger ones. */
  next(): Message | undefined {
    return this.one(
      `WHERE state = 'queued' ORDER BY tries, notice = '${NEAR_NOTICE}', rowid LIMIT 1`,
    );
  }

  inState(state: MessageState): readonly Message[] {
    return this.database
      .prepare<[string], Message>(
        `SELECT ${COLUMNS} FROM sms_message WHERE state = ? ORDER BY rowid`,
      )
      .all(state);
  }

  /** On disk when it returns, as all the rest. */
  begin(id: string, at: Millis): void {
    this.database
      .prepare(`UPDATE sms_message SET state = 'sending', tries = tries + 1, at = ? WHERE id = ?`)
      .run(at, id);
  }

  /** `reference` is kept where none is said; a `reason` is only of the state that it came with. */
  become(
    id: string,
    state: MessageState,
    also: { readonly at: Millis; readonly reason?: SmsReason; readonly reference?: string | null },
  ): void {
    this.database
      .prepare(
        `UPDATE sms_message SET state = ?, at = ?, reason = ?,
         reference = COALESCE(?, reference) WHERE id = ?`,
      )
      .run(state, also.at, also.reason ?? null, also.reference ?? null, id);
  }

  /** Nothing of it ever went out, and it is no longer so: as if it had not been. */
  drop(id: string): void {
    this.database.prepare('DELETE FROM sms_message WHERE id = ?').run(id);
  }

  /** Days that are over have no messages any more. */
  keepDay(day: string): void {
    this.database.prepare('DELETE FROM sms_message WHERE day <> ?').run(day);
  }

  counts(day: string): Counts {
    const found = this.database
      .prepare<[string], { state: MessageState; n: number }>(
        'SELECT state, COUNT(*) AS n FROM sms_message WHERE day = ? GROUP BY state',
      )
      .all(day);
    const none = { queued: 0, sending: 0, sent: 0, delivered: 0, failed: 0 };
    return { ...none, ...Object.fromEntries(found.map(({ state, n }) => [state, n])) };
  }

  private one(where: string, ...values: readonly string[]): Message | undefined {
    return this.database
      .prepare<unknown[], Message>(`SELECT ${COLUMNS} FROM sms_message ${where}`)
      .get(...values);
  }
}

import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { TicketId } from '../../core/events.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type ContactState = 'ready' | 'queued' | 'sent' | 'failed';

/** What is known of a ticket's number without opening it. */
export interface Contact {
  readonly ticketId: TicketId;
  readonly state: ContactState;
  /** Messages that were begun. */
  readonly messages: number;
  /** Whether it was told that its turn is near. */
  readonly isTold: boolean;
  /** The newest call that it was told of. */
  readonly call: string;
}

interface Row {
  readonly ticket: string;
  readonly state: ContactState;
  readonly messages: number;
  readonly near: number;
  readonly call: string;
}

/** Personal data: outside the log, sealed, and gone with the visit. */
export const createContactTable = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS sms_contact (
      ticket TEXT PRIMARY KEY,
      sealed BLOB NOT NULL,
      consent_at INTEGER NOT NULL,
      state TEXT NOT NULL,
      messages INTEGER NOT NULL,
      near INTEGER NOT NULL,
      call TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS sms_day (
      day TEXT PRIMARY KEY,
      begun INTEGER NOT NULL,
      sent INTEGER NOT NULL,
      failed INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;`);
};

/** Phone numbers of open tickets, sealed by AES-256-GCM under a key that no table holds. */
export class Contacts {
  private readonly key: Buffer;

  constructor(
    private readonly database: Database.Database,
    secret: Buffer,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'sms contact', 32));
  }

  /** Takes the place of an earlier number of the ticket; what was sent stays counted. */
  keep(ticketId: TicketId, phone: string, consentAt: Millis): void {
    this.database
      .prepare(
        `INSERT INTO sms_contact VALUES (?, ?, ?, 'ready', 0, 0, '')
         ON CONFLICT (ticket) DO UPDATE SET sealed = excluded.sealed`,
      )
      .run(ticketId, this.seal(phone), consentAt);
  }

  forget(ticketId: TicketId): void {
    this.database.prepare('DELETE FROM sms_contact WHERE ticket = ?').run(ticketId);
  }

  all(): readonly Contact[] {
    const rows = this.database
      .prepare<[], Row>('SELECT ticket, state, messages, near, call FROM sms_contact')
      .all();
    return rows.map(({ ticket: ticketId, near, ...row }) => ({
      ...row,
      ticketId,
      isTold: near === 1,
    }));
  }

  of(ticketId: TicketId): Contact | undefined {
    return this.all().find((contact) => contact.ticketId === ticketId);
  }

  /** The number; `undefined` where there is none, or it was sealed by another key. */
  phone(ticketId: TicketId): string | undefined {
    const sealed = this.database
      .prepare<[string], Buffer>('SELECT sealed FROM sms_contact WHERE ticket = ?')
      .pluck()
      .get(ticketId) as Buffer | undefined;
    return sealed === undefined ? undefined : this.open(sealed);
  }

  /** A message begins: it is counted before it is sent, so that none goes twice. */
  begin(contact: Contact, what: { readonly near: boolean; readonly call: string }): void {
    const near = contact.isTold || what.near ? 1 : 0;
    const call = what.call === '' ? contact.call : what.call;
    this.database
      .prepare(
        `UPDATE sms_contact SET state = 'queued', messages = messages + 1, near = ?, call = ?
         WHERE ticket = ?`,
      )
      .run(near, call, contact.ticketId);
  }

  end(ticketId: TicketId, state: 'sent' | 'failed'): void {
    this.database.prepare('UPDATE sms_contact SET state = ? WHERE ticket = ?').run(state, ticketId);
  }

  count(day: string, what: 'begun' | 'sent' | 'failed'): void {
    this.database
      .prepare(`INSERT INTO sms_day VALUES (?, 0, 0, 0) ON CONFLICT (day) DO NOTHING`)
      .run(day);
    this.database.prepare(`UPDATE sms_day SET ${what} = ${what} + 1 WHERE day = ?`).run(day);
  }

  /** How many messages of a day were begun, sent and failed. */
  counts(day: string): { readonly begun: number; readonly sent: number; readonly failed: number } {
    const found = this.database
      .prepare<[string], { begun: number; sent: number; failed: number }>(
        'SELECT begun, sent, failed FROM sms_day WHERE day = ?',
      )
      .get(day);
    return found ?? { begun: 0, sent: 0, failed: 0 };
  }

  private seal(phone: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce);
    const sealed = Buffer.concat([cipher.update(phone, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  private open(bytes: Buffer): string | undefined {
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.key, nonce).setAuthTag(tag);
    try {
      const sealed = bytes.subarray(NONCE_BYTES + TAG_BYTES);
      return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
    } catch {
      // Sealed under a key that was lost with its file: nobody can open it any more.
      return undefined;
    }
  }
}

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { TicketId } from '../../core/events.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Personal data: outside the log, sealed, and gone with the visit. */
export const createContactTable = (database: Database.Database): void => {
  database.exec(`
    DROP TABLE IF EXISTS sms_contact;
    DROP TABLE IF EXISTS sms_day;
    CREATE TABLE IF NOT EXISTS sms_number (
      ticket TEXT PRIMARY KEY,
      sealed BLOB NOT NULL,
      consent_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;`);
};

/** Phone numbers of open tickets, sealed by AES-256-GCM under a key that no table holds. */
export class Contacts {
  private readonly key: Buffer;
  /** Numbers are told apart under a key that ends with this process, and stands nowhere. */
  private readonly apart = randomBytes(32);

  constructor(
    private readonly database: Database.Database,
    secret: Buffer,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'sms contact', 32));
  }

  /** Takes the place of an earlier number of the ticket. */
  keep(ticketId: TicketId, phone: string, consentAt: Millis): void {
    this.database
      .prepare(
        `INSERT INTO sms_number VALUES (?, ?, ?)
         ON CONFLICT (ticket) DO UPDATE
         SET sealed = excluded.sealed, consent_at = excluded.consent_at`,
      )
      .run(ticketId, this.seal(phone), consentAt);
  }

  forget(ticketId: TicketId): void {
    this.database.prepare('DELETE FROM sms_number WHERE ticket = ?').run(ticketId);
  }

  tickets(): readonly TicketId[] {
    return this.database.prepare('SELECT ticket FROM sms_number').pluck().all() as TicketId[];
  }

  has(ticketId: TicketId): boolean {
    return this.sealed(ticketId) !== undefined;
  }

  /** The number; `undefined` where there is none, or it was sealed by another key. */
  phone(ticketId: TicketId): string | undefined {
    const sealed = this.sealed(ticketId);
    return sealed === undefined ? undefined : this.open(sealed);
  }

  /** What is equal for equal numbers while this process lives, and tells nothing of them. */
  sameness(phone: string): string {
    return createHmac('sha256', this.apart).update(phone).digest('hex');
  }

  private sealed(ticketId: TicketId): Buffer | undefined {
    return this.database
      .prepare<[string], Buffer>('SELECT sealed FROM sms_number WHERE ticket = ?')
      .pluck()
      .get(ticketId) as Buffer | undefined;
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

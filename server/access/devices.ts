import type Database from 'better-sqlite3';
import { randomInt } from 'node:crypto';
import type { Millis } from '../../core/configuration.js';
import type { DeviceRole } from '../../core/protocol/views.js';
import { newToken, tokenHash } from '../../node/secrets.js';

/** Letters that nobody confuses, and no vowels: 8 of them are 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const CODE_LETTERS = 8;
const CODE_LIFE_MS = 10 * 60_000;
const WAITING_MAX = 200;

interface Waiting {
  readonly deviceId: string;
  readonly role: DeviceRole;
  readonly userCode: string;
  readonly since: Millis;
  /** Set once a manager has approved: handed over by the next poll, once. */
  token?: string;
}

/** A device whose token was shown to be good. */
export interface KnownDevice {
  readonly deviceId: string;
  readonly role: DeviceRole;
}

const newUserCode = (): string =>
  Array.from({ length: CODE_LETTERS }, () => LETTERS[randomInt(LETTERS.length)]).join('');

const readable = (code: string): string => code.toUpperCase().replaceAll(/[^A-Z]/g, '');

/**
 * Devices and their tokens. Enrolment has the shape of RFC 8628: the device shows a short code that
 * buys nothing by itself, a manager approves it, and the device's own long code fetches the token.
 */
export class Devices {
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly database: Database.Database) {}

  /** Begins an enrolment; `undefined` while too many wait. */
  begin(device: KnownDevice, at: Millis) {
    this.forget(at);
    if (this.waiting.size >= WAITING_MAX) return undefined;
    const deviceCode = newToken();
    const entry = { ...device, userCode: newUserCode(), since: at };
    this.waiting.set(deviceCode, entry);
    return { deviceCode, userCode: entry.userCode, expiresAt: at + CODE_LIFE_MS };
  }

  /** Devices that show a code now; the codes stay on their screens. */
  pending(at: Millis): (KnownDevice & { since: Millis })[] {
    this.forget(at);
    return [...this.waiting.values()]
      .filter(({ token }) => token === undefined)
      .map(({ deviceId, role, since }) => ({ deviceId, role, since }));
  }

  /** The device behind a code that somebody typed, if it still waits. */
  find(userCode: string, at: Millis): KnownDevice | undefined {
    this.forget(at);
    const code = readable(userCode);
    return [...this.waiting.values()].find(
      (entry) => entry.userCode === code && entry.token === undefined,
    );
  }

  /** Makes the token of an approved device, as `grant` does. Call after the event is durable. */
  approve(userCode: string, at: Millis): void {
    const code = readable(userCode);
    for (const entry of this.waiting.values()) {
      if (entry.userCode === code) entry.token = this.grant(entry, at);
    }
  }

  /**
   * A token for a device, told once; the database keeps its hash. The old token ends, and so do
   * sessions at the old machine; the caller cuts its connections.
   */
  grant({ deviceId, role }: KnownDevice, at: Millis): string {
    const token = newToken();
    this.database
      .prepare('INSERT OR REPLACE INTO device_token (device, role, hash, since) VALUES (?,?,?,?)')
      .run(deviceId, role, tokenHash(token), at);
    this.endSessions(deviceId);
    return token;
  }

  /** What a device that waits learns; the token comes once. */
  poll(
    deviceCode: string,
    at: Millis,
  ): { token: string; deviceId: string } | 'waiting' | 'expired' {
    this.forget(at);
    const entry = this.waiting.get(deviceCode);
    if (entry === undefined) return 'expired';
    if (entry.token === undefined) return 'waiting';
    this.waiting.delete(deviceCode);
    return { token: entry.token, deviceId: entry.deviceId };
  }

  /** The device with this token, if the token is good for that device. */
  known(deviceId: string, token: string | undefined): KnownDevice | undefined {
    if (token === undefined) return undefined;
    const row = this.database
      .prepare('SELECT device AS deviceId, role FROM device_token WHERE hash = ?')
      .get(tokenHash(token)) as KnownDevice | undefined;
    return row?.deviceId === deviceId ? row : undefined;
  }

  enrolled(): ReadonlySet<string> {
    const rows = this.database.prepare('SELECT device FROM device_token').pluck().all();
    return new Set(rows as string[]);
  }

  revoke(deviceId: string): void {
    this.database.prepare('DELETE FROM device_token WHERE device = ?').run(deviceId);
    this.endSessions(deviceId);
  }

  private endSessions(deviceId: string): void {
    this.database.prepare('DELETE FROM session WHERE device = ?').run(deviceId);
  }

  private forget(at: Millis): void {
    for (const [code, { since }] of this.waiting) {
      if (at - since > CODE_LIFE_MS) this.waiting.delete(code);
    }
  }
}

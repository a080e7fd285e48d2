import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import { SECRET_MIN, type ApiRefusal, type StaffMember } from '../../core/protocol/api.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { newToken, tokenHash, type SecretHasher } from './secrets.js';
import { Throttle } from './throttle.js';

/** A shift ends at the latest then; a session that nobody uses ends sooner. */
const SESSION_MAX_MS = 12 * HOUR_MS;
const SESSION_IDLE_MAX_MS = 30 * MINUTE_MS;
/** How often the use of a session is written down. */
const USE_STEP_MS = MINUTE_MS;

type Signed = Omit<StaffMember, 'active'>;
type Refused = { readonly refused: ApiRefusal; readonly waitMs?: number };

interface Row extends Signed {
  readonly secret: string;
  readonly active: 0 | 1;
}

interface SignIn {
  readonly staffId: string;
  readonly deviceId: string;
  readonly secret: string;
  readonly managersOnly?: boolean;
}

/** Staff, their secrets and their sessions. A session belongs to one person at one device. */
export class Staff {
  private readonly throttle = new Throttle();
  private readonly names: Database.Statement<[string], string>;

  constructor(
    private readonly database: Database.Database,
    private readonly hasher: SecretHasher,
  ) {
    this.names = database.prepare<[string], string>('SELECT name FROM staff WHERE id = ?').pluck();
  }

  all(): StaffMember[] {
    const rows = this.database
      .prepare('SELECT id, name, role, active FROM staff ORDER BY id')
      .all();
    return (rows as Row[]).map(({ active, ...row }) => ({ ...row, active: active === 1 }));
  }

  nameOf(id: string): string {
    return this.names.get(id) ?? id;
  }

  async add(member: Signed & { readonly secret: string }): Promise<Refused | undefined> {
    const { id, name, role, secret } = member;
    if (secret.length < SECRET_MIN[role]) return { refused: 'staff.secretTooShort' };
    if (this.row(id) !== undefined) return { refused: 'staff.exists' };
    const hash = await this.hasher.hash(secret);
    this.database
      .prepare('INSERT OR IGNORE INTO staff (id, name, role, secret, active) VALUES (?,?,?,?,1)')
      .run(id, name, role, hash);
    return undefined;
  }

  /** Sets a new secret and ends the person's sessions. */
  async setSecret(id: string, secret: string): Promise<Refused | undefined> {
    const row = this.row(id);
    if (row === undefined) return { refused: 'staff.unknown' };
    if (secret.length < SECRET_MIN[row.role]) return { refused: 'staff.secretTooShort' };
    const hash = await this.hasher.hash(secret);
    this.database.prepare('UPDATE staff SET secret = ? WHERE id = ?').run(hash, id);
    this.endSessions('staff', id);
    return undefined;
  }

  /** Lets a person in or keeps them out; the last active manager stays. */
  setActive(id: string, active: boolean): Refused | undefined {
    const row = this.row(id);
    if (row === undefined) return { refused: 'staff.unknown' };
    const managers = this.all().filter((member) => member.role === 'manager' && member.active);
    const last = managers.length === 1 && managers[0]?.id === id;
    if (!active && last) return { refused: 'staff.lastManager' };
    this.database.prepare('UPDATE staff SET active = ? WHERE id = ?').run(active ? 1 : 0, id);
    if (!active) this.endSessions('staff', id);
    return undefined;
  }

  /**
   * Signs a person in at a device: earlier sessions of both end. Unknown, disabled and wrong look
   * the same and take the same time.
   */
  async signIn(
    who: SignIn,
    at: Millis,
  ): Promise<Refused | { readonly token: string; readonly staff: Signed }> {
    const keys = [`staff ${who.staffId}`, `device ${who.deviceId}`];
    const waitMs = Math.max(...keys.map((key) => this.throttle.waitMs(key, at)));
    if (waitMs > 0) return { refused: 'signIn.wait', waitMs };
    const row = this.row(who.staffId);
    const right = await this.hasher.matches(who.secret, row?.secret ?? NOBODY);
    const allowed = row?.active === 1 && (row.role === 'manager' || who.managersOnly !== true);
    if (!right || row === undefined || !allowed) {
      keys.forEach((key) => this.throttle.failed(key, at));
      return { refused: 'signIn.wrong' };
    }
    keys.forEach((key) => this.throttle.succeeded(key));
    const { id, name, role } = row;
    return { token: this.startSession(id, who.deviceId, at), staff: { id, name, role } };
  }

  /** Who is signed in with this token at this device; using a session keeps it alive. */
  session(token: string | undefined, deviceId: string, at: Millis): Signed | undefined {
    if (token === undefined) return undefined;
    const hash = tokenHash(token);
    const row = this.database
      .prepare(
        `SELECT staff.id, staff.name, staff.role, session.started_at, session.used_at FROM session
         JOIN staff ON staff.id = session.staff
         WHERE session.hash = ? AND session.device = ? AND staff.active = 1`,
      )
      .get(hash, deviceId) as (Signed & { started_at: Millis; used_at: Millis }) | undefined;
    if (row === undefined) return undefined;
    const { started_at: startedAt, used_at: usedAt, ...staff } = row;
    if (at - startedAt > SESSION_MAX_MS || at - usedAt > SESSION_IDLE_MAX_MS) return undefined;
    if (at - usedAt > USE_STEP_MS) {
      this.database.prepare('UPDATE session SET used_at = ? WHERE hash = ?').run(at, hash);
    }
    return staff;
  }

  /** Where a person is signed in now. */
  devicesOf(id: string): readonly string[] {
    return this.database
      .prepare<[string], string>('SELECT device FROM session WHERE staff = ?')
      .pluck()
      .all(id);
  }

  signOut(deviceId: string): void {
    this.endSessions('device', deviceId);
  }

  private startSession(staffId: string, deviceId: string, at: Millis): string {
    const token = newToken();
    this.endSessions('device', deviceId);
    this.endSessions('staff', staffId);
    this.database
      .prepare('INSERT INTO session (hash, staff, device, started_at, used_at) VALUES (?,?,?,?,?)')
      .run(tokenHash(token), staffId, deviceId, at, at);
    return token;
  }

  private endSessions(of: 'staff' | 'device', id: string): void {
    this.database.prepare(`DELETE FROM session WHERE ${of} = ?`).run(id);
  }

  private row(id: string): Row | undefined {
    return this.database.prepare('SELECT * FROM staff WHERE id = ?').get(id) as Row | undefined;
  }
}

/** A well-formed hash that no secret has, so that unknown people take as long as known ones. */
const NOBODY = ['scrypt', 32768, 8, 3, Buffer.alloc(16), Buffer.alloc(32)]
  .map((part) => (part instanceof Buffer ? part.toString('base64') : part))
  .join('$');

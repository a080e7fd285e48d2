import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import { SECRET_MIN, type ApiRefusal, type StaffMember } from '../../core/protocol/api.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { newToken, NOBODY, tokenHash, type SecretHasher } from '../../node/secrets.js';
import { Throttle } from '../../node/throttle.js';

/** A shift ends at the latest then; a session that nobody uses ends sooner. */
const SESSION_MAX_MS = 12 * HOUR_MS;
const SESSION_IDLE_MAX_MS = 30 * MINUTE_MS;
/** How often the use of a session is written down. */
const USE_STEP_MS = MINUTE_MS;
/** What somebody is told to wait when too many sign in at once. */
const BUSY_WAIT_MS = 5_000;

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

interface SessionRow extends Signed {
  readonly hash: Buffer;
  readonly startedAt: Millis;
  readonly usedAt: Millis;
}

/** Staff, their secrets and their sessions. A session belongs to one person at one device. */
export class Staff {
  private readonly throttle = new Throttle();
  private readonly names: Database.Statement<[string], string>;
  private readonly sessions: Database.Statement<[Buffer, string], SessionRow>;

  constructor(
    private readonly database: Database.Database,
    private readonly hasher: SecretHasher,
  ) {
    this.names = database.prepare<[string], string>('SELECT name FROM staff WHERE id = ?').pluck();
    this.sessions = database.prepare(
      `SELECT staff.id, staff.name, staff.role, session.hash,
         session.started_at AS startedAt, session.used_at AS usedAt
       FROM session JOIN staff ON staff.id = session.staff
       WHERE session.hash = ? AND session.device = ? AND staff.active = 1`,
    );
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

  /** Sets a new secret, ends the person's sessions, and forgets earlier wrong tries. */
  async setSecret(id: string, secret: string): Promise<Refused | undefined> {
    const row = this.row(id);
    if (row === undefined) return { refused: 'staff.unknown' };
    if (secret.length < SECRET_MIN[row.role]) return { refused: 'staff.secretTooShort' };
    const hash = await this.hasher.hash(secret);
    this.database.prepare('UPDATE staff SET secret = ? WHERE id = ?').run(hash, id);
    this.endSessions('staff', id);
    this.throttle.succeeded(`staff ${id}`);
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
   * the same and take the same time. A try counts before it is looked at.
   */
  async signIn(
    who: SignIn,
    at: Millis,
  ): Promise<Refused | { readonly token: string; readonly staff: Signed }> {
    const keys = [`staff ${who.staffId}`, `device ${who.deviceId}`];
    const waitMs = Math.max(...keys.map((key) => this.throttle.waitMs(key, at)));
    if (waitMs > 0) return { refused: 'signIn.wait', waitMs };
    if (this.hasher.isBusy) return { refused: 'signIn.wait', waitMs: BUSY_WAIT_MS };
    keys.forEach((key) => this.throttle.tried(key, at));
    const row = this.row(who.staffId);
    const right = await this.hasher.matches(who.secret, row?.secret ?? NOBODY);
    const allowed = row?.active === 1 && (row.role === 'manager' || who.managersOnly !== true);
    if (!right || row === undefined || !allowed) return { refused: 'signIn.wrong' };
    keys.forEach((key) => this.throttle.succeeded(key));
    const { id, name, role } = row;
    return { token: this.startSession(id, who.deviceId, at), staff: { id, name, role } };
  }

  /** Who is signed in with this token at this device; using a session keeps it alive. */
  session(token: string | undefined, deviceId: string, at: Millis): Signed | undefined {
    const found = this.find(token, deviceId, at);
    if (found !== undefined && at - found.usedAt > USE_STEP_MS) {
      this.database.prepare('UPDATE session SET used_at = ? WHERE hash = ?').run(at, found.hash);
    }
    return found && { id: found.id, name: found.name, role: found.role };
  }

  /** As `session`; to look at one is not to use it. */
  look(token: string | undefined, deviceId: string, at: Millis): Signed | undefined {
    const found = this.find(token, deviceId, at);
    return found && { id: found.id, name: found.name, role: found.role };
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

  private find(token: string | undefined, deviceId: string, at: Millis): SessionRow | undefined {
    const row = token === undefined ? undefined : this.sessions.get(tokenHash(token), deviceId);
    if (row === undefined) return undefined;
    const over = at - row.startedAt > SESSION_MAX_MS || at - row.usedAt > SESSION_IDLE_MAX_MS;
    return over ? undefined : row;
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

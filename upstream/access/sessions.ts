import type { Millis } from '../../core/configuration.js';
import type { ApiRefusal } from '../../core/protocol/api.js';
import type { Account } from '../../core/protocol/overview.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import { newToken, tokenHash, type SecretHasher } from '../../node/secrets.js';
import { Throttle } from '../../node/throttle.js';
import type { Database } from '../store/database.js';
import type { Accounts } from './accounts.js';
import { audit, type Actor } from './audit.js';

/** A working day ends at the latest then; a session that nobody uses ends sooner. */
export const SESSION_MAX_MS = 12 * HOUR_MS;
export const SESSION_IDLE_MAX_MS = 2 * HOUR_MS;
/** How often the use of a session is written down. */
const USE_STEP_MS = MINUTE_MS;
/** What somebody is told to wait when too many sign in at once. */
const BUSY_WAIT_MS = 5_000;
/** Many people sit behind one line, and one account is tried from many: both are generous. */
const LINE_RATE = perMinute(20, 60);
const ACCOUNT_RATE = perMinute(2, 60);

interface NotSigned {
  readonly refused: ApiRefusal;
  readonly waitMs?: number;
}
type Row = Account & { readonly startedAt: Millis; readonly usedAt: Millis };

const hashOf = (token: string): string => tokenHash(token).toString('hex');

/** Who is signed in, at however many browsers. Tokens are told once and stored as their hashes. */
export class Sessions {
  /** Wrong guesses from one line hold up nobody elsewhere. */
  private readonly throttle = new Throttle();
  private readonly lines = new Buckets(() => LINE_RATE);
  private readonly tried = new Buckets(() => ACCOUNT_RATE);

  constructor(
    private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly hasher: SecretHasher,
  ) {}

  async signIn(
    secret: string,
    actor: Actor,
  ): Promise<NotSigned | { readonly token: string; readonly account: Account }> {
    const account = await this.proved(secret, actor);
    return 'refused' in account ? account : { token: await this.start(actor), account };
  }

  /** Whose secret it is. A try counts before it is looked at; who must wait is not tried. */
  async proved(secret: string, actor: Actor): Promise<NotSigned | Account> {
    const { accountId, line, at } = actor;
    const key = `${accountId} ${line}`;
    const waitMs = this.waitMs(key, actor);
    if (waitMs > 0) return { refused: 'signIn.wait', waitMs };
    this.throttle.tried(key, at);
    const account = await this.accounts.withSecret(accountId, secret);
    if (account === undefined) {
      await audit(this.database, actor, { action: 'signIn.wrong' });
      return { refused: 'signIn.wrong' };
    }
    this.throttle.succeeded(key);
    return account;
  }

  /** Whose session a token is. What a page asks by itself again and again does not use it. */
  async who(
    token: string | undefined,
    at: Millis,
    by: 'person' | 'page',
  ): Promise<Account | undefined> {
    if (token === undefined) return undefined;
    const [row] = await this.database.query<Row>(
      `SELECT account.account_id AS id, name, role, scope,
         started_at AS "startedAt", used_at AS "usedAt"
       FROM session JOIN account ON account.account_id = session.account_id
       WHERE session_hash = $1`,
      [hashOf(token)],
    );
    if (row === undefined) return undefined;
    const { startedAt, usedAt, ...account } = row;
    if (at - startedAt > SESSION_MAX_MS || at - usedAt > SESSION_IDLE_MAX_MS) return undefined;
    if (by === 'person' && at - usedAt > USE_STEP_MS) {
      await this.database.query('UPDATE session SET used_at = $2 WHERE session_hash = $1', [
        ...[hashOf(token), at],
      ]);
    }
    return account;
  }

  /** Ends this session or, `everywhere`, all of its account. */
  signOut(token: string, actor: Actor, everywhere: boolean): Promise<void> {
    return this.database.transaction(async (queries) => {
      if (everywhere) {
        await queries.query('DELETE FROM session WHERE account_id = $1', [actor.accountId]);
      } else {
        await queries.query('DELETE FROM session WHERE session_hash = $1', [hashOf(token)]);
      }
      await audit(queries, actor, { action: everywhere ? 'signOut.everywhere' : 'signOut' });
    });
  }

  private waitMs(key: string, { accountId, line, at }: Actor): number {
    const slowed = this.throttle.waitMs(key, at);
    if (slowed > 0) return slowed;
    if (this.hasher.isBusy) return BUSY_WAIT_MS;
    if (!this.lines.take(line, at)) return this.lines.waitMs(line, at);
    if (!this.tried.take(accountId, at)) return this.tried.waitMs(accountId, at);
    return 0;
  }

  private start(actor: Actor): Promise<string> {
    const { accountId, at } = actor;
    const token = newToken();
    return this.database.transaction(async (queries) => {
      await queries.query('DELETE FROM session WHERE started_at < $1 OR used_at < $2', [
        ...[at - SESSION_MAX_MS, at - SESSION_IDLE_MAX_MS],
      ]);
      await queries.query(
        `INSERT INTO session (session_hash, account_id, started_at, used_at)
         VALUES ($1, $2, $3, $3)`,
        [hashOf(token), accountId, at],
      );
      await audit(queries, actor, { action: 'signIn.done' });
      return token;
    });
  }
}

import type { Account, OverviewRefusal } from '../../core/protocol/overview.js';
import { ACCOUNT_SECRET_MIN } from '../../core/protocol/secret.js';
import { NOBODY, type SecretHasher } from '../../node/secrets.js';
import type { Database, Queries, Value } from '../store/database.js';
import { audit, type Actor } from './audit.js';

export interface Refused {
  readonly refused: OverviewRefusal;
}
type WithSecret = Account & { readonly secret: string };

const FIELDS = 'account_id AS id, name, role, scope';
const valuesOf = ({ id, name, role, scope }: Account): Value[] => [
  ...[id, name, role],
  scope === null ? null : JSON.stringify(scope),
];

/** Of a stored secret, in which its pepper is named. */
const PEPPER_PART = 7;

/** Whether somebody else could still manage accounts, were this one not there. */
const hasOther = async (queries: Queries, id: string): Promise<boolean> => {
  const rows = await queries.query(
    `SELECT 1 FROM account WHERE role = 'operator' AND scope IS NULL AND account_id <> $1 LIMIT 1`,
    [id],
  );
  return rows.length > 0;
};

const accountIn = async (queries: Queries, id: string): Promise<Account | undefined> => {
  const [account] = await queries.query<Account>(
    `SELECT ${FIELDS} FROM account WHERE account_id = $1`,
    [id],
  );
  return account;
};

/** What an account may, for the audit; `*` is every centre. */
const saidOf = ({ id, role, scope }: Account): string => [id, role, ...(scope ?? ['*'])].join(' ');

const isMaster = ({ role, scope }: Account): boolean => role === 'operator' && scope === null;

/**
 * Who may sign in at the pages, and their secrets. An operator whose scope is all manages them; one
 * of these always stays. What is changed is written down together with who did it.
 */
export class Accounts {
  constructor(
    private readonly database: Database,
    private readonly hasher: SecretHasher,
  ) {}

  all(): Promise<Account[]> {
    return this.database.query<Account>(`SELECT ${FIELDS} FROM account ORDER BY account_id`);
  }

  /** Whether nobody can manage accounts yet. */
  async isNew(): Promise<boolean> {
    return !(await hasOther(this.database, ''));
  }

  /** Names the first operator, of all centres. Refused once there is one. */
  async addFirst(
    { id, name, secret }: Pick<WithSecret, 'id' | 'name' | 'secret'>,
    actor: Actor,
  ): Promise<Refused | undefined> {
    const first = { id, name, role: 'operator', scope: null, secret } as const;
    return this.insert(first, actor, async (queries) =>
      (await hasOther(queries, '')) ? { refused: 'account.exists' } : undefined,
    );
  }

  add(account: WithSecret, actor: Actor): Promise<Refused | undefined> {
    return this.insert(account, actor, () => Promise.resolve(undefined));
  }

  change(account: Account, actor: Actor): Promise<Refused | undefined> {
    return this.alone(async (queries) => {
      const before = await accountIn(queries, account.id);
      if (before === undefined) return { refused: 'account.unknown' };
      const leaves = isMaster(before) && !isMaster(account);
      if (leaves && !(await hasOther(queries, account.id))) {
        return { refused: 'account.lastOperator' };
      }
      await queries.query(
        'UPDATE account SET name = $2, role = $3, scope = $4 WHERE account_id = $1',
        valuesOf(account),
      );
      await audit(queries, actor, { action: 'account.changed', subject: saidOf(account) });
      return undefined;
    });
  }

  remove(id: string, actor: Actor): Promise<Refused | undefined> {
    return this.alone(async (queries) => {
      const before = await accountIn(queries, id);
      if (before === undefined) return { refused: 'account.unknown' };
      if (isMaster(before) && !(await hasOther(queries, id))) {
        return { refused: 'account.lastOperator' };
      }
      await queries.query('DELETE FROM session WHERE account_id = $1', [id]);
      await queries.query('DELETE FROM account WHERE account_id = $1', [id]);
      await audit(queries, actor, { action: 'account.removed', subject: id });
      return undefined;
    });
  }

  /** Sets a new secret and ends all sessions of the account. */
  async setSecret(id: string, secret: string, actor: Actor): Promise<Refused | undefined> {
    if (secret.length < ACCOUNT_SECRET_MIN) return { refused: 'account.secretTooShort' };
    const hash = await this.hashed(secret);
    return this.alone(async (queries) => {
      const changed = await queries.query(
        'UPDATE account SET secret = $2 WHERE account_id = $1 RETURNING account_id',
        [id, hash],
      );
      if (changed.length === 0) return { refused: 'account.unknown' };
      await queries.query('DELETE FROM session WHERE account_id = $1', [id]);
      await audit(queries, actor, { action: 'account.secretSet', subject: id });
      return undefined;
    });
  }

  /** The account whose secret this is. Whether it is unknown or the secret wrong looks the same. */
  async withSecret(id: string, secret: string): Promise<Account | undefined> {
    const [row] = await this.database.query<WithSecret>(
      `SELECT ${FIELDS}, secret FROM account WHERE account_id = $1`,
      [id],
    );
    const right = await this.hasher.matches(secret, row?.secret ?? NOBODY);
    if (!right || row === undefined) return undefined;
    const { secret: _, ...account } = row;
    return account;
  }

  /**
   * Ids of accounts whose secret was made with another pepper: nobody signs in by one here, be the
   * secret right or wrong. An earlier version did not note the pepper.
   */
  async foreign(): Promise<readonly string[]> {
    const rows = await this.database.query<Pick<Account, 'id'>>(
      `SELECT account_id AS id FROM account
       WHERE split_part(secret, '$', ${PEPPER_PART}) NOT IN ('', $1) ORDER BY account_id`,
      [this.hasher.pepperId],
    );
    return rows.map(({ id }) => id);
  }

  /** As the hasher gives it, with the name of its pepper. */
  private async hashed(secret: string): Promise<string> {
    return `${await this.hasher.hash(secret)}$${this.hasher.pepperId}`;
  }

  private async insert(
    account: WithSecret,
    actor: Actor,
    refusal: (queries: Queries) => Promise<Refused | undefined>,
  ): Promise<Refused | undefined> {
    if (account.secret.length < ACCOUNT_SECRET_MIN) return { refused: 'account.secretTooShort' };
    const hash = await this.hashed(account.secret);
    return this.alone(async (queries) => {
      const refused = await refusal(queries);
      if (refused !== undefined) return refused;
      const added = await queries.query(
        `INSERT INTO account (account_id, name, role, scope, secret) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (account_id) DO NOTHING RETURNING account_id`,
        [...valuesOf(account), hash],
      );
      if (added.length === 0) return { refused: 'account.exists' };
      await audit(queries, actor, { action: 'account.added', subject: saidOf(account) });
      return undefined;
    });
  }

  /** Nobody else changes accounts meanwhile: two who remove each other must not both succeed. */
  private alone<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    return this.database.transaction(async (queries) => {
      await queries.query('LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE');
      return work(queries);
    });
  }
}

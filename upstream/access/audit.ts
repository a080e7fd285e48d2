import { randomUUID } from 'node:crypto';
import type { Millis } from '../../core/configuration.js';
import type { AuditAction, AuditAnswer, AuditLine } from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';

/** Who does something, from which line, and when. */
export interface Actor {
  readonly accountId: string;
  readonly line: string;
  readonly at: Millis;
}

/** What was done, to what: written down before it is answered, for ever but for `forgetWrong`. */
export const audit = async (
  queries: Queries,
  { accountId, line, at }: Actor,
  { action, subject = '' }: { readonly action: AuditAction; readonly subject?: string },
): Promise<void> => {
  await queries.query(
    `INSERT INTO audit (audit_id, happened_at, account_id, line, action, subject)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [randomUUID(), at, accountId, line, action, subject],
  );
};

/** Wrong tries that are kept. Anybody can make them, and they must not fill a disk. */
const WRONG_MAX = 100_000;

/** Forgets the oldest of the wrong tries; all else stays. */
export const forgetWrong = async (queries: Queries, most: number = WRONG_MAX): Promise<void> => {
  await queries.query(
    `DELETE FROM audit WHERE action = 'signIn.wrong' AND (happened_at, audit_id) <= (
       SELECT happened_at, audit_id FROM audit WHERE action = 'signIn.wrong'
       ORDER BY happened_at DESC, audit_id DESC OFFSET $1 LIMIT 1)`,
    [most],
  );
};

/** So many lines are read at a time. */
export const AUDIT_LINES = 100;

/** The newest lines, or the newest of those older than one. */
export const readAudit = async (
  queries: Queries,
  now: Millis,
  before: Pick<AuditLine, 'at' | 'auditId'> | null,
): Promise<AuditAnswer> => {
  const lines = await queries.query<AuditLine>(
    `SELECT audit_id AS "auditId", happened_at AS at, audit.account_id AS "accountId",
       account.name, line, action, subject
     FROM audit LEFT JOIN account ON account.account_id = audit.account_id
     WHERE $1::BIGINT IS NULL OR (happened_at, audit_id) < ($1::BIGINT, $2::TEXT)
     ORDER BY happened_at DESC, audit_id DESC LIMIT ${AUDIT_LINES + 1}`,
    [before?.at ?? null, before?.auditId ?? null],
  );
  return { now, lines: lines.slice(0, AUDIT_LINES), more: lines.length > AUDIT_LINES };
};

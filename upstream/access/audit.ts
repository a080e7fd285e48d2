import { randomUUID } from 'node:crypto';
import type { Millis } from '../../core/configuration.js';
import type { Queries } from '../store/database.js';

/** Who does something, from which line, and when. */
export interface Actor {
  readonly accountId: string;
  readonly line: string;
  readonly at: Millis;
}

/** What was done, to what: written down before it is answered, for ever. */
export const audit = async (
  queries: Queries,
  { accountId, line, at }: Actor,
  { action, subject = '' }: { readonly action: string; readonly subject?: string },
): Promise<void> => {
  await queries.query(
    `INSERT INTO audit (audit_id, happened_at, account_id, line, action, subject)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [randomUUID(), at, accountId, line, action, subject],
  );
};

import type { Millis } from '../../core/configuration.js';
import type { CodeLine, EnrolmentAnswer, RelayLine, Scope } from '../../core/protocol/overview.js';
import { senderNameOf } from '../../core/protocol/upstream.js';
import { CODE_LIFE_MS } from '../centres/enrolment.js';
import type { Queries } from '../store/database.js';
import { scopeValue } from './lines.js';

interface CodeRow extends Pick<CodeLine, 'governorateId' | 'madeBy' | 'expiresAt'> {
  readonly sender_id: string;
  readonly name_ar: string | null;
  readonly name_en: string | null;
}

/** Holds for a governorate of the scope that is parameter 1, a JSON list or `NULL` for all. */
const within = (governorate: string): string =>
  `($1::json IS NULL OR ${governorate} = ANY (SELECT json_array_elements_text($1::json)))`;

const codesOf = async (queries: Queries, scope: Scope, now: Millis): Promise<CodeLine[]> => {
  const rows = await queries.query<CodeRow>(
    `SELECT e.centre_id AS sender_id, e.governorate_id AS "governorateId",
       coalesce(account.name, e.made_by) AS "madeBy", e.expires_at AS "expiresAt",
       c.name_ar, c.name_en
     FROM enrolment AS e LEFT JOIN centre AS c ON c.centre_id = e.centre_id
       LEFT JOIN account ON account.account_id = e.made_by
     WHERE e.key_id IS NULL AND e.expires_at >= $2 AND ${within('e.governorate_id')}
     ORDER BY e.expires_at, e.centre_id`,
    [scopeValue(scope), now],
  );
  return rows.map(({ sender_id, name_ar: ar, name_en: en, ...row }) => ({
    ...senderNameOf(sender_id),
    ...row,
    name: ar === null || en === null ? null : { ar, en },
    madeAt: row.expiresAt - CODE_LIFE_MS,
  }));
};

const relaysOf = async (queries: Queries, scope: Scope): Promise<RelayLine[]> => {
  const relays = await queries.query<Omit<RelayLine, 'centres' | 'heardAt'>>(
    `SELECT relay_id AS "relayId", governorate_id AS "governorateId",
       enrolled_at AS "enrolledAt", revoked_at AS "revokedAt"
     FROM relay WHERE ${within('governorate_id')} ORDER BY relay_id`,
    [scopeValue(scope)],
  );
  const told = await queries.query<Pick<RelayLine, 'governorateId' | 'centres' | 'heardAt'>>(
    `SELECT governorate_id AS "governorateId", count(*) AS centres, max(heard_at) AS "heardAt"
     FROM centre WHERE relayed AND revoked_at IS NULL GROUP BY governorate_id`,
  );
  const byGovernorate = new Map(told.map((row) => [row.governorateId, row]));
  return relays.map((relay) => {
    const { centres = 0, heardAt = null } = byGovernorate.get(relay.governorateId) ?? {};
    return { ...relay, centres, heardAt };
  });
};

/** What an operator sees beside the centres: codes that may still be used, and relays. */
export const readEnrolment = async (
  queries: Queries,
  { scope, now }: { readonly scope: Scope; readonly now: Millis },
): Promise<EnrolmentAnswer> => ({
  now,
  codes: await codesOf(queries, scope, now),
  relays: await relaysOf(queries, scope),
});

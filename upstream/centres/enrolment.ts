import { randomInt } from 'node:crypto';
import { isVerifierKey, keyIdOfKey } from '../../chain/note.js';
import type { Millis } from '../../core/configuration.js';
import {
  senderIdOf,
  senderNameOf,
  type AboutPost,
  type EnrolAnswer,
  type EnrolPost,
  type EnrolRefusal,
} from '../../core/protocol/upstream.js';
import { DAY_MS } from '../../core/time.js';
import { tokenHash } from '../../node/secrets.js';
import type { Database, Queries } from '../store/database.js';

/** How long a one-time code is good. */
export const CODE_LIFE_MS = 7 * DAY_MS;

/** Without signs that look alike. */
const SIGNS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const GROUPS = 3;

const group = (): string =>
  Array.from({ length: 4 }, () => SIGNS[randomInt(SIGNS.length)]).join('');
const newCode = (): string => Array.from({ length: GROUPS }, group).join('-');
const hashOf = (code: string): string => tokenHash(code.trim().toUpperCase()).toString('hex');

/** What an operator hands to a centre, shown once. */
export interface Code {
  readonly code: string;
  readonly expiresAt: Millis;
}

interface Asked {
  readonly senderId: string;
  readonly governorateId: string;
  /** An account. */
  readonly madeBy?: string | null;
}

/**
 * A code with which a sender may enrol, or enrol again with new keys; an earlier code ends. Until
 * it is used, the keys that the sender has stay good.
 */
export const makeCode = async (
  queries: Queries,
  { senderId, governorateId, madeBy = null }: Asked,
  now: Millis,
): Promise<Code> => {
  const code = newCode();
  const expiresAt = now + CODE_LIFE_MS;
  await queries.query(
    `INSERT INTO enrolment (centre_id, governorate_id, code_hash, expires_at, made_by)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (centre_id) DO UPDATE SET governorate_id = excluded.governorate_id,
       code_hash = excluded.code_hash, expires_at = excluded.expires_at,
       made_by = excluded.made_by, key_id = NULL`,
    [senderId, governorateId, hashOf(code), expiresAt, madeBy],
  );
  return { code, expiresAt };
};

/** Ends a code that nobody has used. `false` where there is none. */
export const withdrawCode = async (queries: Queries, senderId: string): Promise<boolean> => {
  const rows = await queries.query(
    'DELETE FROM enrolment WHERE centre_id = $1 AND key_id IS NULL RETURNING 1',
    [senderId],
  );
  return rows.length > 0;
};

interface Found {
  readonly governorate_id: string;
  readonly code_hash: string;
  readonly expires_at: number;
  readonly key_id: string | null;
}

/** Whether a text is the verifier key of this sender. */
export const isKeyOf = (senderId: string, key: string): boolean =>
  isVerifierKey(key) && key.startsWith(`dawr/${senderId}+`);

/**
 * Gives a sender its keys; whoever asked has shown that it holds `requestKey`. The same again, by
 * the key that used the code, is harmless. Gives for which governorate, or why it was refused.
 */
export const enrol = (
  database: Database,
  post: EnrolPost,
  now: Millis,
): Promise<EnrolAnswer | { readonly refused: EnrolRefusal }> =>
  database.transaction(async (queries) => {
    const senderId = senderIdOf(post);
    const { requestKey } = post;
    if (!isKeyOf(senderId, requestKey)) return { refused: 'malformed' };
    if (post.kind === 'centre' && !isKeyOf(senderId, post.logKey)) return { refused: 'malformed' };
    const [found] = await queries.query<Found>('SELECT * FROM enrolment WHERE centre_id = $1', [
      senderId,
    ]);
    const keyId = keyIdOfKey(requestKey);
    const wrong = { refused: 'code' } as const;
    if (found?.code_hash !== hashOf(post.code) || found.expires_at < now) return wrong;
    const { governorate_id: governorateId } = found;
    if (found.key_id !== null) return found.key_id === keyId ? { governorateId } : wrong;
    const used = await queries.query(
      'UPDATE enrolment SET key_id = $2 WHERE centre_id = $1 AND key_id IS NULL RETURNING 1',
      [senderId, keyId],
    );
    if (used.length === 0) return wrong;
    if (post.kind === 'centre') {
      await keepCentre(queries, post, { centreId: post.id, governorateId, relayed: false, now });
    } else await keepRelay(queries, { relayId: post.id, governorateId, now });
    await queries.query('DELETE FROM centre_key WHERE centre_id = $1', [senderId]);
    await addKey(queries, { senderId, requestKey, now });
    return { governorateId };
  });

interface Place {
  readonly centreId: string;
  readonly governorateId: string;
  /** Known by the word of a data centre below. */
  readonly relayed: boolean;
  /** When it enrolled: here, or there. */
  readonly now: Millis;
}

/**
 * Keeps what a centre is. What came by a relay never changes what the centre told itself, nor what
 * a relay told of a later enrolment: each has a later time than the one before it. Nor does it end
 * a revocation: `readmit`.
 */
export const keepCentre = async (
  queries: Queries,
  { name, zone, logKey }: Omit<AboutPost, 'enrolledAt'>,
  { centreId, governorateId, relayed, now }: Place,
): Promise<void> => {
  await queries.query(
    `INSERT INTO centre (centre_id, governorate_id, name_ar, name_en, zone, log_key, enrolled_at,
       relayed, missing)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)
     ON CONFLICT (centre_id) DO UPDATE SET governorate_id = excluded.governorate_id,
       name_ar = excluded.name_ar, name_en = excluded.name_en, zone = excluded.zone,
       log_key = excluded.log_key, relayed = excluded.relayed,
       revoked_at = CASE WHEN excluded.relayed THEN centre.revoked_at END,
       enrolled_at = CASE WHEN excluded.relayed THEN excluded.enrolled_at
         ELSE GREATEST(excluded.enrolled_at, centre.enrolled_at + 1) END
     WHERE NOT excluded.relayed OR (centre.relayed
       AND centre.governorate_id = excluded.governorate_id
       AND centre.enrolled_at <= excluded.enrolled_at)`,
    [centreId, governorateId, name.ar, name.en, zone, logKey, now, relayed],
  );
};

const keepRelay = async (
  queries: Queries,
  { relayId, governorateId, now }: { relayId: string; governorateId: string; now: Millis },
): Promise<void> => {
  await queries.query(
    `INSERT INTO relay (relay_id, governorate_id, enrolled_at) VALUES ($1, $2, $3)
     ON CONFLICT (relay_id) DO UPDATE SET governorate_id = excluded.governorate_id,
       enrolled_at = excluded.enrolled_at, revoked_at = NULL`,
    [relayId, governorateId, now],
  );
};

/** Beside the one in use. */
const UNUSED_KEYS_MAX = 3;

/**
 * The sender may sign with this key too, until it has used it: `endOlderKeys`. It is newer than
 * those that are there, also where the clock was set back since; of many that it never used the
 * oldest go. Call it in a transaction.
 */
export const addKey = async (
  queries: Queries,
  { senderId, requestKey, now }: { senderId: string; requestKey: string; now: Millis },
): Promise<void> => {
  await queries.query(
    `INSERT INTO centre_key (centre_id, key_id, public_key, since)
     SELECT $1::text, $2::text, $3::text, GREATEST($4::bigint, COALESCE(max(since) + 1, 0))
     FROM centre_key WHERE centre_id = $1
     ON CONFLICT DO NOTHING`,
    [senderId, keyIdOfKey(requestKey), requestKey, now],
  );
  await queries.query(
    `DELETE FROM centre_key WHERE centre_id = $1
       AND since > (SELECT min(since) FROM centre_key WHERE centre_id = $1)
       AND since <= (SELECT since FROM centre_key WHERE centre_id = $1
         ORDER BY since DESC OFFSET ${UNUSED_KEYS_MAX} LIMIT 1)`,
    [senderId],
  );
};

/** The sender has used a key: those before it are good no more. */
export const endOlderKeys = async (
  queries: Queries,
  senderId: string,
  since: Millis,
): Promise<void> => {
  const values = [senderId, since];
  await queries.query('DELETE FROM centre_key WHERE centre_id = $1 AND since < $2', values);
};

/**
 * Nothing more is taken of this sender until it enrols again, and its code is ended; call it in a
 * transaction. `false` where it has neither.
 */
export const revoke = async (queries: Queries, senderId: string, now: Millis): Promise<boolean> => {
  const { kind, id } = senderNameOf(senderId);
  const rows = await queries.query(
    `UPDATE ${kind} SET revoked_at = $2 WHERE ${kind}_id = $1 AND revoked_at IS NULL RETURNING 1`,
    [id, now],
  );
  const codes = await queries.query('DELETE FROM enrolment WHERE centre_id = $1 RETURNING 1', [
    senderId,
  ]);
  return rows.length + codes.length > 0;
};

/**
 * Takes again what a relay passes on of a centre that was revoked here: it has no way of its own by
 * which it could enrol. `false` for every other.
 */
export const readmit = async (queries: Queries, centreId: string): Promise<boolean> => {
  const rows = await queries.query(
    `UPDATE centre SET revoked_at = NULL
     WHERE centre_id = $1 AND relayed AND revoked_at IS NOT NULL RETURNING 1`,
    [centreId],
  );
  return rows.length > 0;
};

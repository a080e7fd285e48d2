import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { DayFact, DayFacts } from '../../core/facts.js';
import type { Queries } from '../store/database.js';
import { FACTS, PACKED_DAY } from '../store/facttables.js';
import { putSql } from '../store/tables.js';
import { factSelect, factsOfDay } from './rows.js';

/** Above this it takes longer than all else of a day. */
const QUALITY = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

/** As `PACKED_DAY` keeps it: JSON, packed. */
export const packed = (facts: DayFacts): Buffer =>
  brotliCompressSync(JSON.stringify(facts), QUALITY);

const unpacked = (bytes: Uint8Array): DayFacts =>
  JSON.parse(brotliDecompressSync(bytes).toString('utf8')) as DayFacts;

export interface CentreDay {
  readonly centreId: string;
  readonly day: string;
}

const PUT = putSql(PACKED_DAY);

/**
 * Packs those of the days that are closed; there must be room for their months. Call it in the
 * transaction that changes their facts.
 */
export const packDays = async (queries: Queries, days: readonly CentreDay[]): Promise<void> => {
  const rows: object[] = [];
  for (const { centreId, day } of days) {
    const facts = await factsOfDay(queries, centreId, day);
    if (facts === undefined || facts.day.closedAt === null) continue;
    const bytes = packed(facts).toString('hex');
    rows.push({ centre_id: centreId, business_day: day, facts: bytes });
  }
  if (rows.length > 0) await queries.query(PUT, [JSON.stringify(rows)]);
};

/**
 * As `factsOfDay`: from one row where the day is packed; `undefined` also for a closed day whose
 * facts are not kept any more.
 */
export const packedFactsOfDay = async (
  queries: Queries,
  centreId: string,
  day: string,
): Promise<DayFacts | undefined> => {
  const [found] = await queries.query<DayFact & { readonly facts: Uint8Array | null }>(
    `SELECT ${factSelect('day')}, p.facts FROM ${FACTS.day.name}
     LEFT JOIN ${PACKED_DAY.name} AS p ON p.centre_id = $1 AND p.business_day = $2::date
     WHERE service_day.centre_id = $1 AND service_day.business_day = $2::date`,
    [centreId, day],
  );
  if (found === undefined) return undefined;
  // Of one that was opened again what is packed is old.
  if (found.closedAt === null) return factsOfDay(queries, centreId, day);
  return found.facts === null ? undefined : unpacked(found.facts);
};

import type { Millis } from '../../core/configuration.js';
import type { CentreAnswer, Scope } from '../../core/protocol/overview.js';
import { dayReport } from '../../core/report.js';
import { zoneOffset } from '../../core/calendar.js';
import { packedFactsOfDay } from '../facts/packed.js';
import type { Queries } from '../store/database.js';
import { linesOf } from './lines.js';
import { clerksOf, namesIn } from './names.js';

interface Asked {
  readonly scope: Scope;
  readonly centreId: string;
  /** Its newest one for `null`. */
  readonly day: string | null;
  readonly now: Millis;
}

/** From the first day whose facts are kept: an open one, or one that is packed. */
const daysOf = async (queries: Queries, centreId: string): Promise<CentreAnswer['days']> => {
  const [days] = await queries.query<{ first: string | null; last: string | null }>(
    `SELECT least((SELECT min(business_day) FROM packed_day WHERE centre_id = $1),
         (SELECT min(business_day) FROM service_day
          WHERE centre_id = $1 AND closed_at IS NULL))::text AS first,
       (SELECT max(business_day) FROM service_day WHERE centre_id = $1)::text AS last`,
    [centreId],
  );
  const { first = null, last = null } = days ?? {};
  return first === null || last === null ? null : { first, last };
};

const namesOn = async (
  queries: Queries,
  centreId: string,
  day: string,
): Promise<CentreAnswer['names']> => {
  const [row] = await queries.query<{ readonly body: string | null }>(
    `SELECT c.body FROM service_day AS d
     JOIN configuration AS c ON c.centre_id = d.centre_id AND c.hash = d.configuration
     WHERE d.centre_id = $1 AND d.business_day = $2::date`,
    [centreId, day],
  );
  const { services, counters } = namesIn(row?.body ?? null);
  return {
    services: Object.fromEntries(services.map(({ id, name }) => [id, name])),
    counters: Object.fromEntries(counters.map(({ id, number }) => [id, number])),
    clerks: await clerksOf(queries, centreId),
  };
};

const NO_NAMES: CentreAnswer['names'] = { services: {}, counters: {}, clerks: {} };

/** One centre and the report of one of its days; `null` for one that the account may not see. */
export const readCentre = async (queries: Queries, asked: Asked): Promise<CentreAnswer | null> => {
  const { scope, centreId, now } = asked;
  const [found] = await linesOf(queries, { scope, centreId, now });
  if (found === undefined) return null;
  const { line } = found;
  const day = asked.day ?? line.day;
  const [days, facts, names] = await Promise.all([
    daysOf(queries, centreId),
    day === null ? undefined : packedFactsOfDay(queries, centreId, day),
    day === null ? NO_NAMES : namesOn(queries, centreId, day),
  ]);
  return {
    ...{ now, line, days, names },
    report:
      facts === undefined
        ? null
        : dayReport(facts, { now, offsetMs: zoneOffset(line.zone)(facts.day.openedAt) }),
  };
};

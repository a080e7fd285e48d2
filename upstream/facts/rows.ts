import type { DayFact, DayFacts, Fact, LegFact, SpanFact, VisitFact } from '../../core/facts.js';
import { FACT_TABLES, fieldsOf, isOfTicket, splitTicketId } from '../../core/facts/fields.js';
import type { Queries } from '../store/database.js';
import { factColumn, FACTS } from '../store/facttables.js';
import { AMONG } from '../store/tables.js';
import type { DayExtras, Found } from './book.js';

/** What facts of a kind are read as: whole ones, under their fields' names. */
export const factSelect = (kind: Fact['kind']): string => {
  const { name } = FACTS[kind];
  const fields = fieldsOf(FACT_TABLES[kind])
    .filter((field) => !isOfTicket(kind) || (field !== 'stream' && field !== 'seq'))
    .map((field) => {
      const value = field === 'day' ? 'business_day::text' : factColumn(field);
      return `${name}.${value} AS "${field}"`;
    });
  const id = isOfTicket(kind) ? [`${name}.stream || ':' || ${name}.seq AS "ticketId"`] : [];
  return [`'${kind}' AS "kind"`, ...id, ...fields].join(', ');
};

/** Whose facts are looked for, and which. */
export interface Sought {
  readonly centreId: string;
  /** Tickets that the events name. */
  readonly tickets: ReadonlySet<string>;
  /** All that is open may change. */
  readonly all: boolean;
}

type Of<F> = F & { readonly centreId: string };

const listOf = (values: readonly unknown[]): string => JSON.stringify(values);

const openDays = (queries: Queries, centres: readonly string[]) =>
  queries.query<Of<DayFact & DayExtras>>(
    `SELECT centre_id AS "centreId", ${factSelect('day')}, opened_stream AS "openedStream",
       opened_seq AS "openedSeq", configuration
     FROM service_day WHERE closed_at IS NULL AND centre_id ${AMONG}`,
    [listOf(centres)],
  );

const CENTRE_DAYS = 'json_to_recordset($1::json) AS d (centre_id TEXT, day DATE)';

const ofDays = <F extends Fact>(
  queries: Queries,
  kind: F['kind'],
  { days, rest }: { readonly days: readonly Of<DayFact>[]; readonly rest: string },
) => {
  const { name } = FACTS[kind];
  return queries.query<Of<F>>(
    `SELECT ${name}.centre_id AS "centreId", ${factSelect(kind)} FROM ${CENTRE_DAYS}
     JOIN ${name} ON ${name}.centre_id = d.centre_id AND ${name}.business_day = d.day
     WHERE ${rest}`,
    [listOf(days.map(({ centreId, day }) => ({ centre_id: centreId, day })))],
  );
};

interface TicketKey {
  readonly centre_id: string;
  readonly day: string;
  readonly stream: string;
  readonly seq: number;
}

const ofTickets = <F extends VisitFact | LegFact>(
  queries: Queries,
  kind: F['kind'],
  keys: readonly TicketKey[],
) => {
  const { name } = FACTS[kind];
  return queries.query<Of<F>>(
    `SELECT ${name}.centre_id AS "centreId", ${factSelect(kind)}
     FROM json_to_recordset($1::json) AS t (centre_id TEXT, day DATE, stream TEXT, seq BIGINT)
     JOIN ${name} ON ${name}.centre_id = t.centre_id AND ${name}.business_day = t.day
       AND ${name}.stream = t.stream AND ${name}.seq = t.seq`,
    [listOf(keys)],
  );
};

const keysOf = (days: readonly Of<DayFact>[], sought: ReadonlyMap<string, Set<string>>) =>
  days.flatMap(({ centreId, day }) =>
    [...(sought.get(centreId) ?? [])].flatMap((ticketId): TicketKey[] => {
      const { stream, seq } = splitTicketId(ticketId);
      return Number.isSafeInteger(seq) ? [{ centre_id: centreId, day, stream, seq }] : [];
    }),
  );

const byCentre = <F extends object>(rows: readonly Of<F>[]): Map<string, F[]> => {
  const found = new Map<string, F[]>();
  for (const { centreId, ...row } of rows) {
    const own = found.get(centreId);
    if (own === undefined) found.set(centreId, [row as unknown as F]);
    else own.push(row as unknown as F);
  }
  return found;
};

/** What of these centres' facts the events to come may change. */
export const foundOf = async (
  queries: Queries,
  sought: readonly Sought[],
): Promise<Map<string, Found>> => {
  const days = await openDays(
    queries,
    sought.map(({ centreId }) => centreId),
  );
  const spans =
    days.length === 0
      ? []
      : await ofDays<SpanFact>(queries, 'span', { days, rest: 'counter_session.ended_at IS NULL' });
  const tickets = new Map(sought.map(({ centreId, tickets: own }) => [centreId, new Set(own)]));
  for (const { centreId, ticketId } of spans) {
    if (ticketId !== null) tickets.get(centreId)?.add(ticketId);
  }
  const keys = keysOf(days, tickets);
  const shaken = days.filter(({ centreId }) =>
    sought.some((one) => one.centreId === centreId && one.all),
  );
  const tables = async <F extends VisitFact | LegFact>(kind: F['kind']) =>
    byCentre<F>([
      ...(keys.length === 0 ? [] : await ofTickets<F>(queries, kind, keys)),
      ...(shaken.length === 0
        ? []
        : await ofDays<F>(queries, kind, { days: shaken, rest: `${kind}.outcome IS NULL` })),
    ]);
  const [visits, legs] = [await tables<VisitFact>('visit'), await tables<LegFact>('leg')];
  const [ownDays, ownSpans] = [byCentre<DayFact & DayExtras>(days), byCentre<SpanFact>(spans)];
  return new Map(
    sought.map(({ centreId }) => [
      centreId,
      {
        days: ownDays.get(centreId) ?? [],
        visits: visits.get(centreId) ?? [],
        legs: legs.get(centreId) ?? [],
        spans: ownSpans.get(centreId) ?? [],
      },
    ]),
  );
};

/** All facts of a day; `undefined` for a day that was never opened or was for training. */
export const factsOfDay = async (
  queries: Queries,
  centreId: string,
  day: string,
): Promise<DayFacts | undefined> => {
  const rows = <F extends Fact>(kind: F['kind']): Promise<F[]> => {
    const table = FACTS[kind];
    const texts = new Set(table.columns.filter(({ type }) => type === 'TEXT').map((c) => c.name));
    const order = table.key.slice(2).map((key) => (texts.has(key) ? `${key} COLLATE "C"` : key));
    return queries.query<F>(
      `SELECT ${factSelect(kind)} FROM ${table.name}
       WHERE centre_id = $1 AND business_day = $2::date
       ORDER BY ${['business_day', ...order].join(', ')}`,
      [centreId, day],
    );
  };
  const [found] = await rows<DayFact>('day');
  if (found === undefined) return undefined;
  return {
    day: found,
    visits: await rows('visit'),
    legs: await rows('leg'),
    spans: await rows('span'),
    integrity: await rows('integrity'),
    late: await rows('late'),
  };
};

import { LEG_COUNTS, VISIT_COUNTS } from '../../core/kpi/counts.js';
import { histogramBytes, parseHistogram } from '../../core/kpi/histogram.js';
import {
  addLeg,
  addVisit,
  noLegs,
  noVisits,
  slotOf,
  type LegSums,
  type VisitSums,
} from '../../core/kpi/rollup.js';
import type { Queries } from '../store/database.js';
import { countColumn, DAY_SUM, QUARTER } from '../store/facttables.js';
import { putSql } from '../store/tables.js';
import type { Change } from './book.js';

interface Cell {
  readonly centre_id: string;
  readonly business_day: string;
  readonly legs: LegSums;
}

interface QuarterCell extends Cell {
  readonly slot: number;
  readonly service_id: string;
}

interface DayCell extends Cell {
  readonly visits: VisitSums;
}

/** What changes in the roll-ups, to be added to what is there. */
export interface Deltas {
  readonly quarters: Map<string, QuarterCell>;
  readonly days: Map<string, DayCell>;
}

export const noDeltas = (): Deltas => ({ quarters: new Map(), days: new Map() });

const inMap = <T>(map: Map<string, T>, key: string, made: () => T): T => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = made();
  map.set(key, fresh);
  return fresh;
};

const dayCell = ({ days }: Deltas, centreId: string, day: string): DayCell =>
  inMap(days, `${centreId} ${day}`, () => ({
    ...{ centre_id: centreId, business_day: day, legs: noLegs(), visits: noVisits() },
  }));

const addFact = (deltas: Deltas, centreId: string, [fact, sign]: [Change['now'], 1 | -1]): void => {
  if (fact.kind === 'day') dayCell(deltas, centreId, fact.day);
  if (fact.kind === 'visit') addVisit(dayCell(deltas, centreId, fact.day).visits, fact, sign);
  if (fact.kind !== 'leg') return;
  const { day, serviceId } = fact;
  const slot = slotOf(fact);
  const quarter = inMap(deltas.quarters, `${centreId} ${day} ${slot} ${serviceId}`, () => ({
    ...{ centre_id: centreId, business_day: day, slot, service_id: serviceId, legs: noLegs() },
  }));
  addLeg(quarter.legs, fact, sign);
  addLeg(dayCell(deltas, centreId, day).legs, fact, sign);
};

/** Takes away what a fact added before, and adds what it does now. */
export const addChange = (deltas: Deltas, centreId: string, { before, now }: Change): void => {
  if (before !== undefined) addFact(deltas, centreId, [before, -1]);
  addFact(deltas, centreId, [now, 1]);
};

type Row = Record<string, string | number>;

const hex = (histogram: ReadonlyMap<number, number>): string =>
  Buffer.from(histogramBytes(histogram)).toString('hex');

const LEG_PAIRS = LEG_COUNTS.map((name) => [name, countColumn('leg', name)] as const);
const VISIT_PAIRS = VISIT_COUNTS.map((name) => [name, countColumn('visit', name)] as const);

/** Sums under the names of their columns, added to those that are there. */
const countsOf = <Name extends string>(
  pairs: readonly (readonly [name: Name, column: string])[],
  sums: Readonly<Record<Name, number>>,
  known: Row | undefined,
): Row => {
  const row: Row = {};
  for (const [name, column] of pairs) {
    const sum = sums[name] + Number(known?.[column] ?? 0);
    if (sum < 0) throw new Error(`a roll-up of ${name} would fall below nothing`);
    row[column] = sum;
  }
  return row;
};

const added = (known: string | number | undefined, change: Map<number, number>): string => {
  if (known === undefined) return hex(change);
  const sum = parseHistogram(Buffer.from(String(known), 'hex'));
  for (const [bucket, count] of change) sum.set(bucket, (sum.get(bucket) ?? 0) + count);
  return hex(sum);
};

const legRow = ({ legs }: Cell, known: Row | undefined): Row => ({
  ...countsOf(LEG_PAIRS, legs.counts, known),
  waits: added(known?.['waits'], legs.waits),
  handlings: added(known?.['handlings'], legs.handlings),
});

const LEG_COLUMNS = LEG_PAIRS.map(([, column]) => `t.${column}`).join(', ');
const VISIT_COLUMNS = VISIT_PAIRS.map(([, column]) => `t.${column}`).join(', ');
const HISTOGRAMS = `encode(t.waits, 'hex') AS waits, encode(t.handlings, 'hex') AS handlings`;

/** The rows that are there, by centre, day, and for a quarter its slot and service. */
const knownRows = async (
  queries: Queries,
  { quarters, days }: Deltas,
): Promise<Map<string, Row>> => {
  const keys = [...quarters.values()].map(({ legs: _, ...key }) => key);
  const found = await queries.query<Row>(
    `SELECT t.centre_id || ' ' || t.business_day || ' ' || t.slot || ' ' || t.service_id AS key,
       ${LEG_COLUMNS}, ${HISTOGRAMS}
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, business_day DATE, slot BIGINT,
       service_id TEXT)
     JOIN rollup_quarter AS t USING (centre_id, business_day, slot, service_id)`,
    [JSON.stringify(keys)],
  );
  const ofDays = await queries.query<Row>(
    `SELECT t.centre_id || ' ' || t.business_day AS key, ${LEG_COLUMNS}, ${VISIT_COLUMNS},
       ${HISTOGRAMS}
     FROM json_to_recordset($1::json) AS r (centre_id TEXT, business_day DATE)
     JOIN rollup_day AS t USING (centre_id, business_day)`,
    [
      JSON.stringify(
        [...days.values()].map(({ centre_id, business_day }) => ({
          ...{ centre_id, business_day },
        })),
      ),
    ],
  );
  return new Map([...found, ...ofDays].map((row) => [String(row['key']), row]));
};

/** The rows of the roll-ups as they will be. */
export interface RolledUp {
  readonly quarters: readonly Row[];
  readonly days: readonly Row[];
}

/** Adds the changes to what is there. Throws where a sum would fall below nothing. */
export const rolledUp = async (queries: Queries, deltas: Deltas): Promise<RolledUp> => {
  if (deltas.days.size === 0) return { quarters: [], days: [] };
  const known = await knownRows(queries, deltas);
  return {
    quarters: [...deltas.quarters].map(([key, cell]) => {
      const { centre_id, business_day, slot, service_id } = cell;
      return { centre_id, business_day, slot, service_id, ...legRow(cell, known.get(key)) };
    }),
    days: [...deltas.days].map(([key, cell]) => {
      const { centre_id, business_day, visits } = cell;
      const ofVisits = countsOf(VISIT_PAIRS, visits, known.get(key));
      return { centre_id, business_day, ...legRow(cell, known.get(key)), ...ofVisits };
    }),
  };
};

const PUT_QUARTERS = putSql(QUARTER);
const PUT_DAYS = putSql(DAY_SUM);

/** Writes the rows; a quarter in which nobody joined any more is none. */
export const putRollups = async (queries: Queries, { quarters, days }: RolledUp): Promise<void> => {
  const full = quarters.filter((row) => row['leg_joined'] !== 0);
  const empty = quarters.filter((row) => row['leg_joined'] === 0);
  if (full.length > 0) await queries.query(PUT_QUARTERS, [JSON.stringify(full)]);
  if (days.length > 0) await queries.query(PUT_DAYS, [JSON.stringify(days)]);
  if (empty.length === 0) return;
  await queries.query(
    `DELETE FROM rollup_quarter AS t USING json_to_recordset($1::json) AS r (centre_id TEXT,
       business_day DATE, slot BIGINT, service_id TEXT)
     WHERE t.centre_id = r.centre_id AND t.business_day = r.business_day AND t.slot = r.slot
       AND t.service_id = r.service_id`,
    [JSON.stringify(empty)],
  );
};

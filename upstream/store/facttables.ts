import { LEG_COUNTS, VISIT_COUNTS } from '../../core/kpi/counts.js';
import type { Fact } from '../../core/facts.js';
import { columnOf, FACT_TABLES, typeOf, type FieldType } from '../../core/facts/fields.js';
import type { Column, RowTable } from './tables.js';

const TYPES: Readonly<Record<FieldType, Column['type']>> = {
  ...{ day: 'DATE', text: 'TEXT', outcome: 'TEXT', result: 'TEXT', few: 'SMALLINT' },
  ...{ whole: 'INTEGER', time: 'BIGINT', ms: 'BIGINT', flag: 'BOOLEAN' },
};

const column = (name: string, type: Column['type'], nullable = false): Column => ({
  ...{ name, type, nullable },
});

const CENTRE_ID = column('centre_id', 'TEXT');
const DAY = column('business_day', 'DATE');
const DAY_KEY = ['centre_id', 'business_day'];

/** The column of a fact's field. */
export const factColumn = (field: string): string => (field === 'day' ? DAY.name : columnOf(field));

/** What is kept of a day beside its fact: where in the log it began, and what it went by. */
const DAY_EXTRAS = [
  column('opened_stream', 'TEXT'),
  column('opened_seq', 'BIGINT'),
  column('configuration', 'TEXT'),
];

const BY_TIME: readonly Fact['kind'][] = ['visit', 'leg', 'span'];

/** What is open is found at once. */
const INDEXES: Partial<Readonly<Record<Fact['kind'], string>>> = {
  day: 'service_day_open ON service_day (centre_id) WHERE closed_at IS NULL',
  span: 'counter_session_open ON counter_session (centre_id, business_day) WHERE ended_at IS NULL',
};

const factTable = (kind: Fact['kind']): RowTable => {
  const { name, key, fields } = FACT_TABLES[kind];
  const own = Object.entries(fields).map(([field, kept]) => {
    const { type, nullable } = typeOf(kept);
    return column(factColumn(field), field === 'seq' ? 'BIGINT' : TYPES[type], nullable);
  });
  const index = INDEXES[kind];
  return {
    name,
    key: ['centre_id', ...key.map(factColumn)],
    columns: [CENTRE_ID, ...own, ...(kind === 'day' ? DAY_EXTRAS : [])],
    byTime: BY_TIME.includes(kind),
    ...(index === undefined ? {} : { indexes: [index] }),
  };
};

/** Where facts of each kind lie. */
export const FACTS: Readonly<Record<Fact['kind'], RowTable>> = {
  day: factTable('day'),
  visit: factTable('visit'),
  leg: factTable('leg'),
  span: factTable('span'),
  integrity: factTable('integrity'),
  late: factTable('late'),
};

/** The column of a count: `leg_wait_ms`, `visit_served`. */
export const countColumn = (of: 'leg' | 'visit', name: string): string => `${of}_${columnOf(name)}`;

const counts = (of: 'leg' | 'visit', names: readonly string[], type: Column['type']) =>
  names.map((name) => column(countColumn(of, name), name.endsWith('Ms') ? 'BIGINT' : type));

/** `histogramBytes` of `core/histogram.ts`. */
const HISTOGRAMS = [column('waits', 'BYTEA'), column('handlings', 'BYTEA')];

/** Legs of a service that joined in the quarter of an hour from `slot` on, in epoch ms. */
export const QUARTER: RowTable = {
  name: 'rollup_quarter',
  key: [...DAY_KEY, 'slot', 'service_id'],
  columns: [
    ...[CENTRE_ID, DAY, column('slot', 'BIGINT'), column('service_id', 'TEXT')],
    ...counts('leg', LEG_COUNTS, 'SMALLINT'),
    ...HISTOGRAMS,
  ],
  byTime: true,
};

/** All legs and visits of a day; there is one row for each service day. */
export const DAY_SUM: RowTable = {
  name: 'rollup_day',
  key: DAY_KEY,
  columns: [
    ...[CENTRE_ID, DAY],
    ...counts('leg', LEG_COUNTS, 'INTEGER'),
    ...counts('visit', VISIT_COUNTS, 'INTEGER'),
    ...HISTOGRAMS,
  ],
};

/**
 * All facts of a closed day in one row, as `upstream/facts/packed.ts` writes them: those of the
 * other tables lie between the rows of all other centres, each in another place of the disk.
 */
export const PACKED_DAY: RowTable = {
  name: 'packed_day',
  key: DAY_KEY,
  columns: [CENTRE_ID, DAY, column('facts', 'BYTEA')],
  byTime: true,
};

/**
 * How far a centre's facts are made: `stream` and `seq` of the last event, whose `business_day` is
 * `event_day`. Each commit raises `turn`: who has read another one must look again.
 */
export const PROJECTION: RowTable = {
  name: 'projection',
  key: ['centre_id'],
  columns: [
    CENTRE_ID,
    column('turn', 'BIGINT'),
    column('stream', 'TEXT'),
    column('seq', 'BIGINT'),
    column('event_day', 'DATE', true),
    column('newest_day', 'DATE', true),
    column('stopped_at', 'BIGINT', true),
  ],
};

/** All that follows from the events, and how far. */
export const DERIVED: readonly RowTable[] = [
  ...Object.values(FACTS),
  ...[QUARTER, DAY_SUM, PACKED_DAY, PROJECTION],
];

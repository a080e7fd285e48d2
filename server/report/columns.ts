import type { Letter, Millis, Words as Names } from '../../core/configuration.js';
import type { LegFact, VisitFact } from '../../core/facts.js';
import { handlingMs, totalMs, waitMs, walkMs, withinTarget } from '../../core/kpi.js';
import type { Row } from './rows.js';
import { columnOf, TABLES, type Table } from './tables.js';

export const CSV_NAMES = ['visits', 'legs'] as const;
export type CsvName = (typeof CSV_NAMES)[number];

/** What a line needs beside its row. */
export interface Words {
  service(id: string): Names | null;
  letter(seriesId: string): Letter | null;
  time(at: Millis): string;
}

export interface Column {
  readonly name: string;
  readonly of: (row: Row, words: Words) => string | number | null;
}

interface Export {
  readonly columns: readonly Column[];
  /** Binds the key after which it goes on, the last day, and how many rows at most. */
  readonly select: string;
  readonly key: readonly string[];
}

const column = (name: string, of: Column['of']): Column => ({ name, of });
const field = (name: string, key = name): Column => column(name, (row) => row[key] ?? null);
const moment = (name: string, key: string): Column =>
  column(name, (row, { time }) => {
    const at = row[key];
    return typeof at === 'number' ? time(at) : null;
  });
const ofLeg = (name: string, of: (leg: LegFact) => number | null): Column =>
  column(name, (row) => of(row as unknown as LegFact));

const labelOf = (language: 'ar' | 'en'): Column['of'] =>
  function label({ seriesId, number }, { letter }) {
    const found = letter(String(seriesId));
    return found === null ? number! : `${found[language]} ${number}`;
  };

const TICKET: readonly Column[] = [
  field('day'),
  column('ticket_id', ({ stream, seq }) => `${stream}:${seq}`),
  column('label_ar', labelOf('ar')),
  column('label_en', labelOf('en')),
];

const VISITS: readonly Column[] = [
  ...TICKET,
  field('series_id', 'seriesId'),
  field('number'),
  field('class_id', 'classId'),
  field('language'),
  field('device_id', 'deviceId'),
  moment('joined_at', 'joinedAt'),
  moment('ended_at', 'endedAt'),
  column('total_ms', (row) => totalMs(row as unknown as VisitFact)),
  field('outcome'),
  field('legs'),
  field('stars'),
];

const LEGS: readonly Column[] = [
  ...TICKET,
  field('leg'),
  field('service_id', 'serviceId'),
  column('service_ar', (row, { service }) => service(String(row['serviceId']))?.ar ?? null),
  column('service_en', (row, { service }) => service(String(row['serviceId']))?.en ?? null),
  field('class_id', 'classId'),
  field('joined_by', 'by'),
  moment('joined_at', 'joinedAt'),
  moment('order_from', 'orderFrom'),
  moment('called_at', 'calledAt'),
  moment('started_at', 'startedAt'),
  moment('ended_at', 'endedAt'),
  ofLeg('wait_ms', waitMs),
  ofLeg('walk_ms', walkMs),
  ofLeg('handling_ms', handlingMs),
  field('target_ms', 'targetMs'),
  ofLeg('within_target', (leg) => (leg.calledAt === null ? null : Number(withinTarget(leg)))),
  field('outcome'),
  field('result'),
  field('counter_id', 'counterId'),
  field('clerk'),
  field('rule'),
  field('call_reason', 'callReason'),
  field('end_reason', 'endReason'),
  field('calls'),
  field('misses'),
  field('parks'),
];

const columnsOf = ({ name, fields }: Table): string =>
  fields.map((one) => `${name}.${columnOf(one)} AS "${one}"`).join(', ');

/** Rows after a key, in its order, so that each page begins where the last one ended. */
const pageOf = ({ name, key }: Table): string => {
  const columns = key.map((one) => `${name}.${columnOf(one)}`).join(', ');
  const after = `(${columns}) > (${key.map(() => '?').join(', ')})`;
  return `WHERE ${after} AND ${name}.day <= ? ORDER BY ${columns} LIMIT ?`;
};

const { visit, leg } = TABLES;

/** The exports: what each line says, and where it comes from. */
export const COLUMNS: Readonly<Record<CsvName, Export>> = {
  visits: {
    columns: VISITS,
    select: `SELECT ${columnsOf(visit)} FROM visit ${pageOf(visit)}`,
    key: visit.key,
  },
  legs: {
    columns: LEGS,
    select:
      `SELECT ${columnsOf(leg)}, visit.series_id AS "seriesId", visit.number AS "number" ` +
      `FROM leg JOIN visit USING (day, stream, seq) ${pageOf(leg)}`,
    key: leg.key,
  },
};

import type { Letter, Millis, Words as Names } from '../../core/configuration.js';
import type { LateFact, LegFact, VisitFact } from '../../core/facts.js';
import { handlingMs, totalMs, waitMs, walkMs, withinTarget } from '../../core/kpi.js';
import type { ExportName, Language } from '../../core/lists.js';
import { columnOf, TABLES, type Table } from './tables.js';

export type Value = string | number | null;
/** A row's values, in the order of the fields of its export: many times faster than objects. */
export type Values = readonly Value[];

/** What a line needs beside its row. */
export interface Words {
  service(id: Value): Names | undefined;
  letter(seriesId: Value): Letter | null | undefined;
  time(at: Millis): string;
}

export interface Column {
  readonly name: string;
  readonly of: (row: Values, words: Words) => Value;
}

interface Export {
  readonly columns: readonly Column[];
  /** Binds the key after which it goes on, the last day, and how many rows at most. */
  readonly select: string;
  /** Where the key's values stand in a row. */
  readonly key: readonly number[];
}

const { visit, leg, late } = TABLES;
/** A leg's row ends with what the label needs of its visit. */
const FIELDS = {
  visits: visit.fields,
  legs: [...leg.fields, 'seriesId', 'number'],
  late: late.fields,
};

/** Ways to say a column of an export, by the names of fields. */
const sayings = <Fact>(fields: readonly string[]) => {
  const place = (field: string): number => {
    const at = fields.indexOf(field);
    if (at < 0) throw new Error(`no field ${field} to export`);
    return at;
  };
  const column = (name: string, of: Column['of']): Column => ({ name, of });
  const value = (name: string, field = name): Column => {
    const at = place(field);
    return column(name, (row) => row[at]!);
  };
  const moment = (name: string, field: string): Column => {
    const at = place(field);
    return column(name, (row, { time }) => {
      const found = row[at];
      return typeof found === 'number' ? time(found) : null;
    });
  };
  /** A figure of `core/kpi`, from the values of the fields that it reads. */
  const figure = <Key extends keyof Fact & string>(
    name: string,
    read: readonly Key[],
    of: (found: Pick<Fact, Key>) => number | null,
  ): Column => {
    const places = read.map((field) => [field, place(field)] as const);
    return column(name, (row) => {
      const found: Record<string, Value> = {};
      for (const [field, at] of places) found[field] = row[at]!;
      return of(found as Pick<Fact, Key>);
    });
  };
  const label = (name: string, language: Language): Column => {
    const [series, number] = [place('seriesId'), place('number')];
    return column(name, (row, { letter }) => {
      const found = letter(row[series]!);
      return found ? `${found[language]} ${row[number]}` : row[number]!;
    });
  };
  const ticketId = (): Column => {
    const [stream, seq] = [place('stream'), place('seq')];
    return column('ticket_id', (row) => `${row[stream]}:${row[seq]}`);
  };
  const service = (name: string, language: Language): Column => {
    const at = place('serviceId');
    return column(name, (row, words) => words.service(row[at]!)?.[language] ?? null);
  };
  return { value, moment, figure, label, ticketId, service };
};

const ofVisit = sayings<VisitFact>(FIELDS.visits);
const VISITS: readonly Column[] = [
  ofVisit.value('day'),
  ofVisit.ticketId(),
  ofVisit.label('label_ar', 'ar'),
  ofVisit.label('label_en', 'en'),
  ofVisit.value('series_id', 'seriesId'),
  ofVisit.value('number'),
  ofVisit.value('class_id', 'classId'),
  ofVisit.value('language'),
  ofVisit.value('device_id', 'deviceId'),
  ofVisit.moment('joined_at', 'joinedAt'),
  ofVisit.moment('ended_at', 'endedAt'),
  ofVisit.figure('total_ms', ['joinedAt', 'endedAt'], totalMs),
  ofVisit.value('outcome'),
  ofVisit.value('legs'),
  ofVisit.value('stars'),
];

const ofLeg = sayings<LegFact>(FIELDS.legs);
const LEGS: readonly Column[] = [
  ofLeg.value('day'),
  ofLeg.ticketId(),
  ofLeg.label('label_ar', 'ar'),
  ofLeg.label('label_en', 'en'),
  ofLeg.value('leg'),
  ofLeg.value('service_id', 'serviceId'),
  ofLeg.service('service_ar', 'ar'),
  ofLeg.service('service_en', 'en'),
  ofLeg.value('class_id', 'classId'),
  ofLeg.value('joined_by', 'by'),
  ofLeg.moment('joined_at', 'joinedAt'),
  ofLeg.moment('order_from', 'orderFrom'),
  ofLeg.moment('called_at', 'calledAt'),
  ofLeg.moment('started_at', 'startedAt'),
  ofLeg.moment('ended_at', 'endedAt'),
  ofLeg.figure('wait_ms', ['joinedAt', 'calledAt'], waitMs),
  ofLeg.figure('walk_ms', ['calledAt', 'startedAt', 'confirmed'], walkMs),
  ofLeg.figure('handling_ms', ['startedAt', 'endedAt', 'handlingMs'], handlingMs),
  ofLeg.value('target_ms', 'targetMs'),
  ofLeg.figure('within_target', ['joinedAt', 'orderFrom', 'targetMs', 'calledAt'], (found) =>
    found.calledAt === null ? null : Number(withinTarget(found)),
  ),
  ofLeg.value('outcome'),
  ofLeg.value('result'),
  ofLeg.value('counter_id', 'counterId'),
  ofLeg.value('clerk'),
  ofLeg.value('rule'),
  ofLeg.value('call_reason', 'callReason'),
  ofLeg.value('end_reason', 'endReason'),
  ofLeg.value('calls'),
  ofLeg.value('misses'),
  ofLeg.value('parks'),
];

const ofLate = sayings<LateFact>(FIELDS.late);
const LATE: readonly Column[] = [
  ofLate.value('day'),
  ofLate.label('label_ar', 'ar'),
  ofLate.label('label_en', 'en'),
  ofLate.value('series_id', 'seriesId'),
  ofLate.value('number'),
  ofLate.value('services'),
  ofLate.value('device_id', 'deviceId'),
  ofLate.moment('taken_at', 'takenAt'),
  ofLate.moment('reached_at', 'reachedAt'),
];

const columnsOf = ({ name, fields }: Table): string =>
  fields.map((field) => `${name}.${columnOf(field)}`).join(', ');

/** Rows after a key, in its order, so that each page begins where the last one ended. */
const pageOf = ({ name, key }: Table): string => {
  const columns = key.map((field) => `${name}.${columnOf(field)}`).join(', ');
  const after = `(${columns}) > (${key.map(() => '?').join(', ')})`;
  return `WHERE ${after} AND ${name}.day <= ? ORDER BY ${columns} LIMIT ?`;
};

const keyOf = ({ key, fields }: Table): readonly number[] =>
  key.map((field) => fields.indexOf(field));

/** The exports: what each line says, and where it comes from. */
export const COLUMNS: Readonly<Record<ExportName, Export>> = {
  visits: {
    columns: VISITS,
    select: `SELECT ${columnsOf(visit)} FROM visit ${pageOf(visit)}`,
    key: keyOf(visit),
  },
  legs: {
    columns: LEGS,
    select:
      `SELECT ${columnsOf(leg)}, visit.series_id, visit.number ` +
      `FROM leg JOIN visit USING (day, stream, seq) ${pageOf(leg)}`,
    key: keyOf(leg),
  },
  late: {
    columns: LATE,
    select: `SELECT ${columnsOf(late)} FROM late_ticket ${pageOf(late)}`,
    key: keyOf(late),
  },
};

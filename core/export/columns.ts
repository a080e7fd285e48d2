import type { Configuration, Letter, Millis, Words as Names } from '../configuration.js';
import type { LateFact, LegFact, VisitFact } from '../facts.js';
import { FACT_TABLES, fieldsOf } from '../facts/fields.js';
import { handlingMs, totalMs, waitMs, walkMs, withinTarget } from '../kpi/counts.js';
import type { ExportName, Language } from '../lists.js';
import { localTime } from './zone.js';

export type Value = string | number | null;
/** A row's values, in the order of the fields of its export: many times faster than objects. */
export type Values = readonly Value[];

/** What a line needs beside its row. */
export interface Words {
  service(id: Value): Names | undefined;
  letter(seriesId: Value): Letter | null | undefined;
  time(at: Millis): string;
  /** What a clerk is called, where that is known. */
  clerk?(clerk: Value): string | null;
}

export interface Column {
  readonly name: string;
  readonly of: (row: Values, words: Words) => Value;
}

/** What a line needs, from a configuration and a zone of time. */
export const wordsOf = (
  { services, categories }: Pick<Configuration, 'services' | 'categories'>,
  zone: string,
): Words => {
  const names = new Map<Value, Names>(services.map(({ id, name }) => [id, name]));
  const letters = new Map<Value, Letter | null>(categories.map(({ id, letter }) => [id, letter]));
  return {
    service: (id) => names.get(id),
    letter: (seriesId) => letters.get(seriesId),
    time: localTime(zone),
  };
};

const { visit, leg, late } = FACT_TABLES;
/**
 * The fields of each export's rows, in order. A leg's row ends with what the label needs of its
 * visit.
 */
export const EXPORT_FIELDS: Readonly<Record<ExportName, readonly string[]>> = {
  visits: fieldsOf(visit),
  legs: [...fieldsOf(leg), 'seriesId', 'number'],
  late: fieldsOf(late),
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
  const clerkName = (name: string): Column => {
    const at = place('clerk');
    return column(name, (row, { clerk }) => clerk?.(row[at]!) ?? null);
  };
  return { value, moment, figure, label, ticketId, service, clerkName };
};

const ofVisit = sayings<VisitFact>(EXPORT_FIELDS.visits);
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

const ofLeg = sayings<LegFact>(EXPORT_FIELDS.legs);
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

/** Said above the centre alone, after the others: a centre's files hold no names. */
export const CLERK_NAME: Column = ofLeg.clerkName('clerk_name');

const ofLate = sayings<LateFact>(EXPORT_FIELDS.late);
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

/** What the lines of each export say. */
export const COLUMNS: Readonly<Record<ExportName, readonly Column[]>> = {
  ...{ visits: VISITS, legs: LEGS, late: LATE },
};

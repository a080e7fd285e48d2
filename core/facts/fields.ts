import { OUTCOMES } from '../events.js';
import type { Fact } from '../facts.js';
import { RESULTS } from '../lists.js';

/**
 * What a field holds: `day` is `YYYY-MM-DD`, `time` epoch milliseconds, `ms` a length of time,
 * `few` a number below some thousands, `whole` any other; `outcome` and `result` are of their
 * lists. With a `?` it may be `null`.
 */
export type FieldType =
  ('day' | 'text' | 'outcome' | 'result') | ('few' | 'whole' | 'time' | 'ms' | 'flag');
export type Kept = FieldType | `${FieldType}?`;

/** How facts of one kind are kept in a table: one row each, replaced whole by its key. */
export interface FactTable {
  readonly name: string;
  readonly key: readonly string[];
  /** By the names of the facts' fields; `columnOf` gives the column. */
  readonly fields: Readonly<Record<string, Kept>>;
}

/** Words that SQL keeps for itself, or that say too little outside the fact. */
const RENAMED: Readonly<Record<string, string>> = {
  by: 'joined_by',
  from: 'began_at',
  to: 'ended_at',
  at: 'acted_at',
};

export const columnOf = (field: string): string =>
  RENAMED[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const day: FactTable = {
  name: 'service_day',
  key: ['day'],
  fields: { day: 'day', stream: 'text', openedAt: 'time', closedAt: 'time?' },
};

/** `stream` and `seq` together are the ticket's id, so that visits lie in order of issue. */
const visit: FactTable = {
  name: 'visit',
  key: ['day', 'stream', 'seq'],
  fields: {
    ...{ day: 'day', stream: 'text', seq: 'whole', seriesId: 'text', number: 'whole' },
    ...{ classId: 'text', language: 'text', deviceId: 'text', joinedAt: 'time' },
    ...{ endedAt: 'time?', outcome: 'outcome?', legs: 'few', stars: 'few?' },
  },
};

const leg: FactTable = {
  name: 'leg',
  key: ['day', 'stream', 'seq', 'leg'],
  fields: {
    ...{ day: 'day', stream: 'text', seq: 'whole', leg: 'few', serviceId: 'text' },
    ...{ classId: 'text', by: 'text', joinedAt: 'time', orderFrom: 'time', dueAt: 'time' },
    ...{ targetMs: 'ms', waitingSince: 'time?', counterId: 'text?', clerk: 'text?' },
    ...{ rule: 'text?', callReason: 'text?', calledAt: 'time?', startedAt: 'time?' },
    ...{ confirmed: 'flag', handlingMs: 'ms', endedAt: 'time?', outcome: 'outcome?' },
    ...{ result: 'result?', endReason: 'text?', calls: 'few', misses: 'few', parks: 'few' },
  },
};

/** `stream` and `seq` are the event that began the span. */
const span: FactTable = {
  name: 'counter_session',
  key: ['day', 'stream', 'seq', 'activity'],
  fields: {
    ...{ day: 'day', stream: 'text', seq: 'whole', activity: 'text', counterId: 'text' },
    ...{ clerk: 'text', ticketId: 'text?', from: 'time', startedAt: 'time?', to: 'time?' },
  },
};

const integrity: FactTable = {
  name: 'integrity',
  key: ['day', 'stream', 'seq', 'act'],
  fields: {
    ...{ day: 'day', stream: 'text', seq: 'whole', act: 'text', at: 'time', ticketId: 'text' },
    ...{ clerk: 'text', counterId: 'text?', reason: 'text?', passed: 'text?' },
  },
};

/** `stream` and `seq` are the event that wrote it down. */
const late: FactTable = {
  name: 'late_ticket',
  key: ['day', 'stream', 'seq'],
  fields: {
    ...{ day: 'day', stream: 'text', seq: 'whole', seriesId: 'text', number: 'whole' },
    ...{ services: 'text', deviceId: 'text', takenAt: 'time', reachedAt: 'time' },
  },
};

/** Where the facts of each kind lie. */
export const FACT_TABLES: Readonly<Record<Fact['kind'], FactTable>> = {
  ...{ day, visit, leg, span, integrity, late },
};

const KINDS = Object.keys(FACT_TABLES) as Fact['kind'][];

/** Something of each kind's table. */
export const byKind = <T>(of: (table: FactTable) => T): Readonly<Record<Fact['kind'], T>> =>
  Object.fromEntries(KINDS.map((kind) => [kind, of(FACT_TABLES[kind])])) as Record<Fact['kind'], T>;

export const fieldsOf = ({ fields }: FactTable): readonly string[] => Object.keys(fields);

const FIELDS = byKind(fieldsOf);

/** A field's type, and whether it may be `null`. */
export const typeOf = (kept: Kept): { readonly type: FieldType; readonly nullable: boolean } => ({
  type: kept.replace('?', '') as FieldType,
  nullable: kept.endsWith('?'),
});

/** A ticket's id as it is kept: in two columns. */
export const splitTicketId = (
  ticketId: string,
): { readonly stream: string; readonly seq: number } => {
  const at = ticketId.lastIndexOf(':');
  return { stream: ticketId.slice(0, at), seq: Number(ticketId.slice(at + 1)) };
};

/** Whether the key of the rows is a ticket's id rather than an event. */
export const isOfTicket = (kind: Fact['kind']): kind is 'visit' | 'leg' =>
  kind === 'visit' || kind === 'leg';

export type FieldValue = string | number | boolean | null;

/** A fact's value of a field of its table; `id` is the ticket's, where that is the key. */
const valueOf = (
  fact: Fact,
  field: string,
  id: { readonly stream: string; readonly seq: number } | undefined,
): FieldValue | undefined =>
  id !== undefined && (field === 'stream' || field === 'seq')
    ? id[field]
    : (fact as unknown as Readonly<Record<string, FieldValue>>)[field];

/** A fact's values in the order of its table's fields. */
export const valuesOf = (fact: Fact): readonly (FieldValue | undefined)[] => {
  const ofTicket = fact.kind === 'visit' || fact.kind === 'leg';
  const id = ofTicket ? splitTicketId(fact.ticketId) : undefined;
  return FIELDS[fact.kind].map((field) => valueOf(fact, field, id));
};

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Whether the calendar has that day. */
const isDay = (text: string): boolean => {
  const at = DAY.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
};

/** As many as the columns of any database hold. */
const MAX: Partial<Readonly<Record<FieldType, number>>> = { few: 32_767, whole: 2_147_483_647 };
/** No id is as long. */
const TEXT_MAX = 1000;

const LISTS: Partial<Readonly<Record<FieldType, readonly unknown[]>>> = {
  outcome: OUTCOMES,
  result: RESULTS,
};

const isOf = (type: FieldType, value: unknown): boolean => {
  const list = LISTS[type];
  if (list !== undefined) return list.includes(value);
  if (type === 'flag') return typeof value === 'boolean';
  if (type === 'text') {
    return typeof value === 'string' && value.length <= TEXT_MAX && !value.includes('\0');
  }
  if (type === 'day') return typeof value === 'string' && isDay(value);
  return Number.isSafeInteger(value) && Math.abs(value as number) <= (MAX[type] ?? Infinity);
};

const TYPES = byKind(({ fields }) =>
  Object.entries(fields).map(([field, kept]) => ({ field, ...typeOf(kept) })),
);

/** Throws where a field is missing or is not of its type, as after an event that nobody checked. */
export const requireWhole = (fact: Fact): void => {
  const values = valuesOf(fact);
  for (const [index, { field, type, nullable }] of TYPES[fact.kind].entries()) {
    const value = values[index];
    if (!(nullable && value === null) && !isOf(type, value)) {
      throw new Error(`${fact.kind}.${field} cannot be ${JSON.stringify(value)}`);
    }
  }
};

import type { Database, Statement } from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type {
  DayFact,
  DayFacts,
  Fact,
  IntegrityFact,
  Known,
  LateFact,
  LegFact,
  SpanFact,
  VisitFact,
} from '../../core/facts.js';
import {
  columnOf,
  FACT_TABLES,
  fieldsOf,
  isOfTicket,
  splitTicketId,
  valuesOf,
  type FactTable,
} from '../../core/facts/fields.js';
import { LOST_LISTED_MAX } from '../../core/protocol/agent.js';

/** Selects whole facts of a kind, under their fields' names. */
const selectOf = (kind: Fact['kind'], rest: string): string => {
  const table = FACT_TABLES[kind];
  const id = `stream || ':' || seq AS "ticketId"`;
  const columns = fieldsOf(table)
    .filter((field) => !isOfTicket(kind) || (field !== 'stream' && field !== 'seq'))
    .map((field) => `${columnOf(field)} AS "${field}"`);
  const all = [`'${kind}' AS "kind"`, ...(isOfTicket(kind) ? [id] : []), ...columns];
  return `SELECT ${all.join(', ')} FROM ${table.name} ${rest}`;
};

const replaceOf = (table: FactTable): string => {
  const { name, key } = table;
  const fields = fieldsOf(table);
  const changes = fields
    .filter((field) => !key.includes(field))
    .map((field) => `${columnOf(field)} = excluded.${columnOf(field)}`);
  return (
    `INSERT INTO ${name} (${fields.map(columnOf).join(', ')}) ` +
    `VALUES (${fields.map(() => '?').join(', ')}) ` +
    `ON CONFLICT (${key.map(columnOf).join(', ')}) DO UPDATE SET ${changes.join(', ')}`
  );
};

type Value = string | number | null;

const storedOf = (fact: Fact): Value[] =>
  valuesOf(fact).map((value) => (typeof value === 'boolean' ? Number(value) : value!));

/** A row is a leg but for the one truth value, which SQLite keeps as a number. */
const legFact = (row: LegFact): LegFact =>
  Object.assign(row, { confirmed: Boolean(row.confirmed) });

/** The facts that lie in a database: what `factsOf` asks for, and where its answer goes. */
export class Rows implements Known {
  readonly #replace: Readonly<Record<Fact['kind'], Statement<Value[]>>>;
  readonly #day: Statement<[string], DayFact>;
  readonly #visit: Statement<[string, string, number], VisitFact>;
  readonly #leg: Statement<[string, string, number], LegFact>;
  readonly #spans: Statement<[string, string], SpanFact>;
  readonly #allSpans: Statement<[string], SpanFact>;
  readonly #openVisits: Statement<[string], VisitFact>;
  readonly #openLegs: Statement<[string], LegFact>;

  constructor(db: Database) {
    const replace = (kind: Fact['kind']) => db.prepare<Value[]>(replaceOf(FACT_TABLES[kind]));
    this.#replace = {
      day: replace('day'),
      visit: replace('visit'),
      leg: replace('leg'),
      span: replace('span'),
      integrity: replace('integrity'),
      late: replace('late'),
    };
    const ticket = 'WHERE day = ? AND stream = ? AND seq = ?';
    const spans = 'WHERE ended_at IS NULL AND day = ?';
    this.#day = db.prepare(selectOf('day', 'WHERE stream = ? AND closed_at IS NULL'));
    this.#visit = db.prepare(selectOf('visit', ticket));
    this.#leg = db.prepare(selectOf('leg', `${ticket} ORDER BY leg DESC LIMIT 1`));
    this.#spans = db.prepare(selectOf('span', `${spans} AND counter_id = ?`));
    this.#allSpans = db.prepare(selectOf('span', spans));
    const open = 'WHERE day = ? AND outcome IS NULL';
    this.#openVisits = db.prepare(selectOf('visit', open));
    this.#openLegs = db.prepare(selectOf('leg', open));
  }

  put(fact: Fact): void {
    this.#replace[fact.kind].run(...storedOf(fact));
  }

  day(stream: string): DayFact | undefined {
    return this.#day.get(stream);
  }

  visit(day: string, ticketId: string): VisitFact | undefined {
    const { stream, seq } = splitTicketId(ticketId);
    return this.#visit.get(day, stream, seq);
  }

  leg(day: string, ticketId: string): LegFact | undefined {
    const { stream, seq } = splitTicketId(ticketId);
    const row = this.#leg.get(day, stream, seq);
    return row && legFact(row);
  }

  spans(day: string, counterId: string | null): readonly SpanFact[] {
    return counterId === null ? this.#allSpans.all(day) : this.#spans.all(day, counterId);
  }

  open(day: string): readonly (VisitFact | LegFact)[] {
    return [...this.#openVisits.all(day), ...this.#openLegs.all(day).map(legFact)];
  }
}

/** All facts of a day; `undefined` for a day that was never opened or was for training. */
export const factsOfDay = (db: Database, day: string): DayFacts | undefined => {
  const rows = <F extends Fact>(kind: F['kind']): F[] => {
    const order = FACT_TABLES[kind].key.map(columnOf).join(', ');
    return db.prepare<[string], F>(selectOf(kind, `WHERE day = ? ORDER BY ${order}`)).all(day);
  };
  const [found] = rows<DayFact>('day');
  if (found === undefined) return undefined;
  return {
    day: found,
    visits: rows<VisitFact>('visit'),
    legs: rows<LegFact>('leg').map(legFact),
    spans: rows<SpanFact>('span'),
    integrity: rows<IntegrityFact>('integrity'),
    late: rows<LateFact>('late'),
  };
};

/** Tickets that reached the log too late, since then; the newest first. */
export const lateSince = (db: Database, since: Millis): readonly LateFact[] =>
  db
    .prepare<[number, number], LateFact>(
      selectOf('late', 'WHERE reached_at > ? ORDER BY reached_at DESC, seq DESC LIMIT ?'),
    )
    .all(since, LOST_LISTED_MAX);

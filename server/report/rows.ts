import type { Database, Statement } from 'better-sqlite3';
import type {
  DayFact,
  DayFacts,
  Fact,
  IntegrityFact,
  Known,
  LegFact,
  SpanFact,
  VisitFact,
} from '../../core/facts.js';
import { columnOf, TABLES, type Table } from './tables.js';

export type Row = Record<string, string | number | null>;

/** A ticket's id as stored: in two columns, so that rows lie in order of issue. */
const splitTicketId = (ticketId: string): { readonly stream: string; readonly seq: number } => {
  const at = ticketId.lastIndexOf(':');
  return { stream: ticketId.slice(0, at), seq: Number(ticketId.slice(at + 1)) };
};

const rowOf = (fact: Fact): Row => {
  switch (fact.kind) {
    case 'visit':
      return { ...fact, ...splitTicketId(fact.ticketId) };
    case 'leg':
      return { ...fact, ...splitTicketId(fact.ticketId), confirmed: fact.confirmed ? 1 : 0 };
    default:
      return { ...fact };
  }
};

/** Selects whole facts of a table, under their fields' names. */
export const selectOf = ({ name, fields }: Table, rest: string): string =>
  `SELECT ${fields.map((field) => `${columnOf(field)} AS "${field}"`).join(', ')} FROM ${name} ${rest}`;

const replaceOf = ({ name, fields, key }: Table): string => {
  const changes = fields
    .filter((field) => !key.includes(field))
    .map((field) => `${columnOf(field)} = excluded.${columnOf(field)}`);
  return (
    `INSERT INTO ${name} (${fields.map(columnOf).join(', ')}) ` +
    `VALUES (${fields.map((field) => `@${field}`).join(', ')}) ` +
    `ON CONFLICT (${key.map(columnOf).join(', ')}) DO UPDATE SET ${changes.join(', ')}`
  );
};

const dayFact = (row: Row): DayFact => ({ ...row, kind: 'day' }) as unknown as DayFact;
const spanFact = (row: Row): SpanFact => ({ ...row, kind: 'span' }) as unknown as SpanFact;
const integrityFact = (row: Row): IntegrityFact =>
  ({ ...row, kind: 'integrity' }) as unknown as IntegrityFact;

export const visitFact = ({ stream, seq, ...row }: Row): VisitFact =>
  ({ ...row, kind: 'visit', ticketId: `${stream}:${seq}` }) as unknown as VisitFact;

export const legFact = ({ stream, seq, confirmed, ...row }: Row): LegFact =>
  ({
    ...row,
    kind: 'leg',
    ticketId: `${stream}:${seq}`,
    confirmed: confirmed === 1,
  }) as unknown as LegFact;

/** The facts that lie in a database: what `factsOf` asks for, and where its answer goes. */
export class Rows implements Known {
  readonly #replace: Readonly<Record<Fact['kind'], Statement>>;
  readonly #day: Statement<[string], Row>;
  readonly #visit: Statement<[string, string, number], Row>;
  readonly #leg: Statement<[string, string, number], Row>;
  readonly #spans: Statement<[string, string], Row>;
  readonly #allSpans: Statement<[string], Row>;
  readonly #clerk: Statement<[string, string], number>;

  constructor(db: Database) {
    const replace = (kind: Fact['kind']) => db.prepare(replaceOf(TABLES[kind]));
    this.#replace = {
      day: replace('day'),
      visit: replace('visit'),
      leg: replace('leg'),
      span: replace('span'),
      integrity: replace('integrity'),
    };
    const ticket = 'WHERE day = ? AND stream = ? AND seq = ?';
    const going = 'ended_at IS NULL';
    this.#day = db.prepare(selectOf(TABLES.day, 'WHERE stream = ? AND closed_at IS NULL'));
    this.#visit = db.prepare(selectOf(TABLES.visit, ticket));
    this.#leg = db.prepare(selectOf(TABLES.leg, `${ticket} ORDER BY leg DESC LIMIT 1`));
    const spans = `WHERE ${going} AND day = ?`;
    this.#spans = db.prepare(selectOf(TABLES.span, `${spans} AND counter_id = ?`));
    this.#allSpans = db.prepare(selectOf(TABLES.span, spans));
    this.#clerk = db
      .prepare<[string, string], number>(
        'SELECT EXISTS (SELECT 1 FROM counter_session WHERE day = ? AND clerk = ?)',
      )
      .pluck();
  }

  put(fact: Fact): void {
    this.#replace[fact.kind].run(rowOf(fact));
  }

  day(stream: string): DayFact | undefined {
    const row = this.#day.get(stream);
    return row && dayFact(row);
  }

  visit(day: string, ticketId: string): VisitFact | undefined {
    const { stream, seq } = splitTicketId(ticketId);
    const row = this.#visit.get(day, stream, seq);
    return row && visitFact(row);
  }

  leg(day: string, ticketId: string): LegFact | undefined {
    const { stream, seq } = splitTicketId(ticketId);
    const row = this.#leg.get(day, stream, seq);
    return row && legFact(row);
  }

  spans(day: string, counterId: string | null): readonly SpanFact[] {
    const rows = counterId === null ? this.#allSpans.all(day) : this.#spans.all(day, counterId);
    return rows.map(spanFact);
  }

  isClerk(day: string, actor: string): boolean {
    return this.#clerk.get(day, actor) === 1;
  }
}

/** All facts of a day; `undefined` for a day that was never opened or was for training. */
export const factsOfDay = (db: Database, day: string): DayFacts | undefined => {
  const rows = (table: Table): Row[] => {
    const order = table.key.map(columnOf).join(', ');
    return db.prepare<[string], Row>(selectOf(table, `WHERE day = ? ORDER BY ${order}`)).all(day);
  };
  const [row] = rows(TABLES.day);
  if (row === undefined) return undefined;
  return {
    day: dayFact(row),
    visits: rows(TABLES.visit).map(visitFact),
    legs: rows(TABLES.leg).map(legFact),
    spans: rows(TABLES.span).map(spanFact),
    integrity: rows(TABLES.integrity).map(integrityFact),
  };
};

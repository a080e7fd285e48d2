import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { hashOf, type StoredRow } from '../../chain/chain.js';
import { columnOf, FACT_TABLES, typeOf, type FactTable } from '../../core/facts/fields.js';
import { Checkpoints } from '../../server/log/checkpoint.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { noFaults } from '../../server/log/faults.js';
import { Journal } from '../../server/log/journal.js';
import { signerIn } from '../../server/log/signer.js';
import { lastRow, rowsFrom } from '../../server/log/read.js';

/** Enough for the whole tree of answers, whose keys are random. */
const CACHE_KIB = 1_000_000;
const CHECKPOINT_DAYS = 10;

/** How a copied day differs from the first. */
export interface Shift {
  readonly day: string;
  readonly ms: number;
  readonly seqs: number;
  /** Spreads the copies' request ids evenly, as random ones are. */
  readonly salt: number;
}

/** A request's id in the copy. */
export const requestOf = (request: string, { salt }: Shift): string =>
  ((parseInt(request.slice(0, 8), 16) ^ salt) >>> 0).toString(16).padStart(8, '0') +
  request.slice(8);

export type Piece = (shift: Shift) => string;

/** A body that is written again with other ids, times and day: cut once, joined for each copy. */
export const template = (body: string, stream: string, day: string): Piece => {
  const ids = `(?<seq>(?<=${stream}:|"seq":)\\d+)`;
  const cut = new RegExp(`${ids}|(?<ms>(?<=":)\\d{13}(?=[,}]))|(?<=")${day}(?=")`, 'g');
  const pieces: Piece[] = [];
  let from = 0;
  for (const { index, groups, 0: found } of body.matchAll(cut)) {
    const before = body.slice(from, index);
    const { seq, ms: at } = groups ?? {};
    from = index + found.length;
    if (seq !== undefined) pieces.push(({ seqs }) => before + String(Number(seq) + seqs));
    else if (at !== undefined) pieces.push(({ ms }) => before + String(Number(at) + ms));
    else pieces.push((shift) => before + shift.day);
  }
  const rest = body.slice(from);
  return (shift) => pieces.map((piece) => piece(shift)).join('') + rest;
};

const copyOf = ({ name, fields }: FactTable): string => {
  const values = Object.entries(fields).map(([field, kept]) => {
    const column = columnOf(field);
    if (field === 'day') return '@day';
    if (field === 'seq') return 'seq + @seqs';
    if (typeOf(kept).type === 'time') return `${column} + @ms`;
    if (field !== 'ticketId') return column;
    const colon = `instr(${column}, ':')`;
    const seq = `CAST(substr(${column}, ${colon} + 1) + @seqs AS INTEGER)`;
    return `substr(${column}, 1, ${colon}) || ${seq}`;
  });
  return `INSERT INTO ${name} SELECT ${values.join(', ')} FROM ${name} WHERE day = @of`;
};

interface KeptAnswer {
  readonly device: string;
  readonly request: string;
  readonly payload: Buffer;
  readonly body: Piece;
}

/** The one day of a log, ready to be repeated on others. */
class Day {
  private readonly rows: readonly (StoredRow & { readonly text: Piece })[];
  private readonly answers: readonly KeptAnswer[];
  private readonly facts: readonly Database.Statement[];
  private readonly answer: Database.Statement;

  constructor(
    database: Database.Database,
    private readonly journal: Journal,
    readonly date: string,
  ) {
    const ofDay = [...rowsFrom(database, 1)].filter(({ day }) => day === date);
    const stream = ofDay[0]!.stream;
    const cut = (body: string): Piece => template(body, stream, date);
    this.rows = ofDay.map((row) => ({ ...row, text: cut(row.body.toString()) }));
    const requests = new Set(ofDay.map(({ request }) => request));
    const kept = database.prepare('SELECT * FROM answer').all() as (Omit<KeptAnswer, 'body'> & {
      readonly body: string;
    })[];
    this.answers = kept
      .filter(({ request }) => requests.has(request))
      .map((entry) => ({ ...entry, body: cut(entry.body) }));
    this.facts = Object.values(FACT_TABLES).map((table) => database.prepare(copyOf(table)));
    this.answer = database.prepare('INSERT INTO answer VALUES (?, ?, ?, ?)');
  }

  get events(): number {
    return this.rows.length;
  }

  /** Appends the day once more. Must run in a transaction. Returns the new head. */
  repeat(shift: Shift, head: StoredRow): StoredRow {
    let last = head;
    for (const { text, ...row } of this.rows) {
      const body = Buffer.from(text(shift));
      const request = requestOf(row.request, shift);
      const occurred_at = row.occurred_at + shift.ms;
      const next = { ...row, seq: last.seq + 1, day: shift.day, occurred_at, request, body };
      const hash = hashOf(last.hash, next);
      last = { ...next, position: last.position + 1, hash };
      this.journal.append(last.position, last, hash);
    }
    for (const { device, request, payload, body } of this.answers) {
      this.answer.run(device, requestOf(request, shift), payload, body(shift));
    }
    const { day, ms, seqs } = shift;
    for (const copy of this.facts) copy.run({ day, ms, seqs, of: this.date });
    return last;
  }
}

/** Which day of a log is repeated on which dates, in order. */
export interface Repeats {
  readonly centreId: string;
  readonly date: string;
  readonly dates: readonly string[];
}

/**
 * Repeats a log's one day on later dates: the same visits under new ids, times and request ids,
 * chained, answered, signed and in the report's tables as if the centre had run so long. Does not
 * wait for the disk.
 */
export const repeatDay = (directory: string, { centreId, date, dates }: Repeats): void => {
  const database = connect(join(directory, LOG_FILE));
  database.pragma('synchronous = OFF');
  database.pragma(`cache_size = -${CACHE_KIB}`);
  const journal = new Journal(database, noFaults);
  const checkpoints = new Checkpoints(journal, signerIn(directory, centreId));
  const first = new Day(database, journal, date);
  let head = lastRow(database)!;
  for (const [index, day] of dates.entries()) {
    const ms = Date.parse(`${day}T12:00:00Z`) - Date.parse(`${date}T12:00:00Z`);
    const shift = { day, ms, seqs: first.events * (index + 1), salt: randomInt(2 ** 32) };
    journal.begin();
    head = first.repeat(shift, head);
    const due = index % CHECKPOINT_DAYS === 0 || index === dates.length - 1;
    if (due) {
      checkpoints.reload(head.stream);
      checkpoints.write(head.stream, head.occurred_at);
    }
    journal.commit();
  }
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
};

import type { Queries } from '../../../upstream/store/database.js';
import { round } from '../../bench/figures.js';
import type { Row, Section } from '../../bench/report.js';

interface Size {
  readonly name: string;
  readonly heap: number;
  readonly indexes: number;
}

/** Bytes of each table with all its parts. */
const SIZES = `
  SELECT coalesce(p.relname, c.relname) AS name,
    sum(pg_table_size(c.oid))::bigint AS heap, sum(pg_indexes_size(c.oid))::bigint AS indexes
  FROM pg_class AS c LEFT JOIN pg_inherits AS i ON i.inhrelid = c.oid
    LEFT JOIN pg_class AS p ON p.oid = i.inhparent
  WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
  GROUP BY 1 HAVING sum(pg_total_relation_size(c.oid)) > 1000000 ORDER BY 2 DESC`;

/** Those that only this bench has. */
const OWN = /^(told_|event_copy)/;

/** What is kept, by table. `events` is 0 where none are. */
export const storageOf = async (
  queries: Queries,
  title: string,
  { events }: { readonly events: number },
): Promise<Section> => {
  const [{ legs } = { legs: 0 }] = await queries.query<{ legs: number }>(
    'SELECT count(*) AS legs FROM leg',
  );
  const sizes = (await queries.query<Size>(SIZES)).filter(({ name }) => !OWN.test(name));
  const megabytes = (bytes: number): number => round(bytes / 1e6);
  const line = ({ name, heap, indexes }: Size): Row => ({
    table: name,
    'rows, MB': megabytes(heap),
    'indexes, MB': megabytes(indexes),
    'MB a million legs': round((heap + indexes) / legs),
    ...(name === 'event' && events > 0
      ? { 'bytes an event': round((heap + indexes) / events) }
      : {}),
  });
  const sum = (of: (size: Size) => number): number =>
    sizes.reduce((total, size) => total + of(size), 0);
  const all = { name: 'all', heap: sum(({ heap }) => heap), indexes: sum((s) => s.indexes) };
  return {
    title,
    notes: [`${round(legs / 1e6)} million legs${events > 0 ? `, ${events} events` : ''}`],
    rows: [...sizes, all].map(line),
    aims: [],
  };
};

import type { FieldSize } from '../../core/design.js';

/** A line of a paper, whatever it shows. */
export interface Row {
  readonly field: string;
  readonly size: FieldSize;
  readonly languages: 'visitor' | 'both';
}

/** The list with one row a place further up or down; the same list at its ends. */
export function moved<T>(rows: readonly T[], from: number, by: -1 | 1): T[] {
  const list = [...rows];
  const to = from + by;
  const [row] = list.slice(from, from + 1);
  if (row === undefined || to < 0 || to >= list.length) return list;
  list.splice(from, 1);
  list.splice(to, 0, row);
  return list;
}

/** Fields that may be added: each stands once, and some need what is not there yet. */
export const addable = (
  all: readonly string[],
  rows: readonly Row[],
  missing: readonly string[],
): string[] =>
  all.filter((field) => !missing.includes(field) && !rows.some((row) => row.field === field));

import type { Configuration } from '../core/configuration.js';

export interface QuietRow {
  /** `null` gathers the categories that have no row of their own. */
  readonly category: Configuration['categories'][number] | null;
  readonly waiting: number;
}

/** The categories where people wait, in the catalogue's order; the smallest are gathered. */
export function quietRows(
  categories: Configuration['categories'],
  waiting: Readonly<Record<string, number>>,
  rowsMax: number,
): QuietRow[] {
  const rows = categories
    .map((category) => ({ category, waiting: waiting[category.id] ?? 0 }))
    .filter((row) => row.waiting > 0);
  if (rows.length <= rowsMax) return rows;
  const kept = new Set([...rows].sort((a, b) => b.waiting - a.waiting).slice(0, rowsMax - 1));
  const others = rows.filter((row) => !kept.has(row));
  const sum = others.reduce((total, row) => total + row.waiting, 0);
  return [...rows.filter((row) => kept.has(row)), { category: null, waiting: sum }];
}

import type { State } from './state.js';

type Plain =
  null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const plain = (value: unknown): Plain => {
  if (value instanceof Map) return [...value.entries()].map((entry) => plain(entry));
  if (value instanceof Set) return [...value.values()].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, of]) => of !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, of]) => [key, plain(of)]));
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return null;
};

/** One text for one state: keys sorted, maps and sets in the order in which the log filled them. */
export const canonical = (state: State): string => JSON.stringify(plain(state));

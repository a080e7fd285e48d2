/** In milliseconds. The mean is `sumMs ÷ count`, so that means of parts can be put together. */
export interface Times {
  readonly count: number;
  readonly sumMs: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

/** `count ÷ of`, from 0 to 1; `null` where there is nothing to divide by. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number | null;
}

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

/** How often each key was found; `null` is not counted. */
export const tally = <K extends string>(keys: readonly K[], found: Iterable<K | null>) => {
  const counts = zeros(keys);
  for (const key of found) if (key !== null) counts[key] += 1;
  return counts;
};

/** Items by key, in order; an item whose key is `null` is left out. */
export const grouped = <K, T>(items: readonly T[], keyOf: (item: T) => K | null): Map<K, T[]> => {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

/** `count` must be part of `of`. */
export const share = (count: number, of: number): Share => ({
  count,
  of,
  share: of === 0 ? null : count / of,
});

/**
 * Percentile by nearest rank: the smallest value that at least the share `p` of all values does
 * not exceed. `ordered` is in rising order and not empty.
 */
export const percentile = (ordered: readonly number[], p: number): number =>
  ordered[Math.max(0, Math.ceil(p * ordered.length) - 1)]!;

/** `null` for no values. */
export const times = (valuesMs: readonly number[]): Times | null => {
  if (valuesMs.length === 0) return null;
  const ordered = valuesMs.toSorted((a, b) => a - b);
  const sumMs = ordered.reduce((sum, value) => sum + value, 0);
  return {
    count: ordered.length,
    sumMs,
    meanMs: sumMs / ordered.length,
    p50Ms: percentile(ordered, 0.5),
    p90Ms: percentile(ordered, 0.9),
    p95Ms: percentile(ordered, 0.95),
    maxMs: ordered.at(-1)!,
  };
};

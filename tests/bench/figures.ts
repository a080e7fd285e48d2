/** Nearest rank: the smallest value that at least that share of the values does not exceed. */
export const percentile = (values: readonly number[], share: number): number => {
  if (values.length === 0) throw new Error('no figure of nothing');
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** To three figures, as nobody reads more of a bench. */
export const round = (value: number): number => Number(value.toPrecision(3));

/** p50, p95 and p99 in milliseconds, under these names. */
export const times = (name: string, values: readonly number[]): Record<string, number> => ({
  [`${name} p50 ms`]: round(percentile(values, 0.5)),
  [`${name} p95 ms`]: round(percentile(values, 0.95)),
  [`${name} p99 ms`]: round(percentile(values, 0.99)),
});

/** A seeded source of random draws: the same seed gives the same draws in the same order. */
export interface Random {
  /** Even in [0, 1). */
  unit(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
  /** Exponential with this mean. */
  exponential(mean: number): number;
  /** Gamma with mean 1 and this coefficient of variation, which is not 0. */
  gamma(cv: number): number;
  /** Whole, Poisson with this mean. */
  poisson(mean: number): number;
  /** Lognormal with this mean and this standard deviation of the logarithm. */
  lognormal(mean: number, logSd: number): number;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** One of a list that is not empty, each as often as its weight says. */
  weighed<T>(list: readonly (readonly [T, number])[]): T;
}

/** sfc32: four words of state, passes the usual batteries of tests. */
const unitOf = (seed: number): (() => number) => {
  let [a, b, c, counter] = [seed | 0, (seed / 2 ** 32) | 0, 0x9e3779b9 | 0, 1];
  const unit = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let n = 0; n < 15; n += 1) unit();
  return unit;
};

const GRAIN = 64;

/** Marsaglia and Tsang (2000), for a shape of at least 1. */
const gammaOf = (shape: number, { unit, normal }: Pick<Random, 'unit' | 'normal'>): number => {
  const d = shape - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - unit()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
};

/** A source for a seed (whole, at least 0). */
export const randomOf = (seed: number): Random => {
  const unit = unitOf(seed);
  const normal = (): number =>
    Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
  const exponential = (mean: number): number => -mean * Math.log(1 - unit());
  const poisson = (mean: number): number => {
    // Sums of small parts, so that the product below does not run out of digits.
    if (mean > GRAIN) return poisson(GRAIN) + poisson(mean - GRAIN);
    let count = -1;
    for (let left = 1; left > Math.exp(-mean); left *= 1 - unit()) count += 1;
    return count;
  };
  const gamma = (cv: number): number => gammaOf(1 / cv ** 2, { unit, normal }) * cv ** 2;
  const lognormal = (mean: number, logSd: number): number =>
    mean * Math.exp(logSd * normal() - logSd ** 2 / 2);
  const weighed = <T>(list: readonly (readonly [T, number])[]): T => {
    let left = unit() * list.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of list) {
      left -= weight;
      if (left < 0) return value;
    }
    return list.at(-1)![0];
  };
  const pick = <T>(list: readonly T[]): T => list[Math.floor(unit() * list.length)]!;
  return { unit, normal, exponential, gamma, poisson, lognormal, pick, weighed };
};

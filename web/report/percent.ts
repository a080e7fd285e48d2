/** The product of a share and 100 may be a little too small: 0.29 × 100 is not quite 29. */
const NEARLY = 1e-9;

type Percent = (share: number | null) => number | null;

/** `0.123` as `12`; `null` stays `null`. */
export const percentOf: Percent = (share) => (share === null ? null : Math.round(share * 100));

/** Of a service level: what is short of its target is not shown as if it were there. */
export const levelPercentOf: Percent = (share) =>
  share === null ? null : Math.floor(share * 100 + NEARLY);

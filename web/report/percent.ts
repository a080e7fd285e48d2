/** The product of a share and 100 may be a little too small: 0.29 × 100 is not quite 29. */
const NEARLY = 1e-9;

/**
 * `0.796` as `79`: what is short of a target, or of all, is not shown as if it were there. `null`
 * stays `null`.
 */
export const percentOf = (share: number | null): number | null =>
  share === null ? null : Math.floor(share * 100 + NEARLY);

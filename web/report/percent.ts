/** `0.123` as `12`; `null` stays `null`. */
export const percentOf = (share: number | null): number | null =>
  share === null ? null : Math.round(share * 100);

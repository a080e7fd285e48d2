import type { Millis } from '../../core/configuration.js';
import { DAY_MS, MINUTE_MS } from '../../core/time.js';
import type { Words } from '../../web/words.svelte.js';

/** How long, in words; from two days on in days. */
export const spanOf = (words: Words, ms: number): string =>
  ms < 2 * DAY_MS ? words.duration(ms) : words.t('overview.days', { n: Math.floor(ms / DAY_MS) });

/** Since when, in words; nothing for what has not begun. */
export const sinceOf = (words: Words, since: Millis | null, now: Millis): string =>
  since === null ? '' : words.t('overview.since', { span: spanOf(words, now - since) });

/** Whole minutes of a wait, begun ones counted; a dash where nobody waited. */
export const minutesOf = (words: Words, ms: Millis | undefined): string =>
  ms === undefined
    ? words.t('overview.none')
    : words.t('fleet.minutes', { n: Math.ceil(ms / MINUTE_MS) });

/** A large number, its digits in groups of three. */
export const amountOf = (words: Words, value: number): string => {
  const digits = String(value).replace(/\B(?=(?:\d{3})+$)/g, words.language === 'ar' ? '٬' : ',');
  return words.figures(digits);
};

/** A point in time: of today its time alone, else the date too. */
export const momentOf = (words: Words, at: Millis, now: Millis): string =>
  words.date(at) === words.date(now) && Math.abs(now - at) < DAY_MS
    ? words.time(at)
    : `${words.date(at)} ${words.time(at)}`;

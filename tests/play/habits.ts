import { MINUTE_MS } from '../../core/time.js';
import type { Random } from './random.js';

/**
 * How people and clerks behave where nothing was measured at hand: the values of the project's
 * survey of two public logs (Warsaw's offices 2019-20 and the Anonymous Bank 1999), and of Brown et
 * al., JASA 100 (2005). What nobody measured is called an assumption.
 */
const HANDLING_LOG_SD = 0.9;

/** Of the measured pace of a queue whose kind is not known, in minutes for each call. */
export const HANDLING_MEDIAN_MIN = 7.8;

/** Handling in ms around a mean, by a clerk whose factor on time is `speed`. */
export const drawHandlingMs = (random: Random, meanMin: number, speed = 1): number =>
  Math.round(random.lognormal(meanMin, HANDLING_LOG_SD) * speed * MINUTE_MS);

/** A clerk's factor on handling times, around 1. */
export const drawSpeed = (random: Random): number => Math.exp(0.2 * random.normal());

const BREATH_MEDIAN_MS = 6_000;
const BREATH_LOG_SD = 0.5;
const ERRAND_MEAN_MS = 2 * MINUTE_MS;

/** What a clerk needs after a visitor before the next call, in ms: a breath, at times an errand. */
export const drawGapMs = (random: Random): number =>
  random.unit() < 0.8
    ? BREATH_MEDIAN_MS * Math.exp(BREATH_LOG_SD * random.normal())
    : random.exponential(ERRAND_MEAN_MS);

/** The mean of `drawGapMs`. */
export const GAP_MEAN_MS =
  0.8 * BREATH_MEDIAN_MS * Math.exp(BREATH_LOG_SD ** 2 / 2) + 0.2 * ERRAND_MEAN_MS;

/**
 * Share of visitors who are not there when called after a wait: 3 % at once, 8 % after half an
 * hour, 25 % after two hours. The logit rises with this power of the minutes, the one that meets
 * the three points.
 */
export const noShowShare = (waitMs: number): number => {
  const minutes = Math.max(0, waitMs) / MINUTE_MS;
  return 1 / (1 + Math.exp(3.476 - 0.1343 * minutes ** 0.6));
};

/** Time lost on a visitor who does not come (assumption). */
export const NO_SHOW_LOST_MS = MINUTE_MS;

export const GROUP_SHARE = 0.08;
export const PRIORITY_SHARE = 0.08;
export const TRANSFER_SHARE = 0.04;

/** Unplanned pauses of a clerk: so many in an hour, of this mean. */
export const PAUSES_PER_HOUR = 0.3;
export const PAUSE_MEAN_MS = 12 * MINUTE_MS;
export const LUNCH_MS = 30 * MINUTE_MS;

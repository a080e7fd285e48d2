import { civil, instant, QUARTER_MS } from '../core/calendar.js';
import type { Millis } from '../core/configuration.js';
import { DAY_MS, MINUTE_MS } from '../core/time.js';

/** The next `count` full quarters of an hour, the first at least five minutes away. */
export const quartersAfter = (now: Millis, count: number): readonly Millis[] => {
  const first = Math.ceil((now + 5 * MINUTE_MS) / QUARTER_MS) * QUARTER_MS;
  return Array.from({ length: count }, (_, place) => first + place * QUARTER_MS);
};

/** The last moment, `now` at the latest, at which clocks in a zone showed this time (`HH:MM`). */
export const lastTime = (shown: string, now: Millis, zone: string): Millis => {
  const { date } = civil(now, zone);
  const today = instant(date, shown, zone);
  if (today <= now) return today;
  const before = new Date(Date.parse(`${date}T12:00:00Z`) - DAY_MS).toISOString().slice(0, 10);
  return instant(before, shown, zone);
};

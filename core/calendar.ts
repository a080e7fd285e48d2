import type { WEEKDAYS, Configuration, Millis } from './configuration.js';
import { DAY_MS, MINUTE_MS } from './time.js';

/** Since 2012 no zone has changed its clocks but at a whole quarter of an hour of UTC. */
export const QUARTER_MS = 15 * MINUTE_MS;

/** Those of some years; a log may name any times. */
const QUARTERS_MAX = 100_000;

type OffsetAt = (at: Millis) => number;

const parse = (text: string): number => {
  const found = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text);
  if (found === null) throw new Error(`no distance from UTC in ${text}`);
  const [, sign, hours = '0', minutes = '0'] = found;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
};

const measured = (zone: string): OffsetAt => {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offsets = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = parse(format.format(at));
    if (offsets.size >= QUARTERS_MAX) offsets.clear();
    offsets.set(quarter, offset);
    return offset;
  };
};

const zones = new Map<string, OffsetAt>();

/**
 * The zone's distance from UTC at an instant, in milliseconds; east is positive. Throws for a zone
 * that the time zone database here does not have.
 */
export const zoneOffset = (zone: string): OffsetAt => {
  const offsetAt = zones.get(zone) ?? measured(zone);
  zones.set(zone, offsetAt);
  return offsetAt;
};

/** Whether the time zone database here has it. */
export const isZone = (zone: string): boolean => {
  try {
    return zoneOffset(zone) !== undefined;
  } catch {
    return false;
  }
};

/** Civil date (`YYYY-MM-DD`) and time of day (`HH:MM:SS`) of an instant in a zone. */
export const civil = (at: Millis, zone: string): { date: string; time: string } => {
  const local = new Date(at + zoneOffset(zone)(at)).toISOString();
  return { date: local.slice(0, 10), time: local.slice(11, 19) };
};

/**
 * The instant of a civil date and time of day (`HH:MM`). A time that the clocks jump over gives
 * the same distance after the jump; one that comes twice gives the first.
 */
export const instant = (date: string, time: string, zone: string): Millis => {
  const offsetAt = zoneOffset(zone);
  const asUtc = Date.parse(`${date}T${time}:00Z`);
  const earlier = asUtc - offsetAt(asUtc - DAY_MS / 2);
  const later = asUtc - offsetAt(asUtc + DAY_MS / 2);
  const fits = (at: Millis): boolean => at + offsetAt(at) === asUtc;
  if (fits(earlier)) return earlier;
  return fits(later) ? later : earlier;
};

const weekdayOf = (date: string): (typeof WEEKDAYS)[number] => {
  const sundayFirst = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
  const day = sundayFirst[new Date(`${date}T12:00:00Z`).getUTCDay()];
  return day ?? 'sat';
};

/** Opening and closing of a civil date, or `null` where the centre stays shut. */
export const hoursOf = (
  configuration: Configuration,
  date: string,
): { opensAt: Millis; closesAt: Millis } | null => {
  const { calendar, centre } = configuration;
  const exception = calendar.exceptions.find((entry) => entry.date === date);
  const spans = exception?.hours ?? calendar.week[weekdayOf(date)] ?? [];
  const first = spans[0];
  const last = spans.at(-1);
  if (first === undefined || last === undefined) return null;
  return {
    opensAt: instant(date, first.from, centre.zone),
    closesAt: instant(date, last.to, centre.zone),
  };
};

/** The civil date after this one. */
const nextDate = (date: string): string =>
  new Date(Date.parse(`${date}T12:00:00Z`) + DAY_MS).toISOString().slice(0, 10);

const DAYS_AHEAD_MAX = 31;

/** The next `count` dates on which the calendar opens and whose closing time is still to come. */
export const serviceDays = (configuration: Configuration, at: Millis, count: number): string[] => {
  const found: string[] = [];
  let date = civil(at, configuration.centre.zone).date;
  for (let ahead = 0; ahead <= DAYS_AHEAD_MAX && found.length < count; ahead += 1) {
    const hours = hoursOf(configuration, date);
    if (hours !== null && hours.closesAt > at) found.push(date);
    date = nextDate(date);
  }
  return found;
};

/** When the calendar next opens after `at`, within a month; `null` where it does not. */
export const nextOpening = (configuration: Configuration, at: Millis): Millis | null => {
  let date = civil(at, configuration.centre.zone).date;
  for (let ahead = 0; ahead <= DAYS_AHEAD_MAX; ahead += 1) {
    const hours = hoursOf(configuration, date);
    if (hours !== null && hours.opensAt > at) return hours.opensAt;
    date = nextDate(date);
  }
  return null;
};

/** The latest moment a day that closes then may stay open. */
export const closeByOf = (configuration: Configuration, closesAt: Millis): Millis =>
  closesAt + configuration.calendar.closeByMin * MINUTE_MS;

import type { WEEKDAYS, Configuration, Millis } from './configuration.js';
import { DAY_MS, MINUTE_MS } from './time.js';

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, format);
  return format;
};

/** Whether the time zone database here has it. */
export const isZone = (zone: string): boolean => {
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
};

/** Civil date (`YYYY-MM-DD`) and time of day (`HH:MM:SS`) of an instant in a zone. */
export const civil = (at: Millis, zone: string): { date: string; time: string } => {
  const part: Record<string, string> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) part[type] = value;
  return {
    date: `${part['year']}-${part['month']}-${part['day']}`,
    time: `${part['hour']}:${part['minute']}:${part['second']}`,
  };
};

const offsetMs = (at: Millis, zone: string): number => {
  const { date, time } = civil(at, zone);
  return Date.parse(`${date}T${time}Z`) - Math.floor(at / 1000) * 1000;
};

/**
 * The instant of a civil date and time of day (`HH:MM`). A time that the clocks jump over gives
 * the same distance after the jump; one that comes twice gives the first.
 */
export const instant = (date: string, time: string, zone: string): Millis => {
  const asUtc = Date.parse(`${date}T${time}:00Z`);
  const earlier = asUtc - offsetMs(asUtc - DAY_MS / 2, zone);
  const later = asUtc - offsetMs(asUtc + DAY_MS / 2, zone);
  const fits = (at: Millis): boolean => at + offsetMs(at, zone) === asUtc;
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

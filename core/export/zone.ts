import type { Millis } from '../configuration.js';

/** No zone has changed its clocks but at a whole quarter of an hour of UTC. */
const QUARTER_MS = 900_000;

const parse = (text: string): number => {
  const found = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(text);
  if (found === null) throw new Error(`no distance from UTC in ${text}`);
  const [, sign, hours = '0', minutes = '0'] = found;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
};

/** The zone's distance from UTC at an instant, in milliseconds; east is positive. */
export const zoneOffset = (zone: string): ((at: Millis) => number) => {
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const offsets = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const known = offsets.get(quarter);
    if (known !== undefined) return known;
    const offset = parse(format.format(at));
    offsets.set(quarter, offset);
    return offset;
  };
};

const two = (n: number): string => (n < 10 ? `0${n}` : String(n));
const three = (n: number): string => (n < 100 ? `0${two(n)}` : String(n));

/** The hour, first minute and distance from UTC that the times of a quarter of an hour share. */
interface Quarter {
  readonly hour: string;
  readonly minute: number;
  readonly distance: string;
}

const quarterAt = (at: Millis, offset: number): Quarter => {
  const local = new Date(at + offset).toISOString();
  const minutes = Math.abs(offset) / 60_000;
  const distance = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return {
    hour: local.slice(0, 14),
    minute: Number(local.slice(14, 16)),
    distance: `${offset < 0 ? '-' : '+'}${distance}`,
  };
};

/** Local time as ISO 8601 with milliseconds and offset: `2026-11-22T09:05:03.120+02:00`. */
export const localTime = (zone: string): ((at: Millis) => string) => {
  const offsetAt = zoneOffset(zone);
  const quarters = new Map<number, Quarter>();
  return (at) => {
    const index = Math.floor(at / QUARTER_MS);
    const first = index * QUARTER_MS;
    let quarter = quarters.get(index);
    if (quarter === undefined) {
      quarter = quarterAt(first, offsetAt(first));
      quarters.set(index, quarter);
    }
    const ms = at - first;
    const minute = two(quarter.minute + Math.floor(ms / 60_000));
    const second = two(Math.floor(ms / 1000) % 60);
    return `${quarter.hour}${minute}:${second}.${three(ms % 1000)}${quarter.distance}`;
  };
};

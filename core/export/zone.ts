import { QUARTER_MS, zoneOffset } from '../calendar.js';
import type { Millis } from '../configuration.js';

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

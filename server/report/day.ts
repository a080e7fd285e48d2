import type { Database } from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { DayReport } from '../../core/kpi.js';
import { dayReport } from '../../core/report.js';
import { deviceTimes } from './devices.js';
import { factsOfDay } from './rows.js';
import { zoneOffset } from '../../core/calendar.js';

/** The report of a day; `undefined` for one that was never opened or was for training. */
export const reportOfDay = (
  db: Database,
  day: string,
  { now, zone }: { readonly now: Millis; readonly zone: string },
): DayReport | undefined => {
  const facts = factsOfDay(db, day);
  if (facts === undefined) return undefined;
  const offsetMs = zoneOffset(zone)(facts.day.openedAt);
  return dayReport(facts, { now, offsetMs, connectedMs: deviceTimes(db, day) });
};

/** Service days (`YYYY-MM-DD`), the newest first. */
export const reportedDays = (db: Database): readonly string[] =>
  db.prepare<[], string>('SELECT day FROM service_day ORDER BY day DESC').pluck().all();

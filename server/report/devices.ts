import type { Database } from 'better-sqlite3';
import { slotsOf, type Centre } from '../centre.js';

/** How often it is looked who is connected: a kill loses at most so much. */
const LOOK_MS = 10_000;

/** Made when missing. Seen by the server and in no log, so rebuilding leaves it alone. */
export const createDeviceTable = (database: Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS device_time (
      day TEXT NOT NULL,
      device_id TEXT NOT NULL,
      connected_ms INTEGER NOT NULL,
      PRIMARY KEY (day, device_id)
    ) STRICT, WITHOUT ROWID;`);
};

/**
 * Adds up how long each device of the configuration is connected while a service day is open, until
 * the returned function is called. Time in which the server was away counts for nobody.
 */
export const watchDevices = (centre: Centre): (() => void) => {
  const { database } = centre.store;
  const add = database.prepare<[string, string, number]>(
    `INSERT INTO device_time VALUES (?, ?, ?) ON CONFLICT (day, device_id)
     DO UPDATE SET connected_ms = connected_ms + excluded.connected_ms`,
  );
  const look = database.transaction((day: string) => {
    for (const { id } of Object.values(slotsOf(centre.configuration())).flat()) {
      add.run(day, id, centre.live.isConnected(id) ? LOOK_MS : 0);
    }
  });
  return centre.timers.every(LOOK_MS, () => {
    const { day } = centre.log.state;
    if (day !== null && !day.training) look(day.day);
  });
};

/** Connected milliseconds of a day by device. */
export const deviceTimes = (database: Database, day: string): ReadonlyMap<string, number> =>
  new Map(
    database
      .prepare<[string], [string, number]>(
        'SELECT device_id, connected_ms FROM device_time WHERE day = ? ORDER BY device_id',
      )
      .raw()
      .all(day),
  );

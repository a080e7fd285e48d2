import type Database from 'better-sqlite3';
import type { Millis } from '../../core/configuration.js';
import type { MachineReport, MachineStatus, UpdateFault } from '../../core/protocol/machines.js';

interface Row {
  readonly device: string;
  readonly name: string;
  readonly installed: number | null;
  readonly failed: number | null;
  readonly fault: UpdateFault | null;
  readonly seen_at: Millis;
}

/** Made when missing. */
export const createMachineTable = (database: Database.Database): void => {
  database.exec(`
    CREATE TABLE IF NOT EXISTS machine (
      device TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      installed INTEGER,
      failed INTEGER,
      fault TEXT,
      seen_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;`);
};

/** What machines told of themselves last, in no log: it may be forgotten. */
export class Machines {
  constructor(private readonly database: Database.Database) {
    createMachineTable(database);
  }

  told({ deviceId, name, release, failed }: MachineReport, at: Millis): void {
    this.database
      .prepare('INSERT OR REPLACE INTO machine VALUES (?, ?, ?, ?, ?, ?)')
      .run(deviceId, name, release, failed?.release ?? null, failed?.fault ?? null, at);
  }

  /** By the device of their agent. */
  all(): ReadonlyMap<string, MachineStatus> {
    const rows = this.database.prepare('SELECT * FROM machine').all() as Row[];
    return new Map(
      rows.map(({ device, name, installed: release, failed, fault, seen_at: seenAt }) => [
        device,
        {
          name,
          release,
          failed: fault === null ? null : { release: failed, fault },
          seenAt,
        },
      ]),
    );
  }
}

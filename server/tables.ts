import type Database from 'better-sqlite3';
import { createAccessTables } from './access/tables.js';
import { createMachineTable } from './access/machines.js';
import { createDeviceTable } from './report/devices.js';
import { createContactTable } from './sms/contacts.js';
import { createMessageTable } from './sms/messages.js';
import { createVoiceTable } from './voice/recorded.js';

/** Makes the tables that lie beside the log's own, where they are missing. */
export const createTables = (database: Database.Database): void => {
  createAccessTables(database);
  createMachineTable(database);
  createDeviceTable(database);
  createVoiceTable(database);
  createContactTable(database);
  createMessageTable(database);
};

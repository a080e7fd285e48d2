import type { Table } from '../store/tables.js';

/** Who may sign in. `scope` holds governorates, NULL is all; `secret` is a slow hash. */
const ACCOUNT: Table = {
  name: 'account',
  reference: true,
  columns: `
    account_id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    scope JSON,
    secret TEXT NOT NULL`,
};

/** Sessions by the hash of their token, in hex. */
const SESSION: Table = {
  name: 'session',
  reference: true,
  columns: `
    session_hash TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL`,
};

/** What people did, in the order of `happened_at`; of wrong tries the newest. */
const AUDIT: Table = {
  name: 'audit',
  reference: true,
  columns: `
    audit_id TEXT PRIMARY KEY,
    happened_at BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    line TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL`,
  indexes: ['audit_newest ON audit (happened_at, audit_id)'],
};

export const ACCESS_TABLES: readonly Table[] = [ACCOUNT, SESSION, AUDIT];

import type { Fact } from '../../core/facts.js';

/** A table of facts: one row each, replaced whole by its key. */
export interface Table {
  readonly name: string;
  readonly key: readonly string[];
  /** Names of the facts' fields; `columnOf` gives the column. */
  readonly fields: readonly string[];
  readonly sql: string;
}

/** Words that SQL keeps for itself, or that say too little outside the fact. */
const RENAMED: Readonly<Record<string, string>> = {
  by: 'joined_by',
  from: 'began_at',
  to: 'ended_at',
};

export const columnOf = (field: string): string =>
  RENAMED[field] ?? field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const day: Table = {
  name: 'service_day',
  key: ['day'],
  fields: ['day', 'stream', 'openedAt', 'closedAt'],
  sql: `
  CREATE TABLE service_day (
    day TEXT NOT NULL PRIMARY KEY,
    stream TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX service_day_open ON service_day (stream) WHERE closed_at IS NULL;`,
};

/** `stream` and `seq` together are the ticket's id, so that visits lie in order of issue. */
const visit: Table = {
  name: 'visit',
  key: ['day', 'stream', 'seq'],
  fields: [
    ...['day', 'stream', 'seq', 'seriesId', 'number', 'classId', 'language', 'deviceId'],
    ...['joinedAt', 'endedAt', 'outcome', 'legs', 'stars'],
  ],
  sql: `
  CREATE TABLE visit (
    day TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    series_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    class_id TEXT NOT NULL,
    language TEXT NOT NULL,
    device_id TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    legs INTEGER NOT NULL,
    stars INTEGER,
    PRIMARY KEY (day, stream, seq)
  ) STRICT, WITHOUT ROWID;`,
};

const leg: Table = {
  name: 'leg',
  key: ['day', 'stream', 'seq', 'leg'],
  fields: [
    ...['day', 'stream', 'seq', 'leg', 'serviceId', 'classId', 'by', 'joinedAt', 'orderFrom'],
    ...['dueAt', 'targetMs', 'waitingSince', 'counterId', 'clerk', 'rule', 'callReason'],
    ...['calledAt', 'startedAt', 'confirmed', 'handlingMs', 'endedAt', 'outcome', 'result'],
    ...['endReason', 'calls', 'misses', 'parks'],
  ],
  sql: `
  CREATE TABLE leg (
    day TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    leg INTEGER NOT NULL,
    service_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    joined_by TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    order_from INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    target_ms INTEGER NOT NULL,
    waiting_since INTEGER,
    counter_id TEXT,
    clerk TEXT,
    rule TEXT,
    call_reason TEXT,
    called_at INTEGER,
    started_at INTEGER,
    confirmed INTEGER NOT NULL,
    handling_ms INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    result TEXT,
    end_reason TEXT,
    calls INTEGER NOT NULL,
    misses INTEGER NOT NULL,
    parks INTEGER NOT NULL,
    PRIMARY KEY (day, stream, seq, leg)
  ) STRICT, WITHOUT ROWID;`,
};

/** `stream` and `seq` are the event that began the span. */
const session: Table = {
  name: 'counter_session',
  key: ['day', 'stream', 'seq', 'activity'],
  fields: [
    ...['day', 'stream', 'seq', 'activity', 'counterId', 'clerk', 'ticketId'],
    ...['from', 'startedAt', 'to'],
  ],
  sql: `
  CREATE TABLE counter_session (
    day TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    activity TEXT NOT NULL,
    counter_id TEXT NOT NULL,
    clerk TEXT NOT NULL,
    ticket_id TEXT,
    began_at INTEGER NOT NULL,
    started_at INTEGER,
    ended_at INTEGER,
    PRIMARY KEY (day, stream, seq, activity)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX counter_session_open ON counter_session (day, counter_id) WHERE ended_at IS NULL;`,
};

const integrity: Table = {
  name: 'integrity',
  key: ['day', 'stream', 'seq', 'act'],
  fields: [
    ...['day', 'stream', 'seq', 'act', 'at', 'ticketId', 'clerk', 'counterId', 'reason'],
    ...['passed'],
  ],
  sql: `
  CREATE TABLE integrity (
    day TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    act TEXT NOT NULL,
    at INTEGER NOT NULL,
    ticket_id TEXT NOT NULL,
    clerk TEXT NOT NULL,
    counter_id TEXT,
    reason TEXT,
    passed TEXT,
    PRIMARY KEY (day, stream, seq, act)
  ) STRICT, WITHOUT ROWID;`,
};

/** `stream` and `seq` are the event that wrote it down. */
const late: Table = {
  name: 'late_ticket',
  key: ['day', 'stream', 'seq'],
  fields: [
    ...['day', 'stream', 'seq', 'seriesId', 'number', 'services', 'deviceId', 'takenAt'],
    'reachedAt',
  ],
  sql: `
  CREATE TABLE late_ticket (
    day TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq INTEGER NOT NULL,
    series_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    services TEXT NOT NULL,
    device_id TEXT NOT NULL,
    taken_at INTEGER NOT NULL,
    reached_at INTEGER NOT NULL,
    PRIMARY KEY (day, stream, seq)
  ) STRICT, WITHOUT ROWID;`,
};

/** Where the facts of each kind lie. */
export const TABLES: Readonly<Record<Fact['kind'], Table>> = {
  day,
  visit,
  leg,
  span: session,
  integrity,
  late,
};

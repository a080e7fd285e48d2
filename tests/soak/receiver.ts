import { createServer, type IncomingMessage } from 'node:http';
import { existsSync } from 'node:fs';
import { newStore } from '../upstream/template.js';
import type { AddressInfo } from 'node:net';
import { machineTime, machineTimers } from '../../node/time.js';
import { Projector } from '../../upstream/facts/projector.js';
import type { Arrived } from '../../upstream/ingest/ingest.js';
import { QueryFault } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { openPostgres } from '../../upstream/store/postgres.js';
import { migrate } from '../../upstream/store/schema.js';
import { ingestWith, type Bug } from './bugs.js';

/**
 * A receiver that is made to be killed: takes posts by HTTP in, without the keys and the enrolment
 * of the real door. Arguments: a folder, or the address of a database; the bug that it has.
 * It tells its port on a line, and answers `GET /state` with how far each stream is stored.
 */
const [store, bug] = process.argv.slice(2) as [string, Bug | undefined];

/** As the product does: a broken store ends the process. */
const onFault = (fault: unknown): void => {
  if (store.startsWith('postgresql:')) return;
  process.stderr.write(`${String(fault)}\n`);
  process.exit(70);
};

if (!store.startsWith('postgresql:') && !existsSync(store)) await newStore(store);
const database = store.startsWith('postgresql:')
  ? await openPostgres(store, onFault)
  : await openEmbedded(store, machineTimers, onFault);
await migrate(database);

/** What went wrong with facts for another reason than that the database was away or full. */
const faults: string[] = [];
const projector = new Projector(database, {
  timers: machineTimers,
  now: machineTime.wall,
  onFault: (fault) => {
    const passes = fault instanceof QueryFault && (fault.isPassing || fault.isWithoutRoom);
    if (!passes) faults.push(String(fault));
  },
});
const ingest = ingestWith(bug, database, (centres) => projector.stored(centres));

const STATE = `SELECT s.centre_id AS "centreId", s.stream, s.stored_seq AS seq,
    encode(s.stored_hash, 'hex') AS hash, (SELECT part = parts FROM event AS e
      WHERE e.centre_id = s.centre_id AND e.stream = s.stream AND e.seq = s.stored_seq) AS whole
  FROM stream AS s`;

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

const answer = async (request: IncomingMessage): Promise<unknown> => {
  if (request.url === '/state') {
    if (faults.length > 0) throw new Error(faults[0]);
    return database.query(STATE);
  }
  if (request.url === '/alarms')
    return database.query(
      'SELECT centre_id AS "centreId", kind, stream, seq FROM alarm ORDER BY raised_at',
    );
  return ingest.take(JSON.parse(await bodyOf(request)) as Arrived);
};

const server = createServer((request, response) => {
  answer(request).then(
    (given) => response.end(JSON.stringify(given)),
    (fault: unknown) => {
      response.statusCode = fault instanceof QueryFault && fault.isPassing ? 503 : 500;
      response.end(String(fault));
    },
  );
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('disconnect', () => process.exit(0));

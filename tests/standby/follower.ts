import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { check } from '../../chain/check.js';
import { contentOf, lacking, partsOf, takePart } from '../../server/standby/beside.js';
import { OpenCopy } from '../../server/standby/copy.js';
import { storedBytes } from '../../server/log/configurations.js';
import { createTables } from '../../server/tables.js';
import { Outbox } from '../../server/upstream/outbox.js';
import { machineTimers } from '../../node/time.js';
import { ownOf } from '../../server/upstream/own.js';
import { hallConfiguration } from '../fixtures/board.js';
import { LoggedHall, scratch, takeTicket } from '../fixtures/log.js';

/**
 * A standby's copy that is made to be killed while it follows a hall: it tells on a line of its own
 * how far the server was told that its log is kept: `<stream> <seq> <hash>`.
 * Arguments: the copy's folder, file for the lines, groups of tickets, and `full` or `normal` (how
 * SQLite syncs).
 */
const [folder, lines, groups, sync] = process.argv.slice(2) as [string, string, string, string];

const GROUP_MAX = 5;
/** Small, so that the write-ahead log is folded into the file many times in a short run. */
const CHECKPOINT_PAGES = 60;

const source = scratch();
const hall = await new LoggedHall({ directory: source.path }).open();
const from = { directory: source.path, database: hall.log.database };
createTables(from.database);
const outbox = new Outbox(from.database, machineTimers);
const { logKey } = ownOf(source.path, hallConfiguration().centre);

const kept = new OpenCopy(folder);
kept.database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
if (sync === 'normal') kept.database.pragma('synchronous = NORMAL');
for (const name of lacking(kept, partsOf(from))) takePart(kept, name, contentOf(from, name)!);

const out = openSync(lines, 'a');

/** As the standby's door: what is new is held against the chain, and kept. */
const follow = async (): Promise<void> => {
  const { stream, seq: last } = hall.committer.state;
  const held = kept.copy.held(stream);
  const part = await outbox.from(stream, held.seq + 1);
  const told = { from: held.seq + 1, last, ended: false, at: hall.clock.now(), live: null };
  const verdict = check({ stream, ...part, ...told }, held, logKey);
  if ('refused' in verdict) throw new Error(verdict.refused);
  for (const hash of kept.copy.lacks(verdict.rows)) {
    kept.copy.keepConfiguration(storedBytes(from.database, hash)!);
  }
  kept.copy.take({ stream, rows: verdict.rows, notes: verdict.notes, logKey });
  writeSync(out, `${stream} ${verdict.held.seq} ${verdict.held.hash.toString('hex')}\n`);
};

await follow();
for (let group = 1; group <= Number(groups); group += 1) {
  const asked = Array.from({ length: 1 + (group % GROUP_MAX) }, () => hall.send(takeTicket));
  hall.turn();
  await Promise.all(asked);
  await follow();
}
fsyncSync(out);
closeSync(out);
source.remove();
writeFileSync(join(dirname(lines), 'finished'), '');
process.kill(process.pid, 'SIGKILL');

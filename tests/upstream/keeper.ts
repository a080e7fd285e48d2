import { closeSync, fsyncSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { machineTimers } from '../../node/time.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { QueryFault, type Database, type Queries } from '../../upstream/store/database.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { Sender } from './sender.js';

/**
 * A store that is made to be killed: it takes posts of one centre in, and tells on a line of its
 * own how far the centre was told that its log is kept: `<stream> <seq> <hash>`. A post that found
 * a passing fault is told as `fault <state>` and sent again.
 * Arguments: the store's folder, file for the lines (`-` for the output), posts to take, and
 * `durable`, or `shipped` for PGlite as it comes, without a flush.
 */
const [folder, lines, posts, how] = process.argv.slice(2) as [string, string, string, string];

const EVENTS_MAX = 12;
const BODY_MAX = 400;
/** So that the write-ahead log is folded into the tables many times in a short run. */
const CHECKPOINT_POSTS = 25;
const AGAIN_MS = 5;

const shipped = async (): Promise<Database> => {
  const database = new PGlite(join(folder, 'cluster'));
  await database.waitReady;
  const of = ({ query }: Pick<PGlite, 'query'>): Queries => ({
    query: (async (sql: string, values: unknown[] = []) =>
      (await query(sql, values)).rows) as Queries['query'],
  });
  return {
    ...of({ query: database.query.bind(database) }),
    engine: 'embedded',
    transaction: (work) => database.transaction((open) => work(of(open))),
    close: () => database.close(),
  };
};

const out = lines === '-' ? 1 : openSync(lines, 'a');
const tell = (line: string): void => void writeSync(out, `${line}\n`);

/** A disk that failed is not written to again: the process ends at once, as the product does. */
const onFault = (fault: unknown): void => {
  process.stderr.write(`${(fault as Error).message}\n`);
  process.exit(70);
};

const database =
  how === 'shipped' ? await shipped() : await openEmbedded(folder, machineTimers, onFault);
await migrate(database);
const ingest = new Ingest(database, {
  ...machineTimers,
  after: (_, run) => machineTimers.after(0, run),
});
const sender = new Sender('c-1');
tell('open');

/** Until it is kept, or will never be. */
const send = async (from: number): Promise<void> => {
  for (;;) {
    try {
      const { stored } = await ingest.take(sender.arrived(sender.post(from)));
      return tell(`${sender.stream} ${stored!.seq} ${stored!.hash}`);
    } catch (fault) {
      if (!(fault instanceof QueryFault && fault.isPassing)) throw fault;
      tell(`fault ${fault.state}`);
      await new Promise((resolve) => machineTimers.after(AGAIN_MS, () => resolve(undefined)));
    }
  }
};

for (let post = 1; post <= Number(posts); post += 1) {
  const from = sender.rows.length + 1;
  for (let n = 0; n < 1 + (post % EVENTS_MAX); n += 1) {
    sender.write(1 + (n % 3), 'دور'.repeat((post * 31 + n * 17) % (BODY_MAX / 3)));
  }
  await send(from);
  if (post % CHECKPOINT_POSTS === 0) await database.query('CHECKPOINT');
}
if (out !== 1) {
  fsyncSync(out);
  closeSync(out);
  writeFileSync(join(dirname(lines), 'finished'), '');
}
process.kill(process.pid, 'SIGKILL');

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { genesisOf } from '../../chain/chain.js';
import { senderPath } from '../../core/protocol/upstream.js';
import { UpstreamAway } from '../../node/forward/forwarder.js';
import { lineOf, Wires } from '../../node/forward/line.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { machineTime } from '../../node/time.js';
import { connect, LOG_FILE } from '../log/database.js';
import { kindOf, LogFault } from '../log/faults.js';
import { lastRow } from '../log/read.js';
import { damageOf, firstAltered, type Altered } from '../log/watch/scrub.js';
import type { RunOptions } from '../run.js';

type Options = Pick<RunOptions, 'settings' | 'journal' | 'time' | 'training'>;

/** One post to each data centre, as the server would have sent it. */
const tell = async (database: Database, altered: Altered, options: Options): Promise<void> => {
  const { settings, journal, time = machineTime } = options;
  const { server, configuration } = settings;
  const { id: centreId } = configuration.centre;
  const nothing = { stream: altered.stream, seq: 0, hash: genesisOf(altered.stream) };
  const { stream, seq, hash } = lastRow(database) ?? nothing;
  const place = { stream, from: seq + 1, last: seq, ended: false };
  const ends = { previous: hash.toString('hex'), head: hash.toString('hex') };
  const said = { at: time.wall(), live: null, damage: damageOf(altered) };
  const tellOne = async (way: (typeof server.upstreams)[number]): Promise<void> => {
    const key = new RequestKey(server.data, way.id, centreId);
    const wires = new Wires(way);
    try {
      const line = lineOf(wires, senderPath(centreId), () => key.signer());
      await line.send({ ...place, ...ends, ...said, events: [], notes: [] });
    } catch (err) {
      if (!(err instanceof UpstreamAway)) throw err;
      journal.error({ upstream: way.id, why: err.message }, 'it could not be told above');
    } finally {
      await wires.close();
    }
  };
  // One that hangs holds up no other.
  await Promise.all(server.upstreams.map(tellOne));
};

/**
 * A log that cannot be opened is looked through, and where an event is not as it was written the
 * data centres are told: this server will not be heard until somebody has restored it. Gives what
 * the start ends with.
 */
export const faultOfLog = async (fault: unknown, options: Options): Promise<unknown> => {
  const file = join(options.settings.server.data, LOG_FILE);
  const isOther =
    fault instanceof LogFault ? fault.code !== 'log.chainBroken' : kindOf(fault) !== 'bug';
  if (isOther || !existsSync(file)) return fault;
  const database = connect(file, { readonly: true, fileMustExist: true });
  try {
    const altered = firstAltered(database);
    if (altered === null) return fault;
    if (options.training !== true) await tell(database, altered, options);
    const { stream, seq, why } = altered;
    const message =
      `${file} is not as it was written, from event ${stream}:${seq} on (${why}): go on by ` +
      'docs/running.md, “A log that was changed”';
    return new LogFault('log.chainBroken', message, { cause: fault });
  } finally {
    database.close();
  }
};

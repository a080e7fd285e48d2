import { join } from 'node:path';
import type { Millis } from '../../core/configuration.js';
import type { TimeSource } from '../../node/time.js';
import { connect, LOG_FILE } from '../log/database.js';
import { StoredConfigurations } from '../log/configurations.js';
import { LogFault } from '../log/faults.js';
import { follow, type CatchUp, type Restored } from '../log/restore.js';
import { verify } from '../log/verify.js';
import { projectors } from '../projectors.js';
import { configurationHash, type Settings } from '../settings.js';
import { catchUpFrom } from '../upstream/catchup.js';
import { skipAfter, sourceOf } from '../upstream/tail.js';
import { keepRole } from './role.js';
import { anySignAt } from './standing.js';
import type { Standby } from './standby.js';

/** A server that was heard so lately may well still serve. */
const ALIVE_MS = 5_000;

export interface TakeOverOptions {
  readonly settings: Settings;
  readonly time: TimeSource;
  /** Also while the server seems to serve. */
  readonly force: boolean;
  /** Upstreams are not asked for what the copy lacks. */
  readonly alone: boolean;
  /** Numbers that each series jumps over; `null`: as many as may have been given out unseen. */
  readonly skip: number | null;
  readonly say: (line: string) => void;
}

const seconds = (ms: Millis): string => `${(ms / 1000).toFixed(1)} s`;

/** Why the server cannot be taken for gone; `null`: nothing was heard of it. */
const aliveSign = async ({ heardAt, copy }: Standby, now: Millis): Promise<string | null> => {
  const at = heardAt();
  if (at !== null && Math.abs(now - at) < ALIVE_MS) return `it was heard ${seconds(now - at)} ago`;
  const url = copy.hallUrl;
  const standing = url === null ? null : await anySignAt(url);
  return standing === null ? null : `it answers at ${url}`;
};

const refuseAlive = async (standby: Standby, options: TakeOverOptions): Promise<void> => {
  const sign = await aliveSign(standby, options.time.wall());
  if (sign === null) return;
  if (options.force) {
    options.say(`The server seems to serve (${sign}): what it does from now on is lost.`);
    return;
  }
  throw new LogFault(
    'standby.refused',
    `The server still serves (${sign}): stop it first, by pulling its plug if need be. With ` +
      '--force its place is taken all the same; what it does from then on is lost.',
  );
};

/**
 * Throws where the copy is no log that a hall can go on with. The rules accepted each event as it
 * came; now it is seen that all lies there as it was stored.
 */
const refuseUnsound = ({ directory, database }: Standby['copy']): void => {
  const { problems, head } = verify(database, { asStored: true });
  if (head === null) {
    throw new LogFault('standby.refused', `${directory} has no copy yet: restore a backup instead`);
  }
  if (problems.length === 0) return;
  const why = problems.slice(0, 3).join('; ');
  throw new LogFault('log.corrupt', `The copy is not sound (${why}): restore a backup instead`);
};

/** What the copy lacks is fetched; series jump by what nobody can have seen. */
const catchUpOf =
  ({ settings, alone, say }: TakeOverOptions, unseenMs: Millis | null): CatchUp =>
  async (log) => {
    const own = unseenMs === null ? null : skipAfter(unseenMs);
    const { upstreams } = settings.server;
    if (alone || upstreams.length === 0) return own;
    const { centre } = settings.configuration;
    const sources = upstreams.map(sourceOf);
    const theirs = await catchUpFrom({ sources, centre, enrolment: null, say })(log);
    const known = [own, theirs].flatMap((skip) => (skip === null ? [] : [skip]));
    return known.length === 0 ? null : Math.min(...known);
  };

/** The settings with the configuration by which the hall runs, whatever the file says. */
const asTheHallRuns = (settings: Settings, say: (line: string) => void): Settings => {
  const database = connect(join(settings.server.data, LOG_FILE), { readonly: true });
  try {
    const published = database
      .prepare(
        `SELECT json_extract(CAST(body AS TEXT), '$.configuration') FROM event
         WHERE type = 'configuration.published' ORDER BY position DESC LIMIT 1`,
      )
      .pluck()
      .get() as string;
    const configuration = new StoredConfigurations(database).get(published)!;
    const { paper: _, ...own } = configuration;
    const { paper: __, ...filed } = settings.configuration;
    if (configurationHash(own as never) !== configurationHash(filed as never)) {
      say(
        'The hall goes on by the configuration that it ran by. That of the file is another: it ' +
          'is published at the next start, so copy the centre from the old server’s file first.',
      );
    }
    return { ...settings, configuration, hash: configurationHash(configuration) };
  } finally {
    database.close();
  }
};

export interface TookOver extends Omit<Restored, 'kept'> {
  /** With which the server is to be started. */
  readonly settings: Settings;
}

/**
 * Makes a standby the server of the hall: its copy, verified and brought as far as the upstreams
 * are, goes on in a new stream. Rejects with a `LogFault` that says what to do while the server
 * serves, and when the copy is not sound; the door is open then as before, unless it was closed
 * already: `standby.stop` is called in each case where it resolves.
 */
export const takeOver = async (standby: Standby, options: TakeOverOptions): Promise<TookOver> => {
  const { settings, time, skip, say } = options;
  const { copy } = standby;
  await refuseAlive(standby, options);
  refuseUnsound(copy);
  await standby.closeDoor();
  const unseenMs = copy.unseenMs(time.wall());
  const { directory } = copy;
  copy.close();
  const followed = await follow(directory, {
    ...{ directory, centreId: settings.configuration.centre.id, time, projectors },
    catchUp: catchUpOf(options, unseenMs),
    ...(skip === null ? {} : { skip }),
  });
  keepRole(directory, { role: 'server', tookOverAt: time.wall() });
  await standby.stop();
  const { previous, stream } = followed;
  const lag = unseenMs === null ? '' : `, whole ${seconds(unseenMs)} ago`;
  say(`The copy ended at ${previous.stream}:${previous.seq}${lag}; the log goes on as ${stream}.`);
  say(`Each series jumps ahead by ${followed.skip} numbers.`);
  return { ...followed, settings: asTheHallRuns(settings, say) };
};

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Millis } from '../../core/configuration.js';
import { urlOf } from '../../node/addresses.js';
import { listen } from '../http/doors.js';
import { LogFault } from '../log/faults.js';
import { LOG_FILE, takeLock } from '../log/database.js';
import { putAside } from '../log/restore.js';
import type { TimeSource } from '../../node/time.js';
import type { Settings } from '../settings.js';
import { OpenCopy } from './copy.js';
import { Door } from './door.js';
import { forgetRole, keepRole, roleIn } from './role.js';

interface StandbyOptions {
  readonly settings: Settings;
  readonly journal: Logger;
  readonly time: TimeSource;
}

/** A standby whose door is open. */
export interface Standby {
  readonly url: string;
  /** With which a server enrols; `null` once one has. */
  readonly code: string | null;
  readonly copy: OpenCopy;
  /** When the server was heard last; `null`: not since this program started. */
  heardAt(): Millis | null;
  /** Takes nothing more in; the directory stays held. */
  closeDoor(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Makes a directory that of a standby. Refused where a server's log lies in it; with `anew`, what
 * lies there is put aside in `kept/` and the copy begins empty. Gives where that is, or `null`.
 */
export const prepareStandby = (directory: string, anew: boolean): string | null => {
  const role = existsSync(directory) ? roleIn(directory) : null;
  const hasLog = existsSync(join(directory, LOG_FILE));
  if (role?.role === 'standby' && !anew) return null;
  if (hasLog && !anew) {
    throw new LogFault(
      'standby.refused',
      `${directory} holds a server's log. To make it a standby, give --anew: what is there is ` +
        'put aside in kept/, and the copy begins empty.',
    );
  }
  let kept: string | null = null;
  if (hasLog) {
    const lock = takeLock(directory);
    try {
      kept = putAside(directory);
    } finally {
      lock.release();
    }
  }
  if (role !== null) forgetRole(directory);
  keepRole(directory, { role: 'standby', requestKey: null, logKey: null });
  return kept;
};

/** Opens the copy and its door. Rejects with a `LogFault` when it cannot. */
export const openStandby = async (options: StandbyOptions): Promise<Standby> => {
  const { settings, journal, time } = options;
  const { server, configuration } = settings;
  const copy = new OpenCopy(server.data);
  let heardAt: Millis | null = null;
  const door = new Door({
    ...{ settings: server, centreId: configuration.centre.id, copy, journal },
    now: () => time.wall(),
    onHeard: (at) => (heardAt = at),
  });
  let app: FastifyInstance | null = null;
  try {
    app = await door.app();
    const port = await listen(app, server.port, server.host);
    const scheme = server.tls === null ? 'http' : 'https';
    const closeDoor = async (): Promise<void> => {
      app?.server.closeAllConnections();
      await app?.close();
      app = null;
    };
    return {
      ...{ url: urlOf(scheme, server.host, port), code: door.code, copy, closeDoor },
      heardAt: () => heardAt,
      stop: async () => {
        await closeDoor();
        copy.release();
      },
    };
  } catch (error) {
    copy.release();
    throw error;
  }
};

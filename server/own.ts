import { existsSync } from 'node:fs';
import { machineTime } from '../node/time.js';
import { LogFault } from './log/faults.js';
import { requireKeys } from './log/keys.js';
import { openLog, type Log } from './log/log.js';
import { projectors } from './projectors.js';
import type { RunOptions } from './run.js';
import { refuseTakenOver } from './standby/keeper.js';
import { refuseCopy } from './standby/role.js';
import { createTables } from './tables.js';
import { faultOfLog } from './upstream/damaged.js';

/** Rejects, where the log is not as it was written, when those above were told. */
const opened = async (options: RunOptions): Promise<Log> => {
  const { server, configuration } = options.settings;
  try {
    return openLog({
      directory: server.data,
      centreId: configuration.centre.id,
      time: options.time ?? machineTime,
      projectors,
      ...(options.faults === undefined ? {} : { faults: options.faults }),
    });
  } catch (fault) {
    throw await faultOfLog(fault, options);
  }
};

/**
 * Opens the log of the settings with all that lies beside it. Rejects, having let go of it, when it
 * is another centre's or a standby's copy, one of its keys is lost, or the standby has taken over.
 */
export const openOwnLog = async (options: RunOptions): Promise<Log> => {
  const { server, configuration } = options.settings;
  const centreId = configuration.centre.id;
  if (existsSync(server.data)) refuseCopy(server.data);
  const log = await opened(options);
  const { directory, database, folded } = log;
  const its = folded.state.centre.centreId;
  try {
    if (its !== '' && its !== centreId) {
      const message =
        `${directory} holds the log of the centre ${its}, and the configuration is that of ` +
        `${centreId}: correct server.data or centre.id.`;
      throw new LogFault('log.otherCentre', message);
    }
    createTables(database);
    requireKeys(database, directory);
    // Training has a log of its own, which nobody takes over.
    if (options.training !== true) await refuseTakenOver(server.standby, centreId, log);
    return log;
  } catch (error) {
    log.close();
    throw error;
  }
};

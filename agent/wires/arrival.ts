import { existsSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/** The deepest folder above a path that is there. */
const above = (path: string): string => {
  const folder = dirname(path);
  return folder === path || existsSync(folder) ? folder : above(folder);
};

/**
 * Tells each time that a device's file may have appeared, also where its folder comes and goes with
 * it, as `/dev/usb` does. Returns what ends the watch.
 */
export const watchPath = (path: string, appeared: () => void): (() => void) => {
  let watcher: FSWatcher | undefined;
  const look = (): void => {
    watcher?.close();
    const folder = above(path);
    try {
      watcher = watch(folder, { persistent: false });
    } catch (fault) {
      if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
      // It went between the look and the watch: one above it is watched.
      return look();
    }
    // Its own end is told like that of what lies in it, and there may be another of its name by
    // then: what is watched is looked up each time.
    watcher.on('change', (kind) => {
      if (kind === 'rename') look();
    });
    watcher.on('error', look);
    if (above(path) !== folder) look();
    else if (existsSync(path)) appeared();
  };
  look();
  return () => watcher?.close();
};

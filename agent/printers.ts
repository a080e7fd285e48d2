import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceId } from '../core/events.js';
import type { PrinterState } from '../core/protocol/views.js';
import { machineClock } from './clock.js';
import { Journal } from './jobs/journal.js';
import { PrintQueue, type JobStatus } from './jobs/queue.js';
import { createPress } from './paper/press.js';
import { paperPicture } from './printer/picture.js';
import { readProfile } from './printer/profile.js';
import { VirtualPrinter } from './printer/virtual-printer.js';

/** Where an agent keeps its journals and the pictures of its virtual paper. */
export interface PrinterPlace {
  readonly data: string;
  /** File of the printer's profile. */
  readonly profile: string;
}

/** Who is told what printers and jobs do. */
export interface Listeners {
  onJob(kioskId: DeviceId, status: JobStatus): void;
  onPrinter(kioskId: DeviceId, state: PrinterState): void;
  /** Going on would be wrong: a full disk, a damaged journal, a bug. */
  onFault(fault: unknown): void;
}

/** Keeps a picture whole: a reader never sees half of one. */
const keepPicture = (folder: string, name: string, png: Buffer): void => {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${name}.partial`);
  writeFileSync(partial, png);
  renameSync(partial, join(folder, `${name}.png`));
};

/** Starts the queue of one kiosk's virtual printer; its papers become pictures in `paper/`. */
export const startPrinter = (
  kioskId: DeviceId,
  place: PrinterPlace,
  listeners: Listeners,
): PrintQueue => {
  mkdirSync(place.data, { recursive: true, mode: 0o700 });
  const profile = readProfile(place.profile);
  const link = new VirtualPrinter(profile, ({ bitmap }) => {
    const name = `${kioskId}-${machineClock.now()}`;
    keepPicture(join(place.data, 'paper'), name, paperPicture(bitmap));
  });
  const queue = new PrintQueue({
    link,
    profile,
    journal: new Journal(join(place.data, `${kioskId}.journal`)),
    clock: machineClock,
    press: createPress(profile),
    onJob: (status) => listeners.onJob(kioskId, status),
    onPrinter: (state) => listeners.onPrinter(kioskId, state),
  });
  queue.run().catch((fault: unknown) => listeners.onFault(fault));
  return queue;
};

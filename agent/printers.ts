import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceId } from '../core/events.js';
import type { PrinterState } from '../core/protocol/views.js';
import type { Clock } from './clock.js';
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

/** Who is told what a printer and its jobs do. */
export interface Listeners {
  onJob(status: JobStatus): void;
  onPrinter(state: PrinterState): void;
  /** Going on would be wrong: a full disk, a damaged journal, a bug. */
  onFault(fault: unknown): void;
}

/** A printer's queue; `ended` resolves when it has stopped or failed, and never rejects. */
export interface RunningPrinter {
  readonly queue: Pick<PrintQueue, 'take' | 'keep' | 'stop'>;
  readonly ended: Promise<void>;
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
  { data, profile: file, clock }: PrinterPlace & { readonly clock: Clock },
  listeners: Listeners,
): RunningPrinter => {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const profile = readProfile(file);
  const link = new VirtualPrinter(profile, ({ bitmap }) => {
    keepPicture(join(data, 'paper'), `${kioskId}-${clock.now()}`, paperPicture(bitmap));
  });
  const queue = new PrintQueue({
    link,
    profile,
    journal: new Journal(join(data, `${kioskId}.journal`)),
    clock,
    press: createPress(profile),
    onJob: (status) => listeners.onJob(status),
    onPrinter: (state) => listeners.onPrinter(state),
  });
  return { queue, ended: queue.run().catch((fault: unknown) => listeners.onFault(fault)) };
};

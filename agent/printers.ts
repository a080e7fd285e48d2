import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Configuration, Millis } from '../core/configuration.js';
import { DEFAULT_DESIGN, designOf } from '../core/design.js';
import type { DeviceId } from '../core/events.js';
import type { PrinterState, Roll } from '../core/protocol/views.js';
import type { Clock } from './clock.js';
import type { PrinterSettings } from './devices.js';
import { fileStore } from './files.js';
import { Journal } from './jobs/journal.js';
import { PrintQueue, type JobStatus } from './jobs/queue.js';
import { RollMeter } from './jobs/roll.js';
import { Equipment } from './paper/equip.js';
import { partsOf } from './paper/parts.js';
import { createPress, rasterOf } from './paper/press.js';
import { Shelf } from './paper/shelf.js';
import type { DeviceLink } from './wires/link.js';
import { paperPicture } from '../paper/picture.js';
import { Pictures } from './printer/pictures.js';
import { VirtualPrinter } from './printer/virtual-printer.js';
import { watchPath } from './wires/arrival.js';
import { WireLink } from './wires/wire-link.js';
import { fileWire } from './wires/file.js';
import { BITS_PER_BYTE, serialWire } from './wires/serial.js';
import { tcpWire } from './wires/tcp.js';

/** A printer, and where its journal and the pictures of virtual paper are kept. */
export interface PrinterPlace extends PrinterSettings {
  readonly data: string;
}

/** Who is told what a printer and its jobs do. */
export interface Listeners {
  onJob(status: JobStatus): void;
  onPrinter(state: PrinterState, roll: Roll): void;
  /** Going on would be wrong: a full disk, a damaged journal, a bug. */
  onFault(fault: unknown): void;
}

/** A printer's queue; `ended` resolves when it has stopped or failed, and never rejects. */
export interface RunningPrinter {
  readonly queue: Pick<PrintQueue, 'take' | 'keep' | 'stop'>;
  /** Staff put a new roll in at that time; telling it again is harmless. */
  loaded(at: Millis): void;
  readonly ended: Promise<void>;
}

/** A printer whose papers follow the centre's configuration. */
export interface DesignedPrinter extends RunningPrinter {
  /** How papers look from now on, and what of them should lie in the printer's memory. */
  use(configuration: Configuration): void;
}

/** The way to a printer. The newest papers of one without a device are pictures in `paper/`. */
export const printerLink = (
  kioskId: DeviceId,
  { data, profile, link }: PrinterPlace,
  clock: Clock,
): DeviceLink => {
  switch (link.kind) {
    case 'tcp':
      return new WireLink(tcpWire(link), clock);
    case 'serial':
      return new WireLink(serialWire(link), clock, (BITS_PER_BYTE * 1000) / link.baudRate);
    case 'file':
      return new WireLink(fileWire(link.path, clock), clock);
    case 'virtual': {
      const pictures = new Pictures(join(data, 'paper'), kioskId);
      return new VirtualPrinter(profile, ({ bitmap }) => {
        pictures.keep(paperPicture(bitmap), clock.now());
      });
    }
  }
};

/** Starts the queue of one kiosk's printer. */
export const startPrinter = (
  kioskId: DeviceId,
  { clock, ...place }: PrinterPlace & { readonly clock: Clock },
  listeners: Listeners,
): DesignedPrinter => {
  const { data, profile, rollM, link, render: mode } = place;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const shelf = new Shelf(fileStore(join(data, `${kioskId}.graphics.json`)), profile);
  const graphicOf = (partId: string) => shelf.graphicOf(partId);
  const pressFor = (design = DEFAULT_DESIGN) => createPress(profile, { mode, design, graphicOf });
  let press = pressFor();
  const roll = new RollMeter({
    file: join(data, `${kioskId}.roll.json`),
    lengthMm: rollM * 1000,
    hasSensor: profile.status.nearEnd,
    clock,
    onChange: (state, left) => listeners.onPrinter(state, left),
  });
  const queue = new PrintQueue({
    link: printerLink(kioskId, place, clock),
    profile,
    journal: new Journal(join(data, `${kioskId}.journal`)),
    clock,
    press: (paper) => press(paper),
    equipment: new Equipment(shelf, profile, clock),
    onJob: (status) => listeners.onJob(status),
    onPrinter: (state) => roll.see(state),
    onFeed: (mm) => roll.feed(mm),
    onPaperLeft: (mm) => roll.told(mm),
  });
  const unwatch = 'path' in link ? watchPath(link.path, () => queue.retry()) : () => undefined;
  const ended = queue
    .run()
    .catch((fault: unknown) => listeners.onFault(fault))
    .finally(unwatch);
  return {
    queue,
    ended,
    loaded: (at) => roll.loaded(at),
    use: (configuration) => {
      press = pressFor(designOf(configuration));
      if (mode !== 'hybrid') return;
      shelf.want(partsOf(configuration, rasterOf(profile.width.dots)));
    },
  };
};

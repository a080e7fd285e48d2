import { join } from 'node:path';
import { encodeJob } from '../../../agent/paper/escpos.js';
import { STANDARD_PAPER } from '../../../agent/paper/estimate.js';
import { partsOf } from '../../../agent/paper/parts.js';
import {
  createPress,
  rasterOf,
  RENDER_MODES,
  type RenderMode,
} from '../../../agent/paper/press.js';
import { Shelf } from '../../../agent/paper/shelf.js';
import { readProfile, type PrinterProfile } from '../../../agent/printer/profile.js';
import { BITS_PER_BYTE } from '../../../agent/wires/serial.js';
import { DEFAULT_DESIGN } from '../../../core/design.js';
import { PROJECT } from '../../../node/place.js';
import { demoCentre } from '../../fixtures/manager.js';
import { round } from '../figures.js';
import { atMost, type Row, type Section } from '../report.js';

const RASTER_BYTES_MAX = 25_000;
const SHORT_BYTES_MAX = 600;
const BAUD_RATE = 115_200;

const profileOf = (name: string): PrinterProfile =>
  readProfile(join(PROJECT, 'firmware-config', 'printers', `${name}.json`));
const virtual = profileOf('virtual-80mm');

const MODELS: readonly { readonly name: string; readonly profile: PrinterProfile }[] = [
  { name: '80 mm, draws QR codes', profile: virtual },
  { name: '80 mm, does not', profile: profileOf('generic-80mm') },
  { name: '58 mm, draws QR codes', profile: { ...virtual, width: { dots: 384 } } },
  { name: '58 mm, does not', profile: profileOf('generic-58mm') },
];

/** A printer's memory that holds all that the demo centre's papers want of it. */
const filledShelf = (profile: PrinterProfile): Shelf => {
  let kept: string | undefined;
  const shelf = new Shelf({ read: () => kept, keep: (text) => (kept = text) }, profile);
  shelf.want(partsOf(demoCentre(), rasterOf(profile.width.dots)));
  for (let step = shelf.next(0); step !== undefined; step = shelf.next(0)) {
    shelf.begin(step, 0);
    shelf.end(step);
  }
  return shelf;
};

const ticketOf = (
  profile: PrinterProfile,
  { mode, economy }: { readonly mode: RenderMode; readonly economy: boolean },
): { readonly bytes: number; readonly paperMm: number } => {
  const shelf = filledShelf(profile);
  const design = { ...DEFAULT_DESIGN, economy };
  const press = createPress(profile, { mode, design, graphicOf: (id) => shelf.graphicOf(id) });
  const ticket = press(STANDARD_PAPER);
  const { processId, gsR } = profile.status;
  const receipt = processId ? 'processId' : gsR ? 'gsR' : 'none';
  const { length: bytes } = encodeJob(profile, { ...ticket, receipt, processId: '0000' });
  return { bytes, paperMm: ticket.paperMm };
};

const rowOf = (name: string, profile: PrinterProfile, mode: RenderMode): Row => {
  const [standard, economy] = [false, true].map((it) => ticketOf(profile, { mode, economy: it }));
  return {
    printer: name,
    render: mode,
    'standard bytes': standard!.bytes,
    'standard mm': round(standard!.paperMm),
    's at 115200': round((standard!.bytes * BITS_PER_BYTE) / BAUD_RATE),
    'economy bytes': economy!.bytes,
    'economy mm': round(economy!.paperMm),
  };
};

/** The bytes of the standard ticket, counted and not timed. */
export const bytes = (): Promise<Section> => {
  const rows = MODELS.flatMap(({ name, profile }) =>
    RENDER_MODES.filter((mode) => mode !== 'hybrid' || profile.nv !== null).map((mode) =>
      rowOf(name, profile, mode),
    ),
  );
  const most = (isRaster: boolean): number => {
    const some = rows.filter(({ render }) => (render === 'raster') === isRaster);
    return Math.max(...some.map((row) => Number(row['standard bytes'])));
  };
  return Promise.resolve({
    title: 'Bytes of a ticket',
    notes: [
      'The standard ticket of the demo centre with its QR code; without the questions around it',
      'No profile of a 58 mm printer stores graphics or draws codes: that row is the virtual one’s',
      'Printers that draw no codes get them as dots in raster, and none in ascii',
    ],
    rows,
    aims: [
      atMost('bytes as raster', most(true), RASTER_BYTES_MAX),
      atMost('bytes as hybrid and ascii', most(false), SHORT_BYTES_MAX),
    ],
  });
};

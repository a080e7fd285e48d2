import { BITS_PER_BYTE } from '../wires/serial.js';
import {
  DEFAULT_DESIGN,
  LOGO_MAX,
  TICKET_FIELDS,
  type Logo,
  type PaperDesign,
} from '../../core/design.js';
import type { TicketPaper } from '../../core/paper.js';
import type { LinkSettings } from '../devices.js';
import type { PrinterProfile } from '../printer/profile.js';
import type { Graphic } from './blocks.js';
import { encodeJob } from './escpos.js';
import type { PressedTicket } from './pieces.js';
import { createPress, type RenderMode } from './press.js';

/** A visitor waits no longer for a ticket. */
export const TICKET_S_MAX = 5;

/** The standard ticket: a long name, one service, a code. */
export const STANDARD_PAPER: TicketPaper = {
  centre: {
    ar: 'المركز التكنولوجي لخدمة المواطنين بحي ثالث',
    en: 'Citizen Service Technology Centre, Third District',
  },
  label: { letter: { ar: 'أ', en: 'A' }, number: 999 },
  services: [{ ar: 'بيان صلاحية الموقع للبناء', en: 'Site-validity statement for building' }],
  ahead: 12,
  takenAt: 0,
  zone: 'Africa/Cairo',
  digits: 'arab',
  language: 'ar',
  classId: '',
  link: 'https://dawr.example.gov.eg/t/AEAAAAAAAAH2CZQ7XV2A3K5MNB6WQRTYUIOPL',
  enquiryUrl: 'www.example.gov.eg',
  training: false,
  copy: 'first',
};

/** As much as a ticket may have to say at once: three services and every flag. */
const FULLEST_PAPER: TicketPaper = {
  ...STANDARD_PAPER,
  services: [
    { ar: 'بيان صلاحية الموقع للبناء', en: 'Site-validity statement for building' },
    { ar: 'تجديد إشغال طريق', en: 'Street occupancy renewal' },
    { ar: 'سداد إيجار أملاك وأقساط', en: 'Rent and instalments' },
  ],
  classId: 'P1',
  training: true,
  copy: 'again',
};

interface Estimate {
  readonly bytes: number;
  /** From the first byte to the cut. */
  readonly seconds: number;
}

interface Way {
  readonly profile: PrinterProfile;
  readonly link: LinkSettings;
}

/** As wide and high as a logo may be, and so grey that no row of it is cheap. */
const HEAVIEST_LOGO: Logo = {
  ...LOGO_MAX,
  data: Buffer.alloc((LOGO_MAX.width / 8) * LOGO_MAX.rows, 0xaa).toString('base64'),
};

/** All that a manager may publish at once: logo, note, each field large and in two languages. */
const HEAVIEST_DESIGN: PaperDesign = {
  ...DEFAULT_DESIGN,
  logo: HEAVIEST_LOGO,
  note: { ar: 'كلمة '.repeat(24).trim(), en: 'Word '.repeat(24).trim() },
  ticket: TICKET_FIELDS.map((field) => ({ field, size: 'large', languages: 'both' })),
};

/** What goes to the printer, and comes out of it. */
interface Weight {
  readonly bytes: number;
  readonly paperMm: number;
}

/** Pressing them takes tenths of a second, and they are the same on every line. */
const weighed = new WeakMap<PrinterProfile, Map<RenderMode, readonly Weight[]>>();

/**
 * The papers that a ticket may come to. An agent reads its devices before it knows how the centre's
 * papers look, and a manager may change that at any time, so the standard ticket and the fullest
 * are counted both as papers look at first and in the heaviest design; what is published later is
 * none of it.
 */
function weightsOf(profile: PrinterProfile, mode: RenderMode): readonly Weight[] {
  const known = weighed.get(profile) ?? new Map<RenderMode, readonly Weight[]>();
  weighed.set(profile, known);
  const kept = known.get(mode);
  if (kept !== undefined) return kept;
  const graphicOf = (): Graphic => ({ key: '00', width: 320, rows: 60 });
  const weights = [DEFAULT_DESIGN, HEAVIEST_DESIGN].flatMap((design) => {
    const press = createPress(profile, { mode, design, graphicOf });
    return [STANDARD_PAPER, FULLEST_PAPER].map((paper) => weightOf(profile, press(paper)));
  });
  known.set(mode, weights);
  return weights;
}

function weightOf(profile: PrinterProfile, paper: PressedTicket): Weight {
  const job = { ...paper, receipt: 'processId', processId: '0000' } as const;
  return { bytes: encodeJob(profile, job).length, paperMm: paper.paperMm };
}

/** What the longest ticket takes: its real bytes over the line, or its way past the head. */
export function estimate({ profile, link }: Way, mode: RenderMode): Estimate {
  const each = weightsOf(profile, mode).map(({ bytes, paperMm }) => {
    const moved = paperMm / profile.speedMmS;
    const sent = link.kind === 'serial' ? (bytes * BITS_PER_BYTE) / link.baudRate : 0;
    return { bytes, seconds: Math.max(moved, sent) };
  });
  return each.reduce((most, one) => (one.seconds > most.seconds ? one : most));
}

type Chosen = { readonly mode: RenderMode } | { readonly refused: string };

/**
 * The wished way of rendering, or without a wish the best that is fast enough: Arabic as a picture,
 * else from the printer's memory; Latin letters alone only where they are wished for. Refuses, with
 * what to do, what a model cannot or what takes too long.
 */
export function chosenMode({
  wished,
  ...way
}: Way & { readonly wished: RenderMode | undefined }): Chosen {
  const { model, nv } = way.profile;
  if (wished === 'hybrid' && nv === null) {
    return { refused: `render: the ${model} stores no graphics: use raster or ascii` };
  }
  const modes: readonly RenderMode[] =
    wished !== undefined ? [wished] : nv === null ? ['raster'] : ['raster', 'hybrid'];
  const mode = modes.find((one) => estimate(way, one).seconds <= TICKET_S_MAX);
  return mode === undefined ? { refused: tooSlow(way, modes[0]!) } : { mode };
}

function tooSlow(way: Way, mode: RenderMode): string {
  const { profile, link } = way;
  const told = (one: Way, by: RenderMode): string => estimate(one, by).seconds.toFixed(1);
  const ways: string[] = [];
  if (link.kind === 'serial') {
    const faster = profile.link.serial?.baudRates.find(
      (baudRate) =>
        estimate({ profile, link: { ...link, baudRate } }, mode).seconds <= TICKET_S_MAX,
    );
    if (faster !== undefined) ways.push(`set printer and line to ${faster} baud`);
  }
  for (const other of ['hybrid', 'ascii'] as const) {
    if (other === mode || (other === 'hybrid' && profile.nv === null)) continue;
    if (estimate(way, other).seconds > TICKET_S_MAX) continue;
    ways.push(`"render": "${other}" takes ${told(way, other)} s`);
  }
  const taking = `a ticket as ${mode} would take ${told(way, mode)} s, at most ${TICKET_S_MAX}`;
  return `link: ${taking}: ${ways.length === 0 ? 'choose a faster printer' : ways.join(', or ')}`;
}

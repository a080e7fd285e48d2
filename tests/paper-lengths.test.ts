import { describe, expect, test } from 'vitest';
import { encodeJob } from '../agent/paper/escpos.js';
import { STANDARD_PAPER } from '../agent/paper/estimate.js';
import type { PressedTicket } from '../agent/paper/pieces.js';
import { createPress, rasterOf, RENDER_MODES } from '../agent/paper/press.js';
import type { PrinterProfile } from '../agent/printer/profile.js';
import {
  DEFAULT_DESIGN,
  ECONOMY_MM_MAX,
  PAPER_MM_MAX,
  SLIP_MM_MAX,
  type PaperDesign,
} from '../core/design.js';
import type { SlipPaper, TicketPaper } from '../core/paper.js';
import { layoutPaper } from '../paper/layout.js';
import { paperPicture } from '../paper/picture.js';
import { preview } from '../paper/preview.js';
import { demoCentre } from './fixtures/manager.js';
import { plainPaper } from './fixtures/paper.js';
import {
  memoryOf,
  printed,
  PROFILES,
  profileOf,
  readText,
  scanned,
  found,
} from './fixtures/slips.js';

const MM_PER_INCH = 25.4;
const RASTER_BYTES_MAX = 25_000;
const SERVICES = 3;
const LABEL_TIMES_MIN = 3;
const MARGIN_BYTES = 3;
const { services, centre } = demoCentre();
const names = services.map(({ name }) => name);
/** As long as a configuration lets a name and an address be. */
const longest = {
  centre: { ar: 'مركز '.repeat(16).trim(), en: 'Centre '.repeat(11).trim() },
  service: { ar: 'خدمة '.repeat(16).trim(), en: 'Service '.repeat(10).trim() },
  enquiryUrl: `www.${'a'.repeat(70)}.gov.eg`,
};
const economy = { ...DEFAULT_DESIGN, economy: true };

/** From cut to cut, in mm, without drawing it. */
const lengthMm = (profile: PrinterProfile, paper: TicketPaper, design: PaperDesign): number => {
  const { dpi, cut, width, qr } = profile;
  const mmMax = design.economy ? ECONOMY_MM_MAX : PAPER_MM_MAX;
  const lengthMaxDots = Math.floor((mmMax * dpi) / MM_PER_INCH) - cut.blankDots;
  const { measure } = rasterOf(width.dots);
  const sheet = { measure, width: width.dots, lengthMaxDots, nativeCode: qr === 'native' };
  const { lengthDots } = layoutPaper(paper, sheet, design);
  return ((lengthDots + cut.blankDots) * MM_PER_INCH) / dpi;
};

/** The demo, and beside its services one with a name as long as there may be. */
const demo = demoCentre();
const widest = {
  ...demo,
  centre: { ...demo.centre, name: longest.centre },
  services: [...demo.services, { ...demo.services[0]!, name: longest.service }],
};
const several = [...names].sort((a, b) => b.en.length - a.en.length).slice(0, SERVICES);
const flags = { training: true, copy: 'again', classId: 'P1' } as const;
const plain = { ...plainPaper, centre: centre.name };
/** From a standard ticket to one that says as much as there may be to say at once. */
const PAPERS: readonly (readonly [string, TicketPaper])[] = [
  ['standard', STANDARD_PAPER],
  ['every service', plain],
  ['one flag', { ...plain, services: [several[0]!], copy: 'lost' }],
  ['every flag', { ...plain, ...flags }],
  ['three services', { ...plain, services: several }],
  ['the fullest', { ...plain, ...flags, services: several, ahead: 12 }],
  [
    'the longest names',
    {
      ...{ ...plain, centre: longest.centre, services: [longest.service] },
      ...{ enquiryUrl: longest.enquiryUrl, ahead: 1999, label: { ...plain.label, number: 1999 } },
    },
  ],
];
const DESIGNS = [
  ['standard', DEFAULT_DESIGN, PAPER_MM_MAX],
  ['economy', economy, ECONOMY_MM_MAX],
] as const;
const EVERY = PROFILES.flatMap((profile) =>
  RENDER_MODES.filter((mode) => mode !== 'hybrid' || profile.nv !== null).map(
    (mode) => [profile.id, mode, profile] as const,
  ),
);

describe.each(EVERY)('tickets on the %s in %s', (_, mode, profile) => {
  const held = mode === 'hybrid' ? [demo, widest].map((one) => memoryOf(profile, one)) : [];
  const graphicOf = (id: string) => held.map((one) => one.graphicOf(id)).find(Boolean);
  const languages = ['ar', 'en'] as const;
  const papers = PAPERS.flatMap(([name, paper]) =>
    name === 'every service' ? names.map((one) => ({ ...paper, services: [one] })) : [paper],
  ).flatMap((paper) => languages.map((language) => ({ ...paper, language })));

  test.each(DESIGNS)('%s: each within its length', (__, design, mmMax) => {
    const press = createPress(profile, { mode, design, graphicOf });
    for (const paper of papers) {
      if (mode === 'raster') {
        expect(lengthMm(profile, paper, design)).toBeLessThanOrEqual(mmMax);
        continue;
      }
      const pressed = press(paper);
      expect(pressed.paperMm).toBeLessThanOrEqual(mmMax);
      const job = { ...pressed, receipt: 'processId', processId: '0000' } as const;
      expect(encodeJob(profile, job).length).toBeLessThanOrEqual(600);
      expect(labelTimes(pressed, paper)).toBeGreaterThanOrEqual(LABEL_TIMES_MIN);
    }
  });
});

/** How many times as large as the printer's letters the number of a label is. */
const labelTimes = ({ pieces }: PressedTicket, { label }: TicketPaper): number => {
  const marks = pieces.flatMap((piece) =>
    piece.kind === 'page' ? piece.placed.map(({ mark }) => mark) : [piece],
  );
  return Math.max(
    ...marks.flatMap((mark) =>
      mark.kind === 'text' && mark.text.endsWith(String(label.number)) ? [mark.height] : [],
    ),
  );
};

const tightest = ['epson-tm-t88vi', 'epson-tm-t20iii'].map(profileOf);
describe.each(tightest)('the printed paper of the $id in hybrid', (profile) => {
  const held = memoryOf(profile, demo);
  const shown = PAPERS.filter(([name]) => name === 'standard' || name === 'the fullest');
  const each = DESIGNS.flatMap(([size, design]) =>
    shown.flatMap(([name, paper]) =>
      (['ar', 'en'] as const).map((language) => [size, name, language, design, paper] as const),
    ),
  );

  test.each(each)('%s, %s, %s: as long as was counted, its code is read', async (...one) => {
    const [, , language, design, paper] = one;
    const pressed = createPress(profile, { mode: 'hybrid', design, graphicOf: held.graphicOf })({
      ...{ ...paper, centre: centre.name, language },
      ...(paper === STANDARD_PAPER ? { services: [names[0]!] } : {}),
    });
    const { slip } = await printed(profile, pressed, held.fill);
    expect(slip.lengthMm).toBeCloseTo(pressed.paperMm, 5);
    expect(scanned(paperPicture(slip.bitmap, MARGIN_BYTES))).toEqual([paper.link]);
  });

  test('is read: in Arabic the centre and the service, in English the service', async () => {
    const press = createPress(profile, { mode: 'hybrid', graphicOf: held.graphicOf });
    const read = async (language: 'ar' | 'en', reader: 'ara' | 'eng'): Promise<string> => {
      const paper = { ...plain, language, services: [names[0]!] };
      const { slip } = await printed(profile, press(paper), held.fill);
      return readText(paperPicture(slip.bitmap, MARGIN_BYTES), reader, 'scattered');
    };
    const arabic = await read('ar', 'ara');
    expect(found(arabic, centre.name.ar)).toBeGreaterThan(0.5);
    expect(found(arabic, names[0]!.ar)).toBeGreaterThan(0.5);
    const english = await read('en', 'eng');
    expect(found(english, names[0]!.en)).toBeGreaterThan(0.5);
    expect(english).toMatch(/A\s*105/);
  });
});

test('as a picture, a ticket for any service of the demo is at most 25,000 bytes', () => {
  const profile = profileOf('generic-80mm');
  const press = createPress(profile);
  for (const name of names) {
    const paper = press({ ...plainPaper, centre: centre.name, services: [name] });
    const sent = encodeJob(profile, { ...paper, receipt: 'none', processId: '0000' });
    expect(sent.length).toBeLessThanOrEqual(RASTER_BYTES_MAX);
  }
});

describe('a manager is told', () => {
  const wish = { paper: plainPaper, design: DEFAULT_DESIGN, width: '80' } as const;

  test('nothing where all of it is printed', () => {
    expect(preview(wish)).toMatchObject({ shortened: [], leftOut: [] });
  });

  test('which texts are shortened, and which fields left out', () => {
    const services = [longest.service, ...names.slice(0, 3)];
    const paper = { ...plainPaper, centre: longest.centre, services };
    const told = preview({ ...wish, paper, width: '58' });
    expect(told.shortened).toContain(longest.service.ar);
    expect(told.leftOut).toContain('scan');
  });

  test('that a label is left out in the other language, never cut off', () => {
    const flagged = { classId: 'P1', copy: 'again', training: true } as const;
    const label = { letter: { ar: 'ب', en: 'B' }, number: 9_999 };
    const paper = { ...plainPaper, ...flagged, label };
    expect(preview({ ...wish, paper, width: '58' }).leftOut).toContain('second');
    expect(preview({ ...wish, paper }).leftOut).not.toContain('second');
  });
});

test('a slip about any service of the demo is whole, on both widths', () => {
  for (const [index, service] of services.entries()) {
    const paper: SlipPaper = {
      ...{ centre: centre.name, service: service.name, eligibility: service.eligibility },
      ...{ papers: service.papers, fees: service.fees, days: service.days },
      ...{ procedure: service.procedure, takenAt: plainPaper.takenAt!, zone: centre.zone },
      ...{ digits: centre.digits, language: index % 2 === 0 ? 'ar' : 'en' },
      ...{ enquiryUrl: centre.enquiryUrl, copy: 'first' },
    };
    for (const width of [576, 384]) {
      const lengthMaxDots = (SLIP_MM_MAX * 203) / MM_PER_INCH;
      const sheet = { measure: rasterOf(width).measure, width, lengthMaxDots, nativeCode: false };
      const told = layoutPaper(paper, sheet);
      expect(told.lengthDots).toBeLessThanOrEqual(lengthMaxDots);
      expect(told.shortened).toEqual([]);
    }
  }
});

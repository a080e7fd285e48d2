import { describe, expect, test } from 'vitest';
import { encodeJob } from '../agent/paper/escpos.js';
import { createPress, rasterOf } from '../agent/paper/press.js';
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
import { preview } from '../paper/preview.js';
import { demoCentre } from './fixtures/manager.js';
import { plainPaper } from './fixtures/paper.js';
import { profileOf } from './fixtures/slips.js';

const MM_PER_INCH = 25.4;
const RASTER_BYTES_MAX = 25_000;
const { services, centre } = demoCentre();
const names = services.map(({ name }) => name);
/** As long as a configuration lets a name and an address be. */
const longest = {
  centre: { ar: 'مركز '.repeat(16).trim(), en: 'Centre '.repeat(11).trim() },
  service: { ar: 'خدمة '.repeat(16).trim(), en: 'Service '.repeat(10).trim() },
  enquiryUrl: `www.${'a'.repeat(70)}.gov.eg`,
};
const profiles = ['virtual-80mm', 'generic-80mm', 'generic-58mm', 'epson-tm-t88vi'].map(profileOf);
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

describe.each(profiles)('tickets of the demo on the $id', (profile) => {
  test.each([
    ['standard', DEFAULT_DESIGN, PAPER_MM_MAX],
    ['economy', economy, ECONOMY_MM_MAX],
  ] as const)('%s: for every service within its length', (_, design, mmMax) => {
    for (const language of ['ar', 'en'] as const) {
      for (const name of names) {
        const paper = { ...plainPaper, centre: centre.name, services: [name], language };
        expect(lengthMm(profile, paper, design)).toBeLessThanOrEqual(mmMax);
      }
      const paper = {
        ...{ ...plainPaper, centre: longest.centre, services: [longest.service], language },
        ...{ enquiryUrl: longest.enquiryUrl, ahead: 1999 },
      };
      expect(lengthMm(profile, paper, design)).toBeLessThanOrEqual(mmMax);
    }
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

import { describe, expect, test } from 'vitest';
import type { SlipPaper } from '../../core/paper.js';
import { paperPicture } from '../../paper/picture.js';
import { slipOf } from '../../server/papers/slip.js';
import { demoCentre } from '../../tests/fixtures/manager.js';
import { fullPaper, plainPaper } from '../../tests/fixtures/paper.js';
import { START } from '../../tests/fixtures/printing.js';
import { printed, PROFILES, profileOf, readText } from '../../tests/fixtures/slips.js';
import type { PrinterProfile } from '../printer/profile.js';
import type { VirtualPrinter } from '../printer/virtual-printer.js';
import { BITS_PER_BYTE } from '../wires/serial.js';
import { encodeJob } from './escpos.js';
import { GRAPHIC_HEAD_BYTES, partsOf } from './parts.js';
import type { PressedTicket } from './pieces.js';
import { createPress, rasterOf } from './press.js';

const demo = demoCentre();
const profile = profileOf('virtual-80mm');
const hybrids = PROFILES.filter(({ nv }) => nv !== null);

/** What the demo needs of a model's memory, all of which has room there. */
const heldBy = (of: PrinterProfile) => {
  const own = partsOf(demo, rasterOf(of.width.dots));
  const bytes = own.reduce((sum, { bitmap }) => sum + bitmap.data.length + GRAPHIC_HEAD_BYTES, 0);
  expect(bytes).toBeLessThanOrEqual(of.nv?.capacityBytes ?? 0);
  const held = new Map(
    own.map(({ id, key, bitmap: { bytesPerRow, rows } }) => [
      id,
      { key, width: bytesPerRow * 8, rows },
    ]),
  );
  return { own, graphicOf: (id: string) => held.get(id) };
};

const marksOf = ({ pieces }: PressedTicket) =>
  pieces.flatMap((piece) => (piece.kind === 'page' ? piece.placed.map(({ mark }) => mark) : []));

describe('a ticket in hybrid', () => {
  test.each(hybrids)('is at most 600 bytes for every service of the demo: $id', async (of) => {
    const { own, graphicOf } = heldBy(of);
    const press = createPress(of, { mode: 'hybrid', graphicOf });
    const longest = [...demo.services].sort((a, b) => b.name.en.length - a.name.en.length);
    const several = longest.slice(0, demo.rules.servicesMax).map(({ name }) => name);
    const papers = demo.services.map(({ name }) => [name]).concat([several]);
    for (const services of papers) {
      for (const language of ['ar', 'en'] as const) {
        const centre = demo.centre.name;
        const paper = press({ ...fullPaper, centre, services, language, ahead: 1234 });
        const receipt = of.status.processId ? 'processId' : 'gsR';
        const bytes = encodeJob(of, { ...paper, receipt, processId: '0001' });
        expect(bytes.length).toBeLessThanOrEqual(600);
      }
    }
    const { slip } = await printed(of, press({ ...fullPaper, services: several }), (printer) => {
      for (const { key, bitmap } of own) printer.memory.define(key, bitmap);
    });
    expect(slip.codes.map(({ text }) => text)).toEqual([fullPaper.link]);
  });

  test('says in Latin letters what does not lie in the printer yet', () => {
    const bare = createPress(profile, { mode: 'hybrid' })(plainPaper);
    const texts = marksOf(bare).flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));
    expect(texts).toEqual(expect.arrayContaining(['A 105', 'Shop licence']));
    expect(texts.join(' ')).toContain('7 ahead');
    const filled = createPress(profile, { mode: 'hybrid', graphicOf: heldBy(profile).graphicOf });
    const graphics = marksOf(filled(plainPaper)).filter(({ kind }) => kind === 'graphic');
    expect(graphics.length).toBeGreaterThan(3);
  });
});

describe('a slip in hybrid', () => {
  const of = profileOf('epson-tm-t20iii');
  const { own, graphicOf } = heldBy(of);
  const press = createPress(of, { mode: 'hybrid', graphicOf });
  const filled = (printer: VirtualPrinter): void => {
    for (const { key, bitmap } of own) printer.memory.define(key, bitmap);
  };
  const bytesOf = (paper: SlipPaper): number =>
    encodeJob(of, { ...press(paper), receipt: 'gsR', processId: '' }).length;
  const slips = (language: 'ar' | 'en') =>
    demo.services.map((service) => slipOf(demo, service, { at: START, language }));

  test('says in Arabic all that it says, and only what is not of every slip is drawn', async () => {
    const fullest = slips('ar').sort((a, b) => bytesOf(b) - bytesOf(a))[0]!;
    const { slip } = await printed(of, press(fullest), filled);
    const read = readText(paperPicture(slip.bitmap), 'ara');
    for (const word of ['الأوراق', 'الرسوم', 'الإنجاز']) expect(read).toContain(word);
    const texts = press(fullest).pieces.flatMap((piece) =>
      piece.kind === 'text' ? [piece.text] : [],
    );
    expect(texts.join(' ')).not.toMatch(/Required|Fees|Ready|staff/);
  });

  test('takes at most twelve seconds at 19200 baud, and half of the demo’s one second', () => {
    const seconds = slips('ar')
      .map((paper) => (bytesOf(paper) * BITS_PER_BYTE) / 19_200)
      .sort((a, b) => a - b);
    expect(seconds.at(-1)).toBeLessThanOrEqual(12);
    expect(seconds[seconds.length / 2]).toBeLessThanOrEqual(1);
  });

  test('is brief in English', () => {
    expect(Math.max(...slips('en').map(bytesOf))).toBeLessThanOrEqual(3_000);
  });

  test('of a printer that holds nothing yet is drawn', () => {
    const bare = createPress(of, { mode: 'hybrid' })(slips('ar')[0]!);
    expect(bare.pieces.some(({ kind }) => kind === 'graphic')).toBe(false);
    expect(bare.pieces.filter(({ kind }) => kind === 'raster').length).toBeGreaterThan(5);
  });
});

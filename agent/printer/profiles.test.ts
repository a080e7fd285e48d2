import { describe, expect, test } from 'vitest';
import { DEFAULT_DESIGN, ECONOMY_MM_MAX, PAPER_MM_MAX } from '../../core/design.js';
import { paperPicture } from '../../paper/picture.js';
import { fullPaper, plainPaper } from '../../tests/fixtures/paper.js';
import { printed, PROFILES, scanned } from '../../tests/fixtures/slips.js';
import { createPress } from '../paper/press.js';

const ROUNDED_MM = 0.001;
const papers = [plainPaper, { ...fullPaper, language: 'en' as const }];

describe.each(PROFILES)('on the $id', (profile) => {
  test('tickets keep within 60 mm, and their codes can be read', async () => {
    const press = createPress(profile);
    for (const paper of papers) {
      const pressed = press(paper);
      const { slip } = await printed(profile, pressed);
      expect(slip.lengthMm).toBeLessThanOrEqual(PAPER_MM_MAX + ROUNDED_MM);
      expect(slip.lengthMm).toBeCloseTo(pressed.paperMm, 1);
      expect(scanned(paperPicture(slip.bitmap))).toEqual([paper.link]);
    }
  });

  test('tickets of a centre that saves paper keep within 40 mm, with their codes', async () => {
    const design = { ...DEFAULT_DESIGN, economy: true };
    const press = createPress(profile, { mode: 'raster', design });
    for (const paper of papers) {
      const { slip } = await printed(profile, press(paper));
      expect(slip.lengthMm).toBeLessThanOrEqual(ECONOMY_MM_MAX + ROUNDED_MM);
      expect(scanned(paperPicture(slip.bitmap))).toEqual([paper.link]);
    }
  });

  test('its own letters print a ticket without a picture', async () => {
    const press = createPress(profile, { mode: 'ascii' });
    for (const paper of papers) {
      const pressed = press(paper);
      const { slip, bytes } = await printed(profile, pressed);
      expect(slip.lengthMm).toBeCloseTo(pressed.paperMm, 1);
      expect(slip.lengthMm).toBeLessThanOrEqual(PAPER_MM_MAX + ROUNDED_MM);
      expect(bytes.length).toBeLessThanOrEqual(600);
      const codes = profile.qr === 'native' ? [paper.link] : [];
      expect(slip.codes.map(({ text }) => text)).toEqual(codes);
    }
  });
});

import { describe, expect, test } from 'vitest';
import { createPress } from '../agent/paper/press.js';
import type { SlipPaper } from '../core/paper.js';
import { DEFAULT_DESIGN } from '../core/design.js';
import { paperPicture } from '../paper/picture.js';
import { demoCentre } from './fixtures/manager.js';
import { plainPaper } from './fixtures/paper.js';
import { bare, found, printed, profileOf, readText } from './fixtures/slips.js';

const profile = profileOf('virtual-80mm');
const MARGIN_BYTES = 5;

describe('a reader that is none of ours reads the printed paper', () => {
  test('in Arabic: the centre, the service, how many are ahead', async () => {
    const { slip } = await printed(profile, createPress(profile)(plainPaper));
    const picture = paperPicture(slip.bitmap, MARGIN_BYTES);
    // The reader trips over a letter here and there, and over another one when it reads otherwise.
    const read = readText(picture, 'ara') + readText(picture, 'ara', 'scattered');
    expect(found(read, plainPaper.centre.ar)).toBe(1);
    expect(found(read, plainPaper.services[0]!.ar)).toBe(1);
    expect(bare(read)).toContain(bare('أمامك'));
  });

  test('the number, as the line in the other language has it', async () => {
    const { slip } = await printed(profile, createPress(profile)(plainPaper));
    const read = readText(paperPicture(slip.bitmap, MARGIN_BYTES), 'eng');
    expect(read).toMatch(/A\s*105/);
  });

  test('in English: the service and the address', async () => {
    const paper = { ...plainPaper, language: 'en' as const };
    const { slip } = await printed(profile, createPress(profile)(paper));
    const read = readText(paperPicture(slip.bitmap, MARGIN_BYTES), 'eng');
    expect(found(read, paper.services[0]!.en)).toBe(1);
    expect(read).toContain('www.ismailia.gov.eg');
  });

  test('a slip: the service, what it needs, in both languages', async () => {
    const { services, centre } = demoCentre();
    const service = services.find(({ papers }) => (papers?.length ?? 0) > 3)!;
    for (const [language, reader] of [
      ['ar', 'ara'],
      ['en', 'eng'],
    ] as const) {
      const paper = {
        ...{ centre: centre.name, service: service.name, eligibility: service.eligibility },
        ...{ papers: service.papers, fees: service.fees, days: service.days },
        ...{ procedure: service.procedure, takenAt: plainPaper.takenAt!, zone: 'Africa/Cairo' },
        ...{ digits: 'arab' as const, language, enquiryUrl: null, copy: 'first' as const },
      } satisfies SlipPaper;
      const press = createPress(profile, { mode: 'raster', design: DEFAULT_DESIGN });
      const { slip } = await printed(profile, press(paper));
      const read = readText(paperPicture(slip.bitmap, MARGIN_BYTES), reader);
      expect(found(read, service.name[language])).toBe(1);
      const papers = (service.papers ?? []).map((words) => words[language]).join(' ');
      expect(found(read, papers)).toBeGreaterThanOrEqual(0.9);
    }
  });
});

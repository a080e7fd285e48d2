import { describe, expect, test } from 'vitest';
import { fullPaper, plainPaper } from '../tests/fixtures/paper.js';
import { broken, fitted, wrapped } from './fit.js';
import { layoutTicket } from './layout.js';
import { createRaster } from './raster.js';
import type { PaperLayout, TextItem } from './sheet.js';
import { PAPER_WORDS } from './words.js';

const { measure } = createRaster(576);
const sheet = { measure, width: 576, lengthMaxDots: 479, nativeCode: true };

const spanOf = ({ text, face, x, anchor }: TextItem): [left: number, right: number] => {
  const width = measure.width(text, face);
  const left = { left: x, right: x - width, centre: x - width / 2 }[anchor];
  return [left, left + width];
};

const texts = ({ items }: PaperLayout): TextItem[] =>
  items.filter((item): item is TextItem => item.kind === 'text');

const shown = (layout: PaperLayout): string[] =>
  texts(layout).map(({ text }) => text.replace(/[\u2066-\u2069]/g, ''));

describe('a ticket is laid out', () => {
  const papers = (['ar', 'en'] as const).flatMap((language) =>
    [1, 12, 105, 1999].flatMap((number) =>
      [0, 1, 7, 1234].map((ahead) => ({
        ...fullPaper,
        language,
        ahead,
        label: { letter: { ar: 'م', en: 'M' }, number },
      })),
    ),
  );

  test.each(papers)(
    'within the paper, label and box apart: $language, $label.number, $ahead ahead',
    (paper) => {
      const layout = layoutTicket(paper, sheet);
      for (const item of texts(layout)) {
        const [left, right] = spanOf(item);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(576);
        expect(item.baseline).toBeLessThanOrEqual(layout.height);
      }
      const label = texts(layout).reduce((a, b) => (b.face.sizePx > a.face.sizePx ? b : a));
      const box = layout.items.find((item) => item.kind === 'box')!;
      const [left, right] = spanOf(label);
      expect(right <= box.x || left >= box.x + box.width).toBe(true);
    },
  );

  test.each(['ar', 'en'] as const)('large enough for weak eyes: %s', (language) => {
    for (const paper of [plainPaper, fullPaper]) {
      const items = texts(layoutTicket({ ...paper, language }, sheet));
      const sizes = items.map(({ face }) => face.sizePx);
      expect(Math.max(...sizes)).toBeGreaterThanOrEqual(120);
      expect(Math.min(...sizes)).toBeGreaterThanOrEqual(24);
      expect(items.every(({ face }) => face.weight >= 600)).toBe(true);
      const names = paper.services.map((service) => service[language]);
      const services = items.filter(({ text }) => names.includes(text));
      expect(services).toHaveLength(names.length);
      expect(services.every(({ face }) => face.sizePx >= 36)).toBe(true);
    }
  });

  test('with flags for training, a lost ticket and a class, in words or its code', () => {
    const flags = { training: true, copy: 'lost', classId: 'P1' } as const;
    const ar = layoutTicket({ ...plainPaper, ...flags }, sheet);
    expect(shown(ar)).toEqual(expect.arrayContaining(['تدريب', 'بدل فاقد', 'P1']));
    expect(ar.watermark).toBe('تدريب');
    const en = layoutTicket({ ...plainPaper, ...flags, language: 'en', copy: 'again' }, sheet);
    expect(shown(en)).toEqual(expect.arrayContaining(['Training', 'Reprint', 'P1']));
    const plain = layoutTicket(plainPaper, sheet);
    expect(plain.watermark).toBeNull();
    expect(shown(plain)).not.toEqual(expect.arrayContaining(['تدريب']));
  });

  const said = (['ar', 'en'] as const).flatMap((language) =>
    [576, 384].map((width) => ({ language, width })),
  );
  test.each(said)('$language, $width: what stands elsewhere or nowhere is said', (one) => {
    const { language, width } = one;
    const words = { scan: PAPER_WORDS[language].scan, time: language === 'ar' ? '٢٠٢٦' : '2026' };
    for (const centre of [plainPaper.centre, { ar: 'مركز', en: 'Centre' }]) {
      for (const paper of [plainPaper, fullPaper]) {
        const sized = { ...sheet, measure: createRaster(width).measure, width };
        const layout = layoutTicket({ ...paper, centre, language }, sized);
        const all = texts(layout);
        const label = all.reduce((a, b) => (b.face.sizePx > a.face.sizePx ? b : a));
        const time = all.find(({ text }) => text.includes(words.time))!;
        expect(layout.moved.includes('time')).toBe(time.baseline > label.baseline);
        const hasScan = all.some(({ text }) => text.includes(words.scan));
        expect(layout.leftOut.includes('scan')).toBe(!hasScan);
      }
    }
  });

  test('with time and address, whether much or little stands on it', () => {
    for (const paper of [plainPaper, fullPaper]) {
      const all = shown(layoutTicket(paper, sheet)).join('\n');
      expect(all).toContain('٢١ نوفمبر ٢٠٢٦');
      expect(all).toContain('www.ismailia.gov.eg');
    }
  });
});

describe('texts that are too long', () => {
  const room = { width: (text: string) => text.length * 10, room: 100 };

  test('lose whole words, then letters', () => {
    expect(fitted('short', room)).toBe('short');
    expect(fitted('certificate of all', { ...room, room: 150 })).toBe('certificate of…');
    expect(fitted('certificate of all', room)).toBe('certifica…');
  });

  test('go on in the next line', () => {
    expect(wrapped('one two three four', 2, room)).toEqual(['one two', 'three four']);
    expect(wrapped('one two three four five', 2, room)).toEqual(['one two', 'three…']);
  });

  test('are broken anywhere if they are an address', () => {
    expect(broken('www.example.eg', room)).toEqual(['www.exampl', 'e.eg']);
  });
});

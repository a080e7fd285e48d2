import { readFileSync } from 'node:fs';
import { chromium, type Browser, type Page } from '@playwright/test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dotAt, type Bitmap } from '../paper/bitmap.js';
import { fontFile } from '../paper/fonts.js';
import { createRaster } from '../paper/raster.js';
import { labelText, whenText } from '../paper/words.js';
import type { Language } from '../core/lists.js';
import { chromiumPath, FLAGS } from './chromium.js';

const WIDTH = 832;
const HEIGHT = 96;
const BASELINE = 64;
const FACE = { sizePx: 32, weight: 700 } as const;

const ar = { language: 'ar', digits: 'arab' } as const;
const at = Date.UTC(2026, 10, 21, 8, 45);
const label = { letter: { ar: 'أ', en: 'A' }, number: 105 };

/** Lines whose order is easily got wrong; each with the direction of its paragraph. */
const LINES: readonly (readonly [name: string, text: string, language: Language])[] = [
  ['a label', labelText(label, ar), 'ar'],
  ['a label with ASCII digits', labelText(label, { ...ar, digits: 'latn' }), 'ar'],
  ['an Arabic label in an English line', `Ticket ${labelText(label, ar)} now`, 'en'],
  ['an English label in an Arabic line', `تذكرة \u2066A\u00a0105\u2069 الآن`, 'ar'],
  ['date and time', whenText(at, 'Africa/Cairo', ar), 'ar'],
  [
    'date and time with ASCII digits',
    whenText(at, 'Africa/Cairo', { ...ar, digits: 'latn' }),
    'ar',
  ],
  ['a date in Arabic digits with slashes', 'بتاريخ ٢١/١١/٢٠٢٦ ١٠:٤٥', 'ar'],
  ['a date in ASCII digits with slashes', 'بتاريخ 21/11/2026 10:45', 'ar'],
  ['parentheses round Arabic', 'رخصة بناء (دور أرضي) ٣ نسخ', 'ar'],
  ['parentheses round Latin', 'طلب تصالح (Law 187) لسنة 2023', 'ar'],
  ['quotation marks', 'خدمة «توصيل المرافق» للمنازل', 'ar'],
  ['an address', 'للاستعلام: \u2066www.ismailia.gov.eg\u2069 · يوميًا', 'ar'],
  ['diacritics', 'رُخصةٌ مُجدَّدةٌ لِمَحلٍّ تجاريٍّ', 'ar'],
  ['lam-alef and hamza', 'الإسماعيلية لأوّل الآن إلى الأملاك', 'ar'],
  ['percent and minus', 'خصم ٢٥٪ أو -١٥ جنيهًا', 'ar'],
  ['a number range', 'من ٩:٠٠ إلى ١٤:٣٠ – الشباك ٣', 'ar'],
  ['Arabic in an English line', 'Service: ترخيص محل (12) today', 'en'],
  ['mixed digits', 'قانون 187 مادة ٤ بند 2', 'ar'],
];

const pageOf = (): string => {
  const face = (script: 'arabic' | 'latin'): string => {
    const font = readFileSync(fontFile(script, FACE.weight)).toString('base64');
    const url = `data:font/woff2;base64,${font}`;
    return `@font-face { font-family: ${script}; src: url(${url}); font-weight: ${FACE.weight} }`;
  };
  return `<style>${face('arabic')}${face('latin')}
    body { margin: 0; background: white; color: black }
    p { margin: 0; position: absolute; right: 6px; white-space: pre; top: 0;
        font: ${FACE.weight} ${FACE.sizePx}px/${HEIGHT}px arabic, latin }</style><p></p>`;
};

let browser: Browser;
let page: Page;
beforeAll(async () => {
  // The one without windows sets glyphs a dot aside here and there.
  browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
  page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
  await page.setContent(pageOf());
  await page.evaluate(() => document.fonts.ready);
});
afterAll(() => browser?.close());

/** Black dots in each column, between the first and the last that has any. */
function profile(columns: number[]): number[] {
  const first = columns.findIndex((dots) => dots > 0);
  return columns.slice(first, columns.findLastIndex((dots) => dots > 0) + 1);
}

async function inBrowser(text: string, language: Language): Promise<number[]> {
  await page.evaluate(
    async ([content, dir]) => {
      const line = document.querySelector('p')!;
      line.dir = dir!;
      line.textContent = content!;
      await document.fonts.ready;
    },
    [text, language === 'ar' ? 'rtl' : 'ltr'],
  );
  const image = await loadImage(await page.screenshot());
  const context = createCanvas(WIDTH, HEIGHT).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, WIDTH, HEIGHT);
  const columns = new Array<number>(WIDTH).fill(0);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel += 1) {
    if (data[pixel * 4]! < 128) columns[pixel % WIDTH]! += 1;
  }
  return profile(columns);
}

const raster = createRaster(WIDTH);

function onPaper(text: string, language: Language): number[] {
  const bitmap: Bitmap = raster.draw({
    width: WIDTH,
    height: HEIGHT,
    items: [
      {
        kind: 'text',
        text,
        language,
        face: FACE,
        x: WIDTH - 6,
        anchor: 'right',
        baseline: BASELINE,
        white: false,
      },
    ],
    watermark: null,
  });
  const columns = Array.from({ length: WIDTH }, (_, x) => {
    let dots = 0;
    for (let y = 0; y < HEIGHT; y += 1) dots += dotAt(bitmap, x, y) ? 1 : 0;
    return dots;
  });
  return profile(columns);
}

/** How alike two lines' ink is, from left to right: 1 is the same, shifted by at most 3 dots. */
function likeness(a: readonly number[], b: readonly number[]): number {
  const length = Math.max(a.length, b.length);
  const mean = (of: readonly number[]): number => of.reduce((sum, n) => sum + n, 0) / length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const shifted = (shift: number): number => {
    let [both, squareA, squareB] = [0, 0, 0];
    for (let x = 0; x < length; x += 1) {
      const [da, db] = [(a[x] ?? 0) - meanA, (b[x + shift] ?? 0) - meanB];
      both += da * db;
      squareA += da * da;
      squareB += db * db;
    }
    return both / Math.sqrt(squareA * squareB);
  };
  return Math.max(...[-3, -2, -1, 0, 1, 2, 3].map(shifted));
}

/** Right lines reach 0.91 and more, wrong ones 0.75 at most. */
const ALIKE = 0.85;

describe('lines on paper have the order that Chromium gives them', () => {
  test.each(LINES)('%s', async (_name, text, language) => {
    const [paper, browsed] = [onPaper(text, language), await inBrowser(text, language)];
    expect(Math.abs(paper.length - browsed.length)).toBeLessThanOrEqual(4);
    expect(likeness(paper, browsed)).toBeGreaterThan(ALIKE);
  });

  test('a line in the wrong order is told from the right one', async () => {
    for (const [name, text, language] of LINES) {
      const browsed = await inBrowser(text, language);
      const isolates = /[\u2066-\u2069]/g;
      const mirrored = likeness([...onPaper(text, language)].reverse(), browsed);
      const forced = likeness(onPaper(`\u202d${text.replace(isolates, '')}`, language), browsed);
      expect(mirrored, name).toBeLessThan(ALIKE);
      expect(forced, name).toBeLessThan(ALIKE);
    }
  });

  test.each([
    ['a date from its year', 'بتاريخ ٢١/١١/٢٠٢٦ ١٠:٤٥', 'بتاريخ ٢٠٢٦/١١/٢١ ٤٥:١٠'],
    ['a label from its number', 'تذكرة \u2067أ\u00a0١٠٥\u2069', 'تذكرة \u2067١٠٥\u00a0أ\u2069'],
    ['a time that is turned', 'من ٩:٠٠ إلى ١٤:٣٠', 'من ٠٠:٩ إلى ٣٠:١٤'],
    ['numbers that changed places', 'قانون 187 مادة ٤ بند 2', 'قانون 2 مادة ٤ بند 187'],
  ])('and even %s is found out', async (_name, right, wrong) => {
    const browsed = await inBrowser(right, 'ar');
    expect(likeness(onPaper(right, 'ar'), browsed)).toBeGreaterThan(ALIKE);
    expect(likeness(onPaper(wrong, 'ar'), browsed)).toBeLessThan(ALIKE);
  });
});

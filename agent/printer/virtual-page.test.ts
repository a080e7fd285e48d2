import { describe, expect, test } from 'vitest';
import { profileOf } from '../../tests/fixtures/slips.js';
import { encodeJob } from '../paper/escpos.js';
import type { Mark, Placed } from '../paper/pieces.js';
import type { Slip } from './virtual-paper.js';
import { VirtualPrinter } from './virtual-printer.js';

const profile = profileOf('virtual-80mm');
const ROWS = 200;
const text = (words: string): Mark => ({
  ...{ kind: 'text', text: words, width: 2, height: 2, leading: 0 },
});

const page = async (placed: readonly Placed[], of = profile): Promise<Slip> => {
  const slips: Slip[] = [];
  const printer = new VirtualPrinter(of, (slip) => slips.push(slip));
  await printer.open();
  const pieces = [{ kind: 'page', rows: ROWS, placed }] as const;
  await printer.write(
    encodeJob(profile, { pieces, tailDots: 0, receipt: 'none', processId: '0000' }),
  );
  return slips[0]!;
};

describe('a page of the virtual printer', () => {
  test('is as long as its area, with marks side by side on one paper', async () => {
    const code = { text: 'https://q.eg/7', moduleDots: 4, level: 'L' } as const;
    const slip = await page([
      { mark: { kind: 'qr', code }, x: 0, y: 8, rows: 100 },
      { mark: text('A 105'), x: 300, y: 8, rows: 48 },
    ]);
    expect(slip.bitmap.rows).toBe(ROWS);
    expect(slip.codes).toEqual([code]);
  });

  test.each([
    ['what the first line would cut off', { x: 0, y: -1 }, 'would be lost'],
    ['what a page begun 21 dots lower would cut off', { x: 0, y: ROWS - 60 }, 'would be lost'],
    ['what reaches over the side', { x: 560, y: 8 }, 'would be lost'],
    ['print upon print', { x: 4, y: 8 }, 'print upon print'],
  ])('refuses %s', async (_, place, reason) => {
    const first = { mark: text('A 105'), x: 4, y: 8, rows: 48 };
    await expect(page([first, { mark: text('105'), ...place, rows: 48 }])).rejects.toThrow(reason);
  });

  test('a model without page mode refuses one', async () => {
    await expect(page([], { ...profile, page: false })).rejects.toThrow('no page mode');
  });

  test('ESC @ leaves a page that was begun and prints nothing of it', async () => {
    const slips: Slip[] = [];
    const printer = new VirtualPrinter(profile, (slip) => slips.push(slip));
    await printer.open();
    await printer.write(Buffer.from([0x1b, 0x4c, 0x1b, 0x57, 0, 0, 0, 0, 64, 2, 200, 0]));
    await printer.write(Buffer.from('A 105', 'ascii'));
    const pieces = [{ kind: 'feed', rows: 30 }] as const;
    const job = { pieces, tailDots: 0, receipt: 'none', processId: '0000' } as const;
    await printer.write(encodeJob(profile, job));
    expect(slips.map(({ bitmap }) => bitmap.rows)).toEqual([30]);
    expect(slips[0]!.bitmap.data.every((byte) => byte === 0)).toBe(true);
  });
});

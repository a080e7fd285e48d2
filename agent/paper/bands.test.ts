import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bandsOf, withoutDle, type Band } from './bands.js';
import { emptyBitmap, type Bitmap } from '../../paper/bitmap.js';

const WIDTH = 12;

/** Pictures with blank margins, blank rows, and every kind of byte. */
const bitmaps = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constant({ left: WIDTH, bytes: new Uint8Array(0) }) },
      fc.record({
        left: fc.nat(WIDTH - 1),
        bytes: fc.uint8Array({ minLength: 1, maxLength: WIDTH }),
      }),
    ),
    { maxLength: 60 },
  )
  .map((rows): Bitmap => {
    const bitmap = emptyBitmap(WIDTH, rows.length);
    rows.forEach(({ left, bytes }, y) => {
      bitmap.data.set(bytes.subarray(0, WIDTH - left), y * WIDTH + left);
    });
    return bitmap;
  });

/** What a printer makes of the bands with centred alignment. */
function printed(bands: readonly Band[], rows: number): Bitmap {
  const bitmap = emptyBitmap(WIDTH, rows);
  let y = 0;
  for (const band of bands) {
    if (band.kind === 'raster') {
      const left = Math.floor((WIDTH - band.bytesPerRow) / 2);
      for (let row = 0; row < band.rows; row += 1) {
        const bytes = band.data.subarray(row * band.bytesPerRow, (row + 1) * band.bytesPerRow);
        bitmap.data.set(bytes, (y + row) * WIDTH + left);
      }
    }
    y += band.rows;
  }
  expect(y).toBe(rows);
  return bitmap;
}

describe('bands', () => {
  test('print the picture that they were cut from', () => {
    fc.assert(
      fc.property(bitmaps, fc.integer({ min: 1, max: 40 }), (bitmap, rowsMax) => {
        const bands = bandsOf(bitmap, rowsMax);
        const whole = printed(bands, bitmap.rows).data;
        bitmap.data.forEach((byte, index) => {
          // The one byte that may differ is a DLE that looked like a command.
          expect(whole[index]).toSatisfy((got) => got === byte || (byte === 0x10 && got === 0x18));
        });
      }),
      { numRuns: 300 },
    );
  });

  test('without a DLE in the picture, not one dot differs', () => {
    fc.assert(
      fc.property(bitmaps, fc.integer({ min: 1, max: 255 }), (bitmap, rowsMax) => {
        const data = bitmap.data.map((byte) => (byte === 0x10 ? 0x11 : byte));
        const clean = { ...bitmap, data };
        expect(printed(bandsOf(clean, rowsMax), bitmap.rows)).toEqual(clean);
      }),
      { numRuns: 300 },
    );
  });

  test('keep to the rows that a printer takes at once, and to what ESC J feeds', () => {
    const black = { bytesPerRow: WIDTH, rows: 700, data: new Uint8Array(WIDTH * 700).fill(255) };
    expect(bandsOf(black, 255).map(({ rows }) => rows)).toSatisfy((rows: number[]) =>
      rows.every((count) => count <= 255),
    );
    expect(bandsOf(emptyBitmap(WIDTH, 600), 24).every(({ rows }) => rows <= 255)).toBe(true);
  });

  test('leave out blank rows, and blank bytes equally at both sides', () => {
    const bitmap = emptyBitmap(WIDTH, 120);
    for (let y = 50; y < 60; y += 1) bitmap.data[y * WIDTH + 4] = 0xff;
    expect(bandsOf(bitmap, 255).map((band) => ({ ...band, data: undefined }))).toEqual([
      { kind: 'feed', rows: 50, data: undefined },
      { kind: 'raster', rows: 10, bytesPerRow: 4, data: undefined },
      { kind: 'feed', rows: 60, data: undefined },
    ]);
  });
});

describe('real-time look-alikes', () => {
  const isHidden = (data: Uint8Array): boolean =>
    data.some((byte, i) => byte === 0x10 && [0x04, 0x05, 0x14].includes(data[i + 1] ?? 0));

  test('never remain, cost one dot each, and nothing else changes', () => {
    const bytes = fc.oneof(...[0x10, 0x04, 0x05, 0x14, 0x18, 0x01].map((b) => fc.constant(b)));
    const data = fc.array(bytes, { maxLength: 200 }).map((list) => Uint8Array.from(list));
    fc.assert(
      fc.property(data, (before) => {
        const after = withoutDle(before);
        expect(isHidden(after)).toBe(false);
        after.forEach((byte, i) => {
          const next = before[i + 1] ?? 0;
          const isAlike = before[i] === 0x10 && [0x04, 0x05, 0x14].includes(next);
          expect(byte).toBe(isAlike ? 0x18 : before[i]);
        });
      }),
      { numRuns: 500 },
    );
  });

  test('are found where one row ends and the next begins', () => {
    const rows = { bytesPerRow: 2, rows: 2, data: Uint8Array.of(0x80, 0x10, 0x04, 0x01) };
    const [band] = bandsOf(rows, 255);
    expect(band).toMatchObject({ data: Uint8Array.of(0x80, 0x18, 0x04, 0x01) });
  });
});

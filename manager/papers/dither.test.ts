import { expect, test } from 'vitest';
import { LOGO_MAX, paperDesign } from '../../core/design.js';
import { dithered, logoSize } from './dither.js';

const plain = (light: number) => ({
  width: 16,
  rows: 16,
  light: new Float32Array(256).fill(light),
});
const blackDots = (data: string): number =>
  [...atob(data)].reduce(
    (sum, letter) => sum + letter.charCodeAt(0).toString(2).replaceAll('0', '').length,
    0,
  );

test('black stays black, white white, and grey has as many dots as it is dark', () => {
  expect(blackDots(dithered(plain(0)).data)).toBe(256);
  expect(blackDots(dithered(plain(255)).data)).toBe(0);
  expect(Math.abs(blackDots(dithered(plain(191)).data) - 64)).toBeLessThanOrEqual(8);
});

test('a logo that was made is one that the configuration takes', () => {
  const logo = dithered({ ...LOGO_MAX, light: new Float32Array(LOGO_MAX.width * LOGO_MAX.rows) });
  expect(paperDesign.safeParse({ logo }).success).toBe(true);
  expect(paperDesign.safeParse({ logo: { ...logo, rows: logo.rows - 1 } }).success).toBe(false);
});

test.each([
  [100, 40, 104, 40],
  [4000, 400, 384, 38],
  [400, 4000, 16, 160],
  [2, 2, 8, 8],
])('a picture of %i by %i fits as %i by %i', (width, height, wide, rows) => {
  expect(logoSize(width, height)).toEqual({ width: wide, rows });
});

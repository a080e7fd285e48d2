import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Pictures, PICTURES_KEPT } from './pictures.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the newest papers of each kiosk are kept, also after a restart', () => {
  const other = 'k1-2-7.png';
  writeFileSync(join(folder, other), '');
  const png = Buffer.from('paper');
  const mine = (): string[] => readdirSync(folder).filter((name) => name !== other);
  let pictures = new Pictures(folder, 'k1');
  const printed = 3 * PICTURES_KEPT;
  for (let at = 1; at <= printed; at += 1) {
    if (at === 2 * PICTURES_KEPT) pictures = new Pictures(folder, 'k1');
    pictures.keep(png, at);
    expect(mine().length).toBeLessThanOrEqual(PICTURES_KEPT);
  }
  const newest = Array.from({ length: PICTURES_KEPT }, (_, n) => `k1-${printed - n}.png`);
  expect(mine().sort()).toEqual(newest.sort());
  expect(readdirSync(folder)).toContain(other);
});

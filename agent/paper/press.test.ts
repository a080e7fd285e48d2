import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PAPER_MM_MAX } from '../../core/design.js';
import type { TicketPaper } from '../../core/paper.js';
import { fullPaper, plainPaper } from '../../tests/fixtures/paper.js';
import { paperPicture } from '../../paper/picture.js';
import { readProfile } from '../printer/profile.js';
import type { Slip } from '../printer/virtual-paper.js';
import { VirtualPrinter } from '../printer/virtual-printer.js';
import { encodeJob } from './escpos.js';
import { createPress } from './press.js';

const profile = readProfile('firmware-config/printers/virtual-80mm.json');
const press = createPress(profile);
const folder = mkdtempSync(join(tmpdir(), 'dawr-paper-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function printed(paper: TicketPaper): Promise<{ slip: Slip; bytes: Buffer }> {
  const slips: Slip[] = [];
  const printer = new VirtualPrinter(profile, (slip) => slips.push(slip));
  const bytes = encodeJob(profile, { ...press(paper), receipt: 'processId', processId: '0001' });
  await printer.open();
  await printer.write(bytes);
  expect(slips).toHaveLength(1);
  return { slip: slips[0]!, bytes };
}

/** What a reader that is none of ours finds in a picture. */
function scanned(png: Buffer): string[] {
  const file = join(folder, 'slip.png');
  writeFileSync(file, png);
  const { error, stdout } = spawnSync('zbarimg', ['--quiet', '--raw', file], { encoding: 'utf8' });
  if (error !== undefined) throw new Error('no zbarimg: install the package "zbar-tools"');
  return stdout.split('\n').filter((line) => line !== '');
}

const PAPERS: readonly (readonly [string, TicketPaper])[] = (['ar', 'en'] as const).flatMap(
  (language) => [
    [`plain, ${language}`, { ...plainPaper, language }] as const,
    [`three services and every flag, ${language}`, { ...fullPaper, language }] as const,
    [`every flag, ${language}, ASCII digits`, { ...fullPaper, language, digits: 'latn' }] as const,
    [
      `the highest number and a letter below the line, ${language}`,
      {
        ...plainPaper,
        language,
        label: { letter: { ar: 'ج', en: 'J' }, number: 1999 },
        ahead: 1234,
        copy: 'lost',
      },
    ] as const,
  ],
);

describe('a ticket', () => {
  test.each(PAPERS)('is at most 60 mm long, and its code can be read: %s', async (_, paper) => {
    const { slip } = await printed(paper);
    expect(slip.lengthMm).toBeLessThanOrEqual(PAPER_MM_MAX);
    expect(slip.lengthMm).toBeCloseTo(press(paper).paperMm, 5);
    expect(scanned(paperPicture(slip.bitmap))).toEqual([paper.link]);
  });

  test('has its code printed by the printer, in modules of at least 3 dots', async () => {
    const { slip } = await printed(fullPaper);
    expect(slip.codes).toHaveLength(1);
    expect(slip.codes[0]!.text).toBe(fullPaper.link);
    expect(slip.codes[0]!.moduleDots).toBeGreaterThanOrEqual(3);
  });

  test('has no code and no word of it where the centre has no public address', async () => {
    const { slip } = await printed({ ...plainPaper, link: null });
    expect(slip.codes).toEqual([]);
    expect(scanned(paperPicture(slip.bitmap))).toEqual([]);
  });

  test('keeps within 60 mm under a printer that leaves 10 mm blank at the top', () => {
    const blank = { ...profile, cut: { ...profile.cut, blankDots: 80 } };
    expect(createPress(blank)(plainPaper).paperMm).toBeLessThanOrEqual(PAPER_MM_MAX);
  });

  test('grows rather than lose a service', () => {
    const services = Array.from({ length: 16 }, () => plainPaper.services[0]!);
    expect(press({ ...fullPaper, services }).paperMm).toBeGreaterThan(PAPER_MM_MAX);
  });

  test('is few enough bytes for a serial line at 115200 baud in 2 s', async () => {
    const { bytes } = await printed(plainPaper);
    expect(bytes.length).toBeLessThan(23_000);
  });

  test('is the same picture on the reused canvas after any other ticket', async () => {
    const first = await printed(plainPaper);
    await printed(fullPaper);
    const second = await printed(plainPaper);
    expect(second.bytes.equals(first.bytes)).toBe(true);
  });
});

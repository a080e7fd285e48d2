import { describe, expect, test } from 'vitest';
import { encodeCutOff, encodeJob, type PrinterJob } from './escpos.js';

/** Bytes as Epson's ESC/POS command reference has them, written by hand. */
const bytes = (hex: string): string => hex.replace(/\s/g, '').toLowerCase();

const hexOf = (job: Partial<PrinterJob>): string =>
  encodeJob({
    bands: [],
    qr: null,
    tailDots: 16,
    receipt: 'none',
    processId: '00A1',
    ...job,
  }).toString('hex');

const START = '1B40 1B6101';
const CUT = '1D564210';

describe('the bytes of a ticket', () => {
  test('ESC @ (initialise), ESC a 1 (centre), GS V <Function B> (feed and partial cut)', () => {
    expect(hexOf({})).toBe(bytes(`${START} ${CUT}`));
  });

  test('ESC J feeds dots', () => {
    expect(hexOf({ bands: [{ kind: 'feed', rows: 200 }] })).toBe(bytes(`${START} 1B4AC8 ${CUT}`));
  });

  test('GS v 0 has its width in bytes and its height in dots, low byte first', () => {
    const data = Uint8Array.from({ length: 2 * 258 }, (_, index) => index & 0xff);
    expect(hexOf({ bands: [{ kind: 'raster', bytesPerRow: 2, rows: 258, data }] })).toBe(
      bytes(`${START} 1D763000 0200 0201 ${Buffer.from(data).toString('hex')} ${CUT}`),
    );
  });

  test('bytes over 7Fh are sent as they are, never as UTF-8', () => {
    const data = Uint8Array.of(0xa2, 0xff);
    expect(hexOf({ bands: [{ kind: 'raster', bytesPerRow: 2, rows: 1, data }] })).toContain(
      bytes('1D763000 0200 0100 A2FF'),
    );
  });

  test('GS ( k <Functions 165, 167, 169, 180, 181>: QR Code, model 2', () => {
    expect(hexOf({ qr: { text: 'https://q.eg/7', moduleDots: 6, level: 'M' } })).toBe(
      bytes(`${START}
        1D286B 0400 31 41 3200
        1D286B 0300 31 43 06
        1D286B 0300 31 45 31
        1D286B 1100 31 50 30 68747470733A2F2F712E65672F37
        1D286B 0300 31 51 30
        ${CUT}`),
    );
  });

  test('GS ( k <Function 169> has L as 48', () => {
    expect(hexOf({ qr: { text: 'A', moduleDots: 3, level: 'L' } })).toContain(
      bytes('1D286B 0300 31 45 30'),
    );
  });

  test('GS ( H <Function 48> asks for the process id after the cut', () => {
    expect(hexOf({ receipt: 'processId' })).toBe(
      bytes(`${START} ${CUT} 1D2848 0600 3030 30304131`),
    );
  });

  test('GS r 1 asks for the paper status after the cut', () => {
    expect(hexOf({ receipt: 'gsR' })).toBe(bytes(`${START} ${CUT} 1D7201`));
  });

  test('what an interrupted ticket left is fed out and cut off', () => {
    expect(encodeCutOff().toString('hex')).toBe(bytes('1B40 1B4A28 1D564200'));
  });
});

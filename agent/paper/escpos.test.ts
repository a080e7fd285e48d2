import { describe, expect, test } from 'vitest';
import type { QrCode } from '../../paper/qr.js';
import { readProfile } from '../printer/profile.js';
import { encodeCutOff, encodeJob, type Dialect, type PrinterJob } from './escpos.js';
import type { Piece } from './pieces.js';

const PLAIN = readProfile('firmware-config/printers/virtual-80mm.json');

/** Bytes as Epson's ESC/POS command reference has them, written by hand. */
const bytes = (hex: string): string => hex.replace(/\s/g, '').toLowerCase();

const hexOf = (job: Partial<PrinterJob>, dialect: Partial<Dialect> = {}): string =>
  encodeJob(
    { ...PLAIN, ...dialect },
    {
      pieces: [],
      tailDots: 16,
      receipt: 'none',
      processId: '00A1',
      ...job,
    },
  ).toString('hex');

const qr = (code: QrCode): Piece => ({ kind: 'qr', code });

const START = '1B40 1B6101';
const CUT = '1D564210';

describe('the bytes of a ticket', () => {
  test('ESC @ (initialise), ESC a 1 (centre), GS V <Function B> (feed and partial cut)', () => {
    expect(hexOf({})).toBe(bytes(`${START} ${CUT}`));
  });

  test('ESC J feeds dots', () => {
    expect(hexOf({ pieces: [{ kind: 'feed', rows: 200 }] })).toBe(bytes(`${START} 1B4AC8 ${CUT}`));
  });

  test('GS v 0 has its width in bytes and its height in dots, low byte first', () => {
    const data = Uint8Array.from({ length: 2 * 258 }, (_, index) => index & 0xff);
    expect(hexOf({ pieces: [{ kind: 'raster', bytesPerRow: 2, rows: 258, data }] })).toBe(
      bytes(`${START} 1D763000 0200 0201 ${Buffer.from(data).toString('hex')} ${CUT}`),
    );
  });

  test('bytes over 7Fh are sent as they are, never as UTF-8', () => {
    const data = Uint8Array.of(0xa2, 0xff);
    expect(hexOf({ pieces: [{ kind: 'raster', bytesPerRow: 2, rows: 1, data }] })).toContain(
      bytes('1D763000 0200 0100 A2FF'),
    );
  });

  test('GS ( k <Functions 165, 167, 169, 180, 181>: QR Code, model 2', () => {
    expect(hexOf({ pieces: [qr({ text: 'https://q.eg/7', moduleDots: 6, level: 'M' })] })).toBe(
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
    expect(hexOf({ pieces: [qr({ text: 'A', moduleDots: 3, level: 'L' })] })).toContain(
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

  test('GS P makes a unit of feeding a dot where it is not', () => {
    const t88 = { dpi: 180, feedUnitsPerInch: 360 } as const;
    expect(hexOf({}, t88)).toBe(bytes(`1B40 1D50B4B4 1B6101 ${CUT}`));
  });

  test('GS ( L <Functions 112 and 50>: store graphics of 16 by 2 dots, and print them', () => {
    const band = {
      kind: 'raster',
      bytesPerRow: 2,
      rows: 2,
      data: Uint8Array.of(1, 2, 3, 4),
    } as const;
    expect(hexOf({ pieces: [band] }, { raster: { command: 'gs-l', maxBandRows: 255 } })).toBe(
      bytes(`${START} 1D284C 0E00 30 70 30 01 01 31 1000 0200 01020304 1D284C 0200 30 32 ${CUT}`),
    );
  });

  test('a length of GS ( L that reads as DLE EOT is sent as two graphics', () => {
    // 10 + 1030 bytes are 10h 04h.
    const band = {
      kind: 'raster',
      bytesPerRow: 10,
      rows: 103,
      data: new Uint8Array(1030),
    } as const;
    const sent = hexOf({ pieces: [band] }, { raster: { command: 'gs-l', maxBandRows: 255 } });
    expect(sent).not.toContain('1004');
    expect(sent).toContain(bytes('1D284C 1202 30 70 30 01 01 31 5000 3400'));
    expect(sent).toContain(bytes('1D284C 0802 30 70 30 01 01 31 5000 3300'));
  });

  test('ESC 3, GS !, the text and LF print a line as high on every model', () => {
    const text = { kind: 'text', text: 'A 105', width: 6, height: 6, leading: 6 } as const;
    expect(hexOf({ pieces: [text, { kind: 'feed', rows: 9 }] })).toBe(
      bytes(`${START} 1B3396 1D2155 4120313035 0A 1D2100 1B4A09 ${CUT}`),
    );
  });

  test('GS ( L <Function 69> prints a graphic from the memory', () => {
    expect(hexOf({ pieces: [{ kind: 'graphic', key: 'k7' }] })).toBe(
      bytes(`${START} 1D284C 0600 30 45 6B37 01 01 ${CUT}`),
    );
  });

  test('ESC L, ESC W, GS $, ESC $ and FF print a page, each mark by its lower left corner', () => {
    const text = { kind: 'text', text: 'A 105', width: 5, height: 5, leading: 0 } as const;
    const page: Piece = {
      kind: 'page',
      rows: 300,
      placed: [
        // Letters stand 21 of their 24 rows below the top.
        { mark: text, x: 260, y: 7, rows: 120 },
        { mark: { kind: 'graphic', key: 'k7' }, x: 16, y: 200, rows: 40 },
        {
          mark: { kind: 'qr', code: { text: 'A', moduleDots: 3, level: 'L' } },
          x: 0,
          y: 9,
          rows: 63,
        },
      ],
    };
    expect(hexOf({ pieces: [page], tailDots: 0 })).toBe(
      bytes(`${START} 1B4C 1B57 0000 0000 4002 2C01
        1D24 7000 1B24 0401 1D2144 4120313035
        1D24 F000 1B24 1000 1D284C 0600 30 45 6B37 01 01
        1D24 4800 1B24 0000
        1D286B 0400 31 41 3200
        1D286B 0300 31 43 03
        1D286B 0300 31 45 30
        1D286B 0400 31 50 30 41
        1D286B 0300 31 51 30
        0C 1D564200`),
    );
  });

  test('GS V <Function A> and ESC i cut where the paper is; so does a hand at the tear bar', () => {
    const by = (command: 'gs-v-1' | 'esc-i' | 'none'): string =>
      hexOf({}, { cut: { command, feedDots: 96, blankDots: 96 } });
    expect(by('gs-v-1')).toBe(bytes(`${START} 1B4A70 1D5601`));
    expect(by('esc-i')).toBe(bytes(`${START} 1B4A70 1B69`));
    expect(by('none')).toBe(bytes(`${START} 1B4A70`));
  });

  test('GS e 3 holds the ticket out after the cut', () => {
    expect(hexOf({}, { presenter: { steps: 10 } })).toBe(bytes(`${START} ${CUT} 1D65030A`));
  });

  test('what an interrupted ticket left is fed out and cut off', () => {
    expect(encodeCutOff(PLAIN).toString('hex')).toBe(bytes('1B40 1B4A28 1D564200'));
  });
});

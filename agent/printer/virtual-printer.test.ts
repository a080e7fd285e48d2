import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullPaper, plainPaper } from '../../tests/fixtures/paper.js';
import { encodeJob } from '../paper/escpos.js';
import { createPress } from '../paper/press.js';
import { readProfile, type PrinterProfile } from './profile.js';
import { CLEAR_BUFFER } from './receiver.js';
import type { Slip } from './virtual-paper.js';
import { VirtualPrinter } from './virtual-printer.js';

const profile = readProfile('firmware-config/printers/virtual-80mm.json');
const press = createPress(profile);

interface Bench {
  readonly printer: VirtualPrinter;
  readonly slips: Slip[];
  readonly said: number[];
}

async function bench(of: PrinterProfile = profile): Promise<Bench> {
  const slips: Slip[] = [];
  const said: number[] = [];
  const printer = new VirtualPrinter(of, (slip) => slips.push(slip));
  printer.onData((bytes) => said.push(...bytes));
  await printer.open();
  return { printer, slips, said };
}

const job = (processId: string, paper = plainPaper): Buffer =>
  encodeJob(profile, { ...press(paper), receipt: 'processId', processId });

const hex = (text: string): Uint8Array => Buffer.from(text.replace(/\s/g, ''), 'hex');
const settled = (): Promise<void> => Promise.resolve();

describe('a strict printer', () => {
  test.each([
    ['a control byte that is no command', '1B40 07', 2, 'is no command'],
    ['a byte over 7Eh as text', '1B40 C3', 2, 'is no command'],
    ['ESC Z', '1B40 1B5A03', 2, 'ESC 5Ah is not known'],
    ['GS Z', '1D5A02', 0, 'GS 5Ah is not known'],
    ['an alignment that there is not', '1B6107', 0, 'no alignment 7'],
    ['a cut without feed to the cutter', '1B4A10 1D5601', 3, 'this model has no gs-v-1'],
    ['a cut before anything was fed', '1B40 1D564200', 2, 'a cut without anything'],
    ['a raster in double size', '1D763003 0100 0100 FF', 0, 'm = 0'],
    ['a raster of no rows', '1D763000 0100 0000', 0, 'with 0 rows'],
    ['a raster wider than the paper', `1D763000 4900 0100 ${'FF'.repeat(73)}`, 0, '584 dots wide'],
    ['a band too high', `1D763000 0100 0001 ${'FF'.repeat(256)}`, 0, 'a band of 256 rows'],
    ['a band off the bytes', '1B6101 1D763000 0100 0100 FF', 3, 'within a byte'],
    ['GS v 0 within a line of text', '41 1D763000 0200 0100 FFFF', 1, 'is not finished'],
    ['GS ( k for another code', '1D286B 0300 304301', 0, 'no QR Code'],
    ['a QR code of model 1', '1D286B 0400 31413100', 0, '<Function 165>'],
    ['a QR code without data', '1D286B 0400 31413200 1D286B 0300 315130', 9, 'before its size'],
    ['a process id that is not ASCII', '1D2848 0600 3030 80414141', 0, 'four ASCII'],
    ['DLE EOT 9', '100409', 0, 'DLE 4 9 is not known'],
    ['a real-time command in a raster', '1D763000 0400 0100 00100401', 9, 'inside another'],
  ])('refuses %s, with its offset', async (_, bytes, offset, reason) => {
    const { printer } = await bench();
    const refusal = { offset, message: expect.stringContaining(reason) as string };
    await expect(printer.write(hex(bytes))).rejects.toMatchObject(refusal);
    await expect(printer.write(hex('1B40'))).rejects.toMatchObject(refusal);
  });

  test('knows every byte of our tickets, in pieces of any size', async () => {
    const whole = await bench();
    await whole.printer.write(job('0001', fullPaper));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1 }),
        async (cuts) => {
          const { printer, slips } = await bench();
          const bytes = job('0001', fullPaper);
          for (let at = 0, piece = 0; at < bytes.length; piece += 1) {
            const end = at + cuts[piece % cuts.length]!;
            await printer.write(bytes.subarray(at, end));
            at = end;
          }
          expect(slips).toEqual(whole.slips);
        },
      ),
      { numRuns: 10 },
    );
    expect(whole.slips).toHaveLength(1);
  });

  test('prints ASCII text in its own font, in the size that GS ! sets', async () => {
    const { printer, slips } = await bench();
    await printer.write(hex('1B40 1B6101 1D2111 412031 0A 1D2100 42 0A 1D564200'));
    expect(slips[0]!.bitmap.rows).toBe(48 + 30);
    expect(slips[0]!.bitmap.data.some((byte) => byte !== 0)).toBe(true);
  });
});

describe('a printer that is asked', () => {
  test.each([
    ['healthy', {}, [0x12, 0x12, 0x12, 0x12]],
    ['near the end of the paper', { isNearEnd: true }, [0x12, 0x12, 0x12, 0x1e]],
    ['without paper', { paperRows: 0 }, [0x1a, 0x32, 0x12, 0x7e]],
    ['open', { isCoverOpen: true }, [0x1a, 0x16, 0x12, 0x12]],
    ['with a stuck cutter', { isCutterStuck: true }, [0x1a, 0x52, 0x1a, 0x12]],
    ['mute', { isMute: true }, []],
  ])('answers DLE EOT 1 to 4 when %s', async (_, condition, bytes) => {
    const { printer, said } = await bench();
    printer.set(condition);
    await printer.write(hex('100401 100402 100403 100404'));
    await settled();
    expect(said).toEqual(bytes);
  });

  test('sends the process id when the ticket is out, GS r in its turn', async () => {
    const { printer, said, slips } = await bench();
    await printer.write(Buffer.concat([job('00Z9'), hex('1D7201')]));
    await settled();
    expect(slips).toHaveLength(1);
    expect(said).toEqual([0x37, 0x22, ...Buffer.from('00Z9'), 0, 0]);
  });
});

describe('a printer whose paper ends', () => {
  test('stops there, says nothing of the job, prints the rest on the next roll', async () => {
    const { printer, said, slips } = await bench();
    printer.set({ paperRows: 100 });
    await printer.write(job('0001'));
    await settled();
    expect(said).toEqual([]);
    expect(printer.unfinished.rows).toBe(100);
    printer.loadPaper();
    await settled();
    expect(slips).toHaveLength(1);
    expect(said).toEqual([0x37, 0x22, ...Buffer.from('0001'), 0]);
  });

  test('forgets the rest when it is told to', async () => {
    const { printer, said, slips } = await bench();
    printer.set({ paperRows: 100 });
    await printer.write(job('0001'));
    await printer.write(CLEAR_BUFFER);
    printer.loadPaper();
    await settled();
    expect(slips).toHaveLength(0);
    expect(said).toEqual([0x37, 0x25, 0]);
  });

  test('a job that its sender left in the middle is forgotten by the same command', async () => {
    const { printer, slips } = await bench();
    const bytes = job('0001');
    await printer.write(bytes.subarray(0, 1000));
    await printer.write(CLEAR_BUFFER);
    await printer.write(hex('1B40 1B4A28 1D564200'));
    await printer.write(bytes);
    expect(slips).toHaveLength(2);
  });
});

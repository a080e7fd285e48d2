import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../core/time.js';
import { emptyBitmap } from '../../paper/bitmap.js';
import { demoCentre } from '../../tests/fixtures/manager.js';
import { FakeClock, job, printBench, settled, START } from '../../tests/fixtures/printing.js';
import { profileOf } from '../../tests/fixtures/slips.js';
import { fileStore, type Store } from '../files.js';
import { VirtualPrinter } from '../printer/virtual-printer.js';
import { Equipment } from './equip.js';
import { encodeList, encodeStep } from './memory.js';
import { partsOf, type Part } from './parts.js';
import { rasterOf } from './press.js';
import { Shelf, WRITES_A_DAY_MAX } from './shelf.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-shelf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const demo = demoCentre();
const profile = profileOf('virtual-80mm');
const parts = partsOf(demo, rasterOf(576));

const memory = (): Store => {
  let kept: string | undefined;
  return { read: () => kept, keep: (text) => (kept = text) };
};
const newShelf = (store = memory()): { shelf: Shelf; store: Store } => {
  const shelf = new Shelf(store, profile);
  shelf.want(parts);
  return { shelf, store };
};

/** Everything that a shelf wants lies in the printer. */
const fill = (shelf: Shelf, printer?: VirtualPrinter, now = START): number => {
  for (let writes = 0; ; writes += 1) {
    const step = shelf.next(now);
    if (step === undefined) return writes;
    shelf.begin(step, now);
    if (step.kind === 'define') printer?.memory.define(step.part.key, step.part.bitmap);
    else printer?.memory.delete(step.key);
    shelf.end(step);
  }
};

const altered = (part: Part, mark: number): Part => {
  const bitmap = emptyBitmap(2, 2);
  bitmap.data[0] = mark;
  return { ...part, bitmap, key: `~${String.fromCharCode(0x21 + mark)}` };
};

describe('the bytes for the memory of a printer', () => {
  const hex = (bytes: Buffer): string => bytes.toString('hex');
  const part = {
    id: 'text x',
    key: 'k7',
    bitmap: { ...emptyBitmap(2, 1), data: Uint8Array.of(1, 2) },
  };

  test('GS ( L <Function 67> defines NV graphics of 16 by 1 dots; GS r tells the end', () => {
    const sent = encodeStep({ kind: 'define', part }, true);
    expect(hex(sent)).toBe('1d284c0d00304330' + '6b3701' + '10000100' + '31' + '0102' + '1d7201');
  });

  test('GS ( L <Function 66> deletes one, <Function 64> asks for all keys', () => {
    expect(hex(encodeStep({ kind: 'delete', key: 'k7' }, false))).toBe('1d284c040030426b37');
    expect(hex(encodeList())).toBe('1d284c040030404b43');
  });

  test('never FS q, which would wipe out all', () => {
    for (const part of parts)
      expect(encodeStep({ kind: 'define', part }, true)).not.toContain('\x1cq');
  });

  test('no real-time look-alike is in what is defined, whatever is drawn', async () => {
    const bytes = fc.oneof(...[0x10, 0x04, 0x05, 0x14, 0xff].map((byte) => fc.constant(byte)));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), bytes, bytes, async (rows, a, b) => {
        const drawn = emptyBitmap(5, rows);
        drawn.data.forEach((_, index) => (drawn.data[index] = index % 2 === 0 ? a : b));
        const printer = new VirtualPrinter(profile, () => undefined);
        await printer.open();
        const step = { kind: 'define', part: { ...part, bitmap: drawn } } as const;
        await printer.write(encodeStep(step, true));
        expect(printer.memory.keys).toEqual(['k7']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the shelf of a printer', () => {
  test('the same picture has the same key, whatever stands beside it', () => {
    const fewer = partsOf({ ...demo, services: demo.services.slice(3).reverse() }, rasterOf(576));
    const keys = new Map(parts.map(({ id, key }) => [id, key]));
    expect(fewer.every(({ id, key }) => keys.get(id) === key)).toBe(true);
    expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
  });

  test('is filled in one go, remembered through restarts, and not written again', () => {
    const { shelf, store } = newShelf();
    expect(shelf.graphicOf(parts[0]!.id)).toBeUndefined();
    expect(fill(shelf)).toBe(parts.length);
    expect(shelf.graphicOf(parts[0]!.id)).toEqual({
      key: parts[0]!.key,
      width: parts[0]!.bitmap.bytesPerRow * 8,
      rows: parts[0]!.bitmap.rows,
    });
    expect(fill(newShelf(store).shelf)).toBe(0);
  });

  test('afterwards takes at most ten writes a day, whatever changes', () => {
    const changes = fc.array(
      fc.record({ hours: fc.integer({ min: 1, max: 30 }), changed: fc.nat(60), mark: fc.nat(60) }),
      { minLength: 5, maxLength: 20 },
    );
    fc.assert(
      fc.property(changes, (steps) => {
        const { shelf } = newShelf();
        fill(shelf);
        const writes: number[] = [];
        let now = START;
        for (const { hours, changed, mark } of steps) {
          now += hours * 3_600_000;
          shelf.want(parts.map((part, index) => (index < changed ? altered(part, mark) : part)));
          writes.push(...Array.from({ length: fill(shelf, undefined, now) }, () => now));
        }
        for (const at of writes) {
          const day = writes.filter((other) => other > at - DAY_MS && other <= at);
          expect(day.length).toBeLessThanOrEqual(WRITES_A_DAY_MAX);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('makes room for what is new by what is no longer wanted', () => {
    const small = { nv: { capacityBytes: 8_192, keyList: true } };
    const shelf = new Shelf(memory(), small);
    shelf.want(parts.slice(0, 6));
    const printer = new VirtualPrinter({ ...profile, ...small }, () => undefined);
    fill(shelf, printer);
    shelf.want(parts.slice(20, 26));
    fill(shelf, printer, START + DAY_MS);
    const held = parts.slice(20, 26).filter(({ id }) => shelf.graphicOf(id) !== undefined);
    expect(held.length).toBeGreaterThan(0);
    expect(held.every(({ key }) => printer.memory.keys.includes(key))).toBe(true);
  });

  test('is kept in a file', () => {
    const file = join(folder, 'graphics.json');
    const { shelf } = newShelf(fileStore(file));
    const step = shelf.next(START)!;
    shelf.begin(step, START);
    shelf.end(step);
    expect(newShelf(fileStore(file)).shelf.graphicOf(parts[0]!.id)?.key).toBe(parts[0]!.key);
    writeFileSync(file, '{"graphics"');
    expect(newShelf(fileStore(file)).shelf.graphicOf(parts[0]!.id)).toBeUndefined();
  });

  test('a write that was begun and not ended is done again', () => {
    const { shelf, store } = newShelf();
    shelf.begin(shelf.next(START)!, START);
    const again = newShelf(store).shelf;
    expect(again.graphicOf(parts[0]!.id)).toBeUndefined();
    expect(again.next(START)).toMatchObject({ kind: 'define', part: parts[0] });
  });

  test('a printer that confirms nothing is not filled over and over', () => {
    const { shelf } = newShelf();
    let writes = 0;
    for (let step = shelf.next(START); step !== undefined; step = shelf.next(START)) {
      shelf.begin(step, START);
      writes += 1;
    }
    expect(writes).toBe(2 * parts.length);
  });

  test('what the printer says it holds counts; another printer is filled anew, once a day', () => {
    const { shelf } = newShelf();
    fill(shelf);
    shelf.found(
      parts.slice(1).map(({ key }) => key),
      START,
    );
    expect(fill(shelf)).toBe(1);
    shelf.found([], START + 1);
    expect(fill(shelf, undefined, START + 1)).toBe(WRITES_A_DAY_MAX - 1);
    shelf.found([], START + 2 * DAY_MS);
    expect(fill(shelf, undefined, START + 2 * DAY_MS)).toBe(parts.length);
  });
});

describe('a queue with equipment', () => {
  test('fills the printer while nothing is due, and asks it again when it was away', async () => {
    const clock = new FakeClock();
    const { shelf } = newShelf();
    const equipment = new Equipment(shelf, profile, clock);
    const it = printBench({}, equipment);
    await it.clock.pass(1_000);
    expect(it.printer.memory.keys.sort()).toEqual(parts.map(({ key }) => key).sort());
    const { writes } = it.printer.memory;
    it.queue.take(job());
    await it.clock.pass(5_000);
    expect(it.slips).toHaveLength(1);
    it.printer.memory.delete(parts[0]!.key);
    it.printer.set({ isUnplugged: true });
    await it.clock.pass(20_000);
    it.printer.set({ isUnplugged: false });
    await it.clock.pass(30_000);
    expect(it.printer.memory.keys).toContain(parts[0]!.key);
    expect(it.printer.memory.writes).toBe(writes + 2);
    await settled();
  });
});

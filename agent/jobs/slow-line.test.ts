import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FakeClock, job, press, START } from '../../tests/fixtures/printing.js';
import { readProfile } from '../printer/profile.js';
import type { Slip } from '../printer/virtual-paper.js';
import { VirtualPrinter } from '../printer/virtual-printer.js';
import type { DeviceLink } from '../wires/link.js';
import { Journal } from './journal.js';
import { PrintQueue } from './queue.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-slow-'));
afterAll(() => rmSync(folder, { recursive: true }));

const profile = readProfile('firmware-config/printers/virtual-80mm.json');
/** 115200 baud, eight bits and two more for each byte. */
const MS_PER_BYTE = 10_000 / 115_200;

/** A line whose buffers take everything at once, and whose far end gets it byte by byte. */
const slowLine = (printer: VirtualPrinter, clock: FakeClock): DeviceLink => {
  let freeAt = 0;
  return {
    msPerByte: MS_PER_BYTE,
    open: () => printer.open(),
    close: () => printer.close(),
    onData: (listener) => printer.onData(listener),
    onLost: (listener) => printer.onLost(listener),
    write: async (bytes) => {
      freeAt = Math.max(freeAt, clock.now()) + bytes.length * MS_PER_BYTE;
      const held = bytes.slice();
      clock.after(freeAt - clock.now(), () => void printer.write(held));
    },
  };
};

test('a question behind a ticket on a slow line is waited for: one paper comes', async () => {
  const slips: Slip[] = [];
  const clock = new FakeClock();
  const printer = new VirtualPrinter(profile, (slip) => slips.push(slip));
  const states: string[] = [];
  const printers: string[] = [];
  const queue = new PrintQueue({
    ...{ link: slowLine(printer, clock), profile, clock, press },
    journal: new Journal(join(folder, 'journal')),
    onJob: ({ state }) => states.push(state),
    onPrinter: (state) => printers.push(state),
    onFeed: () => undefined,
    onPaperLeft: () => undefined,
  });
  const running = queue.run();
  await clock.pass(100);
  queue.take(job('s:1/0', START));
  await clock.pass(10_000);
  expect(states.at(-1)).toBe('confirmed');
  expect(slips).toHaveLength(1);
  expect(printers).not.toContain('away');
  queue.stop();
  await clock.pass(2_000);
  await running;
});

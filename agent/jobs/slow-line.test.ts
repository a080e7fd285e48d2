import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FakeClock, job, START } from '../../tests/fixtures/printing.js';
import { createPress } from '../paper/press.js';
import { readProfile } from '../printer/profile.js';
import type { Slip } from '../printer/virtual-paper.js';
import { VirtualPrinter } from '../printer/virtual-printer.js';
import type { DeviceLink } from '../wires/link.js';
import { Journal } from './journal.js';
import { PrintQueue } from './queue.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-slow-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Eight bits and two more for each byte. */
const msPerByteAt = (baudRate: number): number => 10_000 / baudRate;

/** A line whose buffers take everything at once, and whose far end gets it byte by byte. */
const slowLine = (printer: VirtualPrinter, clock: FakeClock, baudRate: number): DeviceLink => {
  const msPerByte = msPerByteAt(baudRate);
  let freeAt = 0;
  return {
    msPerByte,
    open: () => printer.open(),
    close: () => printer.close(),
    onData: (listener) => printer.onData(listener),
    onLost: (listener) => printer.onLost(listener),
    write: async (bytes) => {
      freeAt = Math.max(freeAt, clock.now()) + bytes.length * msPerByte;
      const held = bytes.slice();
      clock.after(freeAt - clock.now(), () => void printer.write(held));
    },
  };
};

const virtual = readProfile('firmware-config/printers/virtual-80mm.json');
const bixolon = readProfile('firmware-config/printers/bixolon-srp-350.json');
const generic = readProfile('firmware-config/printers/generic-80mm.json');

test.each([
  { what: 'a process id', profile: virtual, baudRate: 115_200, end: 'confirmed' },
  { what: 'a process id, slower', profile: virtual, baudRate: 19_200, end: 'confirmed' },
  { what: 'an answer in turn', profile: bixolon, baudRate: 19_200, end: 'confirmed' },
  { what: 'nothing at all', profile: generic, baudRate: 19_200, end: 'assumed' },
])('behind a ticket on a slow line, $what is waited for', async ({ profile, baudRate, end }) => {
  const slips: Slip[] = [];
  const clock = new FakeClock();
  const printer = new VirtualPrinter(profile, (slip) => slips.push(slip));
  const states: string[] = [];
  const printers: string[] = [];
  let slipsAtEnd = 0;
  const queue = new PrintQueue({
    ...{ link: slowLine(printer, clock, baudRate), profile, clock },
    press: createPress(profile, { mode: 'raster' }),
    journal: new Journal(join(mkdtempSync(join(folder, 'line-')), 'journal')),
    onJob: ({ state }) => {
      states.push(state);
      if (state === end) slipsAtEnd = slips.length;
    },
    onPrinter: (state) => printers.push(state),
    onFeed: () => undefined,
    onPaperLeft: () => undefined,
  });
  const running = queue.run();
  await clock.pass(100);
  queue.take(job('s:1/0', START));
  await clock.pass(60_000);
  expect(states.at(-1)).toBe(end);
  expect(states.filter((state) => state === 'sending')).toHaveLength(1);
  expect({ slips: slips.length, slipsAtEnd }).toEqual({ slips: 1, slipsAtEnd: 1 });
  expect(printers).not.toContain('away');
  queue.stop();
  await clock.pass(2_000);
  await running;
});

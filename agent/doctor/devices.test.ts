import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { afterAll, describe, expect, test } from 'vitest';
import { display } from '../../tests/fixtures/bus.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { openPty, type Pty } from '../../tests/fixtures/pty.js';
import type { BusPlan } from '../bus/devices.js';
import { playersOf } from '../buses.js';
import { readScanner } from '../bus/scanner.js';
import { VirtualBus } from '../bus/virtual-bus.js';
import { machineClock } from '../clock.js';
import type { PrinterSettings } from '../devices.js';
import { readProfile } from '../printer/profile.js';
import { VirtualPrinter } from '../printer/virtual-printer.js';
import { busFindings, printerFindings, scannerFindings, type DeviceParts } from './devices.js';
import { exitCodeOf, wordsOf, type Finding } from './finding.js';
import { FINDINGS } from './words.js';

const SCANNERS = 'firmware-config/scanners';
const folder = mkdtempSync(join(tmpdir(), 'dawr-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

const parts: DeviceParts = {
  ...{ clock: machineClock, data: folder, groups: null, isPrinting: false },
};
const profile = readProfile('firmware-config/printers/epson-tm-t20iii.json');
const lineTo = (path: string): PrinterSettings => ({
  ...{ profile, rollM: 80, render: 'raster' },
  link: { kind: 'serial', path, baudRate: 115_200, flow: 'none' },
});

/** A printer at the far end of a serial line. */
const onLine = async (
  act: (pty: Pty, printer: VirtualPrinter, slips: () => number) => Promise<void>,
) => {
  let slips = 0;
  const printer = new VirtualPrinter(profile, () => (slips += 1));
  await printer.open();
  const pty = await openPty((bytes) => {
    void printer.write(bytes);
    return new Uint8Array();
  });
  printer.onData((bytes) => void pty.say(bytes));
  try {
    await act(pty, printer, () => slips);
  } finally {
    await pty.remove();
  }
};
const codes = async (settings: PrinterSettings, more: Partial<DeviceParts> = {}) =>
  (await printerFindings('k1', settings, { ...parts, ...more })).map(({ code }) => code);

describe('a printer on a serial line', () => {
  test('that is well, and prints a test when asked to', () =>
    onLine(async ({ near }, printer, slips) => {
      expect(await codes(lineTo(near))).toEqual(['printer.ok']);
      expect(slips()).toBe(0);
      expect(await codes(lineTo(near), { isPrinting: true })).toEqual(['printer.ok', 'print.sent']);
      await expect.poll(slips).toBe(1);
      printer.set({ isNearEnd: true });
      expect(await codes(lineTo(near))).toEqual(['printer.nearEnd']);
    }));

  test.each([
    [{ paperRows: 0 }, 'printer.paperEnd'],
    [{ isCoverOpen: true }, 'printer.coverOpen'],
    [{ isCutterStuck: true }, 'printer.jam'],
  ])('with %o, and nothing is printed on it', (condition, code) =>
    onLine(async ({ near }, printer, slips) => {
      printer.set(condition);
      expect(await codes(lineTo(near), { isPrinting: true })).toEqual([code]);
      expect(slips()).toBe(0);
    }),
  );

  test('that hears nothing, as at the wrong speed', async () => {
    const pty = await openPty(() => new Uint8Array());
    expect(await codes(lineTo(pty.near))).toEqual(['printer.silent']);
    await pty.remove();
  });

  test('that the agent holds, that was unplugged, that the agent may not use', () =>
    onLine(async (pty) => {
      const port = new SerialPort({ path: pty.near, baudRate: 115_200, lock: true });
      await once(port, 'open');
      expect(await codes(lineTo(pty.near))).toEqual(['device.busy']);
      await new Promise((closed) => port.close(closed));
      const groups = join(folder, 'group');
      const { gid } = statSync(pty.near);
      writeFileSync(groups, `dialout:x:${gid + 1}:\nelse:x:${gid}:\n`);
      expect(await codes(lineTo(pty.near), { groups })).toEqual(['path.forbidden']);
      await pty.unplug();
      expect(await codes(lineTo(pty.near))).toEqual(['path.missing']);
    }));
});

test('a printer in the network that is off, and one that tells nothing', async () => {
  const listener = createServer((socket) => void socket.resume().on('error', () => undefined));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const dumb = readProfile('firmware-config/printers/generic-58mm.json');
  const link = { kind: 'tcp', host: '127.0.0.1', port } as const;
  expect(await codes({ profile: dumb, link, rollM: 80, render: 'raster' })).toEqual([
    'printer.dumb',
  ]);
  await new Promise((closed) => listener.close(closed));
  expect(await codes({ profile, link, rollM: 80, render: 'raster' })).toEqual(['printer.away']);
});

test('a scanner that is there, and one that was unplugged', async () => {
  const pty = await openPty(() => new Uint8Array());
  const scanner = readScanner(join(SCANNERS, readdirSync(SCANNERS)[0] ?? ''));
  const plan = { name: 's1', place: 'k1', profile: scanner } as const;
  const ask = async (): Promise<string[]> => {
    const link = { kind: 'serial', path: pty.near } as const;
    return (await scannerFindings({ ...plan, link }, parts)).map(({ code }) => code);
  };
  expect(await ask()).toEqual(['scanner.ok']);
  await pty.unplug();
  expect(await ask()).toEqual(['path.missing']);
  const link = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;
  expect((await scannerFindings({ ...plan, link }, parts))[0]?.code).toBe('scanner.away');
  await pty.remove();
});

describe('a bus of displays', () => {
  const modbus = display('modbus-number-5');
  const planAt = (path: string): BusPlan => ({
    name: 'hall',
    link: { kind: 'serial', path },
    line: modbus.line,
    displays: [1, 2].map((address) => ({
      ...{ profile: modbus, address, shows: { counter: `c${address}` } },
    })),
    ...{ keypads: [], relays: [] },
  });

  test('shows each its address, and names the one that does not answer', async () => {
    const plan = planAt('/nowhere');
    const players = playersOf({ ...plan, displays: plan.displays.slice(0, 1) });
    const far = new VirtualBus(players, () => undefined);
    await far.open();
    // Where nothing hangs, nothing hears: frames begin with the address.
    const pty = await openPty((bytes) => {
      if (bytes[0] === 1) void far.write(bytes);
      return new Uint8Array();
    });
    far.onData((bytes) => void pty.say(bytes));
    const found = await busFindings(planAt(pty.near), parts);
    expect(found.map(({ code, values }) => [code, values['address'] ?? values['count']])).toEqual([
      ['bus.silent', 2],
      ['bus.ok', 1],
    ]);
    await pty.unplug();
    expect((await busFindings(planAt(pty.near), parts)).map(({ code }) => code)).toEqual([
      'path.missing',
    ]);
    await pty.remove();
  });

  test('of many slow ones is waited for as long as they take', async () => {
    const slow = display('apertum-6');
    const plan: BusPlan = {
      ...{ name: 'long', link: { kind: 'virtual' }, line: slow.line, keypads: [], relays: [] },
      displays: Array.from({ length: 64 }, (_, at) => ({
        ...{ profile: slow, address: 32 + at, shows: { counter: 'c1' } },
      })),
    };
    const clock = new FakeClock();
    let found: readonly Finding[] | undefined;
    const finding = busFindings(plan, { ...parts, clock }).then((all) => (found = all));
    for (let s = 0; s < 60 && found === undefined; s += 1) await clock.pass(1_000);
    expect((await finding).map(({ code, values }) => [code, values['count']])).toEqual([
      ['bus.ok', 64],
    ]);
  });
});

describe('what is said', () => {
  test.each(Object.entries(FINDINGS))('%s asks for the same in both languages', (_, words) => {
    const asked = (lines: readonly string[]): string[] =>
      [...new Set(lines.join(' ').match(/\{\w+\}/g))].sort();
    expect(asked(words.ar)).toEqual(asked(words.en));
    expect(words.ar[1] === '').toBe(words.en[1] === '');
    for (const [what] of [words.ar, words.en]) expect(what).not.toBe('');
  });

  test('is what is so and what to do', async () => {
    const [finding] = await printerFindings('k1', lineTo('/dev/dawr/none'), parts);
    expect(wordsOf(finding!, 'en')).toBe(
      '✗ /dev/dawr/none is not there\n    → plug the device into its socket and turn it on',
    );
    expect(wordsOf(finding!, 'ar')).toContain('وصّل الجهاز');
    expect(exitCodeOf([finding!])).toBe(1);
  });
});

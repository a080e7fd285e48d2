import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { devicesSchema, readDevices, ticketSeconds } from './devices.js';

const PROFILES = 'firmware-config/printers';
const folder = mkdtempSync(join(tmpdir(), 'dawr-devices-'));
const file = join(folder, 'devices.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (printers: object) => {
  writeFileSync(file, JSON.stringify({ printers }));
  return readDevices(file, PROFILES);
};
const serial = (baudRate: number) => ({
  profile: 'virtual-80mm',
  link: { kind: 'serial', path: '/dev/ttyS0', baudRate, flow: 'rtscts' },
});

describe('the devices beside an agent', () => {
  test('each kiosk has a printer and the way to it', () => {
    const tcp = { profile: 'virtual-80mm', link: { kind: 'tcp', host: '10.0.0.7' } };
    const found = read({ k1: serial(115_200), k2: tcp });
    expect(found.get('k1')?.link).toMatchObject({ kind: 'serial', baudRate: 115_200 });
    expect(found.get('k2')?.link).toEqual({ kind: 'tcp', host: '10.0.0.7', port: 9100 });
    expect(found.get('k2')?.profile.width.dots).toBe(576);
  });

  test('a line on which visitors would wait for their tickets is refused', () => {
    expect(ticketSeconds(read({ k1: serial(115_200) }).get('k1')!)).toBeLessThan(2.5);
    expect(() => read({ k1: serial(38_400) })).toThrow('printers.k1.link: a ticket would take 6.5');
    expect(() => read({ k1: serial(9600) })).toThrow('set printer and line to 115200 baud');
  });

  test('a way that the model does not have is refused, with those that it has', () => {
    const kpm = (link: object) => ({ k1: { profile: 'custom-kpm', link } });
    expect(() => read(kpm({ kind: 'tcp', host: '10.0.0.7' }))).toThrow(
      'printers.k1.link.kind: the Custom KPM180H, KPM216H (80 mm) has no tcp: use serial or file',
    );
    const line = { kind: 'serial', path: '/dev/ttyS0' };
    expect(() => read(kpm({ ...line, baudRate: 230_400, flow: 'rtscts' }))).toThrow(
      'link.baudRate: the Custom KPM180H, KPM216H (80 mm) has 9600, 19200',
    );
    expect(() => read(kpm({ ...line, baudRate: 115_200, flow: 'none' }))).toThrow('link.flow: ');
  });

  test('a mistake is told by file, place and reason', () => {
    expect(() => read({ k1: serial(1234) })).toThrow(`${file}: printers.k1.link.baudRate: `);
    const usb = { profile: 'virtual-80mm', link: { kind: 'usb' } };
    expect(() => read({ k1: usb })).toThrow(`${file}: printers.k1.link.kind: `);
    const none = { profile: 'none', link: { kind: 'virtual' } };
    expect(() => read({ k1: none })).toThrow('printers/none.json: cannot be read');
    expect(() => read({ K1: none })).toThrow('is not the id of a kiosk');
  });

  test('the JSON Schema for editors says what the agent checks', async () => {
    const schema = z.toJSONSchema(devicesSchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../firmware-config/schema/devices.schema.json');
  });
});

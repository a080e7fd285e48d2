import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { devicesSchema, readDevices } from './devices.js';
import { estimate, TICKET_S_MAX } from './paper/estimate.js';
import { RENDER_MODES } from './paper/press.js';
import { PROFILES as MODELS } from '../tests/fixtures/slips.js';

const PROFILES = 'firmware-config';
const folder = mkdtempSync(join(tmpdir(), 'dawr-devices-'));
const file = join(folder, 'devices.json');
afterAll(() => rmSync(folder, { recursive: true }));

const read = (printers: object) => {
  writeFileSync(file, JSON.stringify({ printers }));
  return readDevices(file, PROFILES).printers;
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

  test('the best way of rendering is taken that is fast enough, or the one that is wished', () => {
    const modeOf = (entry: object) => read({ k1: entry }).get('k1')?.render;
    expect(modeOf(serial(115_200))).toBe('raster');
    expect(modeOf(serial(9600))).toBe('hybrid');
    expect(modeOf({ ...serial(115_200), render: 'hybrid' })).toBe('hybrid');
    expect(modeOf({ ...serial(9600), render: 'ascii' })).toBe('ascii');
  });

  test('a line on which visitors would wait is refused, with the ways out', () => {
    expect(() => read({ k1: { ...serial(9600), render: 'raster' } })).toThrow(
      /link: a ticket as raster would take 3\d\.\d s, at most 5: set printer and line to 115200 /,
    );
    const bare = { ...serial(9600), profile: 'snbc-bk' };
    expect(() => read({ k1: bare })).toThrow(/to 115200 baud, or "render": "ascii" takes 0/);
    expect(() => read({ k1: { ...bare, render: 'hybrid' } })).toThrow(
      'printers.k1.render: the SNBC BT-T080, BK-T080, BK-T680 stores no graphics',
    );
  });

  test.each(MODELS)('on every line, the $id has a way of 5 s, or it is said why not', (profile) => {
    for (const baudRate of profile.link.serial?.baudRates ?? []) {
      const link = {
        kind: 'serial',
        path: '/dev/ttyS0',
        baudRate,
        flow: profile.link.serial!.flow[0]!,
      } as const;
      const fast = RENDER_MODES.filter((mode) => {
        if (mode === 'hybrid' && profile.nv === null) return false;
        return estimate({ profile, link }, mode).seconds <= TICKET_S_MAX;
      });
      const wished = fast.filter((mode) => mode !== 'ascii')[0];
      const entry = { k1: { profile: profile.id, link } };
      if (wished === undefined) expect(() => read(entry)).toThrow('a ticket as raster would take');
      else expect(read(entry).get('k1')?.render).toBe(wished);
      expect(fast).toContain('ascii');
    }
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

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { hashOf, machineManifestSchema, signedBy } from '../agent/machine/signed.js';
import { renderBundle } from './bundle.js';
import { FIRMWARE, readCentre } from './centre.js';
import { signer } from './keys.js';
import { jsonSchemaOf, machineSchema, siteSchema } from './files.js';
import { policyMistakes } from './policy.js';
import { Site } from '../tests/machines/site.js';

/** Written anew by `npx vitest run provision -u`. */
test.each([
  ['site', siteSchema],
  ['device', machineSchema],
])('the JSON Schema of %s for editors is that of this code', async (name, schema) => {
  const text = await format(JSON.stringify(jsonSchemaOf(schema)), {
    parser: 'json',
    printWidth: 100,
  });
  await expect(text).toMatchFileSnapshot(`../firmware-config/schema/${name}.schema.json`);
});

const centres = readdirSync(join(FIRMWARE, 'centres'));
test.each(centres)('every machine of %s can be rendered', async (id) => {
  const centre = await readCentre(join(FIRMWARE, 'centres', id));
  expect(centre.machines.size).toBeGreaterThan(0);
  for (const [name, machine] of centre.machines) {
    const bundle = renderBundle({ centre, name, machine }, null);
    for (const [path, { text }] of bundle) {
      expect(text, path).not.toMatch(/\{\{|undefined|\[object/);
    }
  }
});

/** What the centre's own files say, and what is made of all the rest. */
const TAKEN_OVER = /(centre|devices|manifest)\.json$|manifest\.sig$|user-data$/;

describe('a bundle', () => {
  test('is the same each time, and what it was when it was last looked at', async () => {
    using site = new Site();
    const lines: string[] = [];
    for (const place of await site.places()) {
      const bundle = renderBundle(place, site.sign);
      expect(renderBundle(place, site.sign)).toEqual(bundle);
      lines.push(`# ${place.name}`);
      for (const [path, { text, mode }] of bundle) {
        if (TAKEN_OVER.test(path)) continue;
        lines.push(`${hashOf(text).slice(0, 16)} ${mode} ${path}`);
      }
    }
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('golden/bundles.txt');
  });

  test('holds these words for a kiosk', async () => {
    using site = new Site();
    const bundle = renderBundle(await site.place('kiosk-1'), site.sign);
    for (const path of [
      'root/etc/systemd/system/dawr-page.service',
      'root/etc/systemd/system/dawr-agent.service',
      'root/etc/chromium/policies/managed/dawr.json',
      'root/etc/nftables.conf',
      'root/etc/udev/rules.d/70-dawr.rules',
      'root/etc/dawr/machine.json',
      'root/usr/local/lib/dawr/page',
      'README.md',
    ]) {
      const name = path.split('/').at(-1) ?? '';
      await expect(bundle.get(path)?.text).toMatchFileSnapshot(`golden/kiosk-1/${name}.txt`);
    }
  });

  test('names each of its files with its hash, under a signature of the centre', async () => {
    using site = new Site();
    for (const place of await site.places()) {
      const bundle = renderBundle(place, site.sign);
      const manifest = bundle.get('manifest.json')?.text ?? '';
      const signature = bundle.get('manifest.sig')?.text ?? '';
      const { files } = signedBy({ manifest, signature }, site.releaseKey, machineManifestSchema);
      const below = place.machine.os.startsWith('windows') ? 'windows' : 'root';
      expect(files).toHaveLength([...bundle.keys()].filter((p) => p.startsWith(below)).length);
      for (const { path, sha256 } of files) {
        expect(hashOf(bundle.get(`${below}${path}`)?.text ?? '')).toBe(sha256);
      }
      const other = manifest.replace('"schema": 1', '"schema": 1 ');
      expect(() =>
        signedBy({ manifest: other, signature }, site.releaseKey, machineManifestSchema),
      ).toThrow('not signed');
    }
  });
});

test('the manifest names the profile of each device, by its kind', async () => {
  using site = new Site();
  const modem = { profile: 'generic', link: { kind: 'tcp', host: '10.20.0.41', port: 4001 } };
  site.edit(
    'centre.json',
    (json) => (json['server'] = { ...Object(json['server']), sms: { modem: 'a1' } }),
  );
  site.edit('devices/kiosk-1.json', ({ agent }) =>
    Object.assign(Object(Object(agent).devices), { modem }),
  );
  const text = renderBundle(await site.place('kiosk-1'), null).get('manifest.json')?.text ?? '';
  const { profiles } = machineManifestSchema.parse(JSON.parse(text));
  expect(Object.keys(profiles)).toEqual([
    ...['displays/apertum-6', 'keypads/apertum-keys', 'modems/generic'],
    ...['printers/epson-tm-t20iii', 'printers/snbc-bk', 'relays/waveshare-8', 'scanners/serial-cr'],
  ]);
  for (const [name, sha256] of Object.entries(profiles)) {
    expect(hashOf(readFileSync(join(FIRMWARE, `${name}.json`)))).toBe(sha256);
  }
});

describe('a folder that does not hold together is refused, with file, place and reason', () => {
  const refusal = async (name: string, edit: (json: Record<string, unknown>) => void) => {
    using site = new Site();
    site.edit(name, edit);
    return await readCentre(site.folder).then(
      () => 'accepted',
      (error: Error) => error.message.replaceAll(`${site.folder}/`, ''),
    );
  };
  const set = (place: string, value: unknown) => (json: Record<string, unknown>) => {
    const keys = place.split('.');
    const last = keys.pop() ?? '';
    let at: Record<string, unknown> = json;
    for (const key of keys) at = at[key] as Record<string, unknown>;
    if (value === undefined) Reflect.deleteProperty(at, last);
    else at[last] = value;
  };

  const kiosk = 'devices/kiosk-1.json';
  const line = { kind: 'tcp', host: '10.20.0.32', port: 9100 };
  const modem = { profile: 'generic', link: { kind: 'tcp', host: '10.20.0.41', port: 4001 } };
  const bus = (first: number, second: number, counter = 'c1') => ({
    link: { kind: 'tcp', host: '10.20.0.40', port: 4001 },
    displays: [
      { profile: 'modbus-number-5', address: first, counter },
      { profile: 'modbus-number-5', address: second, counter: 'c2' },
    ],
  });
  test.each([
    [kiosk, 'colour', 'red', 'colour: is not known here'],
    [kiosk, 'role', 'tablet', 'role: "tablet" is not known here'],
    [kiosk, 'page', undefined, 'page: shows a kiosk'],
    [kiosk, 'page.app', 'desk', 'page: shows a kiosk'],
    [kiosk, 'page.id', 'k9', 'page.id: the centre has no kiosk k9'],
    [kiosk, 'zone', 'roof', 'zone: the centre has no zone roof'],
    [kiosk, 'os', 'windows-11', 'os: a kiosk runs on Debian'],
    [kiosk, 'agent.id', 'a9', 'agent.id: the centre has no agent a9'],
    [kiosk, 'agent.devices.printers.k3', { profile: 'virtual-80mm', link: line }, 'k3: is not'],
    [kiosk, 'agent.devices.printers.k2', undefined, 'lacks k2, whose tickets the agent a1'],
    [kiosk, 'agent.devices.printers.k2.profile', 'nobody', 'nobody.json: cannot be read'],
    [
      kiosk,
      'agent.devices.printers.k1.link.baudRate',
      9600,
      's, at most 5: set printer and line to 115200',
    ],
    [kiosk, 'agent.devices.printers.k1.link.path', '/dev/dawr/x', 'usb names no /dev/dawr/x'],
    [kiosk, 'agent.devices.printers.k1.link', line, 'two devices share 10.20.0.32:9100'],
    [kiosk, 'usb', [], 'usb names no /dev/dawr/printer'],
    [kiosk, 'agent.devices.buses', { hall: bus(3, 3) }, 'is already the address of displays.0'],
    [kiosk, 'agent.devices.buses', { hall: bus(3, 4, 'c99') }, 'the centre has no counter c99'],
    [kiosk, 'agent.devices.buses', { hall: bus(3, 4, 'c7') }, 'is not told of c7: add it'],
    [kiosk, 'agent.devices.buses', { hall: bus(3, 4) }, 'lacks modbus-number-5: add it'],
    [kiosk, 'agent.devices.modem', modem, 'name the agent a1 in server.sms.modem'],
    ['devices/kiosk-2.json', 'page.id', 'k1', 'the kiosk k1 is already on kiosk-1'],
    ['devices/board-ground.json', 'zone', 'first', 'the board hall-1 shows ground, not first'],
    ['devices/board-ground.json', 'role', 'server', 'page: a server shows none'],
    ['site.json', 'server', 'http://10.20.0.2:4000', 'is http beyond one machine'],
    ['site.json', 'server', 'https://10.20.0.2:4000/x', 'has a path'],
    ['site.json', 'releaseKey', 'abc', 'releaseKey: "abc" is not an Ed25519 key'],
    ['site.json', 'networks', ['10.20.0'], 'is not an IPv4 network'],
    ['centre.json', 'version', 2, 'version: 2 is not known here'],
  ])('%s: %s', async (file, place, value, reason) => {
    const said = await refusal(file, set(place, value));
    expect(said).toContain(file.replace('devices/', ''));
    expect(said).toContain(reason);
  });

  test.each(['كشك.json', 'Kiosk 1; reboot.json', 'kiosk-3.json.bak', '.json'.padStart(46, 'k')])(
    'a machine whose file is %s',
    async (file) => {
      using site = new Site();
      site.write(`devices/${file}`, '{}');
      site.write('devices/.DS_Store', 'left by a file manager');
      await expect(readCentre(site.folder)).rejects.toThrow(`devices/${file}: rename it`);
    },
  );

  test('two bad files are named at once', async () => {
    using site = new Site();
    site.edit(kiosk, set('role', 1));
    site.edit('devices/desk-1.json', set('os', 1));
    await expect(readCentre(site.folder)).rejects.toThrow(/desk-1[^]*kiosk-1/);
  });

  test('a key that the machines do not trust signs nothing', async () => {
    using site = new Site();
    const { site: trusted } = await readCentre(site.folder);
    expect(() => signer(site.strange().file, trusted.releaseKey ?? '')).toThrow(
      'is not the key whose public half is releaseKey',
    );
  });

  test('only known policies, of their type, are rendered', async () => {
    using site = new Site();
    for (const place of await site.places()) {
      const text = renderBundle(place, null).get('root/etc/chromium/policies/managed/dawr.json');
      if (text === undefined) continue;
      const policy = JSON.parse(text.text) as Record<string, unknown>;
      expect(policyMistakes(policy)).toEqual([]);
      expect(policy['DeveloperToolsAvailability']).toBe(2);
      expect(policy['TranslateEnabled']).toBe(false);
      for (const url of policy['URLAllowlist'] as string[]) expect(url).not.toMatch(/\*|\/$/);
    }
    expect(
      policyMistakes({ TranslatEnabled: false, URLAllowlist: 'x', BrowserSignin: true }),
    ).toHaveLength(3);
  });
});

test('files of udev name sockets in a grammar of their own', async () => {
  using site = new Site();
  const part = /^(?:[A-Z]+|(?:ENV|IMPORT|ATTRS?)\{\w+\})(?:==|\+=|=)"[^"]*"$/;
  for (const place of await site.places()) {
    const rules = renderBundle(place, null).get('root/etc/udev/rules.d/70-dawr.rules')?.text ?? '';
    for (const line of rules.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
      for (const each of line.split(', ')) expect(each).toMatch(part);
    }
  }
  expect(readFileSync(join(FIRMWARE, 'templates', 'logind.conf'), 'utf8')).toContain('NAutoVTs=0');
});

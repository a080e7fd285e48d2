import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hashOf } from '../agent/machine/signed.js';
import { GRAMMARS } from '../core/voice/script.js';
import { BUILT_VOICE, PROJECT } from '../node/place.js';
import { readPack } from '../server/voice/installed.js';
import { synthesise, type Scripts } from '../server/voice/synthesis.js';
import { toneWav } from '../tests/fixtures/voice.js';
import { Site } from '../tests/machines/site.js';
import { renderBundle } from './bundle.js';
import { readCentre } from './centre.js';
import { stageVoice } from './voice.js';

const SERVER = 'server-1';

describe('what a server is rendered with', () => {
  const given = {
    ...{ host: '10.20.0.2', port: 1, phonePort: 4002, tls: null, data: 'elsewhere' },
    ...{ voice: 'clips', names: ['queue.example'], pilot: true },
    sms: { gateway: 'json-bearer', perTicketMax: 2, perDayMax: 40 },
  };

  test("is its centre's file, field by field; only paths and door are its own", async () => {
    using site = new Site();
    site.edit('centre.json', (file) => (file['server'] = given));
    const place = await site.place(SERVER);
    const text = renderBundle(place, null).get('root/etc/dawr/centre.json')?.text ?? '';
    const { server, ...configuration } = JSON.parse(text) as Record<string, unknown>;
    expect(server).toEqual({
      ...place.centre.server,
      ...{ host: '0.0.0.0', port: 4000, data: '/var/lib/dawr/server' },
      tls: { cert: '/etc/dawr/tls/cert.pem', key: '/etc/dawr/tls/key.pem' },
      voice: '/opt/dawr/current/voice',
    });
    const { sms, names, phonePort, pilot } = given;
    expect(server).toMatchObject({ sms, names, phonePort, pilot });
    expect(configuration).toEqual(place.centre.configuration);
  });

  test.each([
    ['https://10.20.0.10:4000', null, ''],
    ['https://10.20.0.10', null, 'CAP_NET_BIND_SERVICE'],
    ['https://10.20.0.10:4000', 443, 'CAP_NET_BIND_SERVICE'],
  ])('lets it listen at %s, phones at %s', async (url, phonePort, capability) => {
    using site = new Site();
    site.edit('site.json', (file) => (file['server'] = url));
    site.edit('centre.json', (file) => (file['server'] = { ...given, phonePort }));
    const bundle = renderBundle(await site.place(SERVER), null);
    const unit = bundle.get('root/etc/systemd/system/dawr-server.service')?.text ?? '';
    const told = unit.split('\n').filter((line) => /^\w*Capabilit/.test(line));
    const ambient = capability === '' ? [] : [`AmbientCapabilities=${capability}`];
    expect(told).toEqual([...ambient, `CapabilityBoundingSet=${capability}`]);
  });

  test('gives it the secrets that are named, and tells the technician of them', async () => {
    using site = new Site();
    site.edit('centre.json', (file) => (file['server'] = given));
    const bundle = renderBundle(await site.place(SERVER), null);
    const unit = bundle.get('root/etc/systemd/system/dawr-server.service')?.text;
    expect(unit).toMatch(/^EnvironmentFile=-\/etc\/dawr\/server\.env$/m);
    expect(bundle.get('README.md')?.text).toContain('/etc/dawr/server.env');
    site.edit('centre.json', (file) => (file['server'] = { ...given, sms: null }));
    const quiet = renderBundle(await site.place(SERVER), null).get('README.md')?.text;
    expect(quiet).not.toContain('server.env');
  });
});

describe('the voice in a release', () => {
  const PATH = process.env['PATH'];
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dawr-voice-'))));
  afterEach(() => {
    process.env['PATH'] = PATH;
    rmSync(folder, { recursive: true });
  });
  const made: { to: string; words: readonly string[] }[] = [];
  const asked = {
    arch: 'amd64',
    speak: (to: string, { en }: Scripts) => {
      made.push({ to, words: en.map(({ text }) => text) });
      return Promise.resolve();
    },
  } as const;

  test('is the one that the centre names, whole, or the release is refused', async () => {
    using site = new Site();
    site.edit('centre.json', (file) => (file['server'] = { voice: 'clips' }));
    const centre = await readCentre(site.folder);
    await expect(stageVoice(centre, folder, asked)).rejects.toThrow(/clips has no voice\.json/);
    const clips = join(site.folder, 'clips');
    mkdirSync(clips);
    const n3 = toneWav(440);
    writeFileSync(join(clips, 'n3.wav'), n3);
    const voice = { grammar: GRAMMARS.ar, clips: { n3: { file: 'n3.wav', sha256: hashOf(n3) } } };
    const pack = {
      ...{ version: 1, name: { ar: 'صوت', en: 'Voice' }, source: 'a test', licence: 'CC0-1.0' },
      ...{ attribution: '', languages: { ar: voice } },
    };
    writeFileSync(join(clips, 'voice.json'), JSON.stringify(pack));
    expect(await stageVoice(centre, folder, asked)).toContain('speaks with the clips of');
    expect((await readPack(join(folder, 'voice')))?.files.size).toBe(1);
    rmSync(join(clips, 'n3.wav'));
    await expect(stageVoice(centre, folder, asked)).rejects.toThrow(/n3\.wav \(n3\) is not there/);
    expect(made).toEqual([]);
  });

  test('is synthesised of its own words, where its program looks for it', async () => {
    using site = new Site('example');
    const centre = await readCentre(site.folder);
    expect(await stageVoice(centre, folder, asked)).toBe('speaks with the synthesised voice');
    expect(made.map(({ to }) => to)).toEqual([join(folder, relative(PROJECT, BUILT_VOICE))]);
    const own = centre.configuration.services.map(({ name }) => name.en);
    expect(made[0]?.words).toEqual(expect.arrayContaining(own));
    const other = await stageVoice(centre, folder, { ...asked, arch: 'arm64' });
    expect(other).toBe('no clips: no server is among its machines');
    expect(made).toHaveLength(1);
  });

  test('is chimes where there is no speaker, and that is said', async () => {
    using site = new Site('example');
    process.env['PATH'] = folder;
    const said = await stageVoice(await readCentre(site.folder), folder, {
      ...asked,
      speak: synthesise,
    });
    expect(said).toMatch(/^boards chime and do not speak: there is no espeak-ng .* pack again$/);
  });
});

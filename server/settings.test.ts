import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { largeCentre } from '../tests/fixtures/large.js';
import { anotherKey, CERTIFICATE, PRIVATE_KEY } from '../tests/fixtures/tls.js';
import { configurationHash, loadSettings, settingsSchema } from './settings.js';
import { ConfigurationError } from '../node/settings.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dawr-settings-'));
});
afterEach(() => rm(folder, { recursive: true }));

const centre = largeCentre({ sectors: 2, servicesEach: 2 });

const written = async (text: string): Promise<string> => {
  const file = join(folder, 'centre.json');
  await writeFile(file, text);
  return file;
};

const load = async (server: unknown, configuration: unknown = centre) =>
  loadSettings(await written(JSON.stringify({ server, ...(configuration as object) })));

const wrong = async (loading: Promise<unknown>): Promise<ConfigurationError> => {
  const cause: unknown = await loading.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (cause instanceof ConfigurationError) return cause;
  throw cause;
};

describe('a file that can be used', () => {
  test('gives the server its defaults, on this machine only', async () => {
    const { server, configuration } = await load(undefined);
    expect(server).toEqual({
      host: '127.0.0.1',
      standby: null,
      sms: null,
      port: 4000,
      phonePort: null,
      tls: null,
      voice: null,
      data: join(folder, 'data'),
      names: [],
      pilot: false,
      upstreams: [],
    });
    expect(configuration.services).toHaveLength(4);
  });

  test('finds paths beside the file', async () => {
    await mkdir(join(folder, 'tls'));
    await writeFile(join(folder, 'tls', 'cert.pem'), CERTIFICATE);
    await writeFile(join(folder, 'tls', 'key.pem'), PRIVATE_KEY);
    const tls = { cert: 'tls/cert.pem', key: 'tls/key.pem' };
    const { server } = await load({ host: '0.0.0.0', tls, data: '../log' });
    expect(server.tls?.key).toBe(join(folder, 'tls', 'key.pem'));
    expect(server.data).toBe(join(folder, '..', 'log'));
  });

  test('may begin with a byte-order mark and name its schema', async () => {
    const file = await written(`\uFEFF${JSON.stringify({ $schema: 'x.json', ...centre })}`);
    expect((await loadSettings(file)).server.port).toBe(4000);
  });

  test('has a hash of its content, not of its layout or its server', async () => {
    const reversed = Object.fromEntries(Object.entries(centre).reverse());
    const { hash, configuration } = await load({ port: 1 });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await load({ port: 2 }, reversed)).hash).toBe(hash);
    const turned = Object.fromEntries(Object.entries(configuration).reverse());
    expect(configurationHash(turned as typeof configuration)).toBe(hash);
    expect(configurationHash({ ...configuration, zones: [] })).not.toBe(hash);
  });
});

describe('a file that cannot be used stops with file, path and reason', () => {
  test('all mistakes of both parts at once, printable', async () => {
    const error = await wrong(load({ port: 70_000, colour: 1 }, { ...centre, version: 3 }));
    expect(error.message).toBe(
      [
        `The configuration ${join(folder, 'centre.json')} cannot be used:`,
        '  server.port: is too large: at most 65535',
        '  server.colour: is not known here: remove it, or correct its spelling',
        '  version: 3 is not known here: write one of 1',
      ].join('\n'),
    );
    expect(error.code).toBe('configuration.wrong');
  });

  test('line and column where it is no JSON', async () => {
    const error = await wrong(loadSettings(await written('{\n  "version": 1,\n}')));
    expect(error.mistakes).toEqual([
      { path: 'line 3, column 1', reason: 'no comma may stand before }: remove it' },
    ]);
  });

  test('a file that is not there', async () => {
    const error = await wrong(loadSettings(join(folder, 'none.json')));
    expect(error.message).toMatch(/none\.json cannot be used:\n {2}\(file\): .*ENOENT.*path/);
  });

  test('a file that is too large', async () => {
    const error = await wrong(loadSettings(await written(' '.repeat(4 * 1024 * 1024 + 1))));
    expect(error.message).toContain('is larger than 4194304 bytes');
  });

  test('a picture, or a text of another encoding', async () => {
    const picture = await written('');
    await writeFile(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]));
    const error = await wrong(loadSettings(picture));
    expect(error.mistakes).toEqual([
      {
        path: '(file)',
        reason: 'is no text in UTF-8: is it the right file? If so, save it as UTF-8',
      },
    ]);
  });

  test('a list instead of a centre', async () => {
    const error = await wrong(loadSettings(await written('[]')));
    expect(error.mistakes).toEqual([
      { path: '(file)', reason: 'must be a group in { }, not a list in [ ]' },
    ]);
  });

  test('a certificate that cannot be read', async () => {
    const error = await wrong(load({ tls: { cert: 'cert.pem', key: 'key.pem' } }));
    expect(error.mistakes.map(({ path }) => path)).toEqual(['server.tls.cert', 'server.tls.key']);
    expect(error.message).toContain(`${join(folder, 'cert.pem')} cannot be read (ENOENT)`);
  });

  test.each([
    ['swapped', PRIVATE_KEY, CERTIFICATE, ['it is a key; are they', 'it is a certificate; are']],
    ['no PEM', 'x', 'y', ['not a certificate in PEM form', 'not a private key in PEM form']],
    ['of two pairs', CERTIFICATE, anotherKey(), ['key.pem does not belong to the certificate']],
    ['locked', CERTIFICATE, anotherKey('secret'), ['key.pem is locked by a passphrase']],
  ])('a certificate and a key that are %s', async (_what, cert, key, reasons) => {
    await writeFile(join(folder, 'cert.pem'), cert);
    await writeFile(join(folder, 'key.pem'), key);
    const error = await wrong(load({ tls: { cert: 'cert.pem', key: 'key.pem' } }));
    expect(error.mistakes).toHaveLength(reasons.length);
    for (const [n, reason] of reasons.entries()) {
      expect(error.mistakes[n]!.reason).toContain(reason);
    }
  });

  test('an authority whose file cannot be used', async () => {
    const at = (name: string): string => join(folder, name);
    await writeFile(at('key.pem'), PRIVATE_KEY);
    await writeFile(at('ca.pem'), CERTIFICATE);
    const up = { id: 'a', url: 'https://queue.example.org' };
    const { message } = await wrong(
      load({
        upstreams: [
          { ...up, ca: 'away.pem' },
          { ...up, id: 'b', ca: 'key.pem' },
          { ...up, id: 'c', ca: 'ca.pem' },
        ],
        standby: { url: 'https://standby.example.org', ca: 'none.pem' },
      }),
    );
    expect(message.split('\n').slice(1)).toEqual([
      `  server.upstreams[0].ca: ${at('away.pem')} cannot be read (ENOENT)`,
      `  server.upstreams[1].ca: ${at('key.pem')} is not a certificate in PEM form: it is a key; ` +
        'are they swapped?',
      `  server.standby.ca: ${at('none.pem')} cannot be read (ENOENT)`,
    ]);
  });

  test('a proxy’s address that is none, without what it holds', async () => {
    const proxy = 'ftp://hall:secret-of-the-proxy@proxy.example.org';
    const upstreams = [{ id: 'a', url: 'https://queue.example.org', proxy }];
    const { message } = await wrong(load({ upstreams }));
    expect(message).toContain('server.upstreams[0].proxy');
    expect(message).not.toContain('secret-of-the-proxy');
  });

  test('plain HTTP beyond this machine, but for a pilot', async () => {
    const error = await wrong(load({ host: '10.0.0.5' }));
    expect(error.message).toMatch(/server\.tls: is missing, and 10\.0\.0\.5 is reached/);
    expect((await load({ host: '10.0.0.5', pilot: true })).server.pilot).toBe(true);
    expect((await load({ host: '::1' })).server.host).toBe('::1');
  });

  test('one port for two listeners', async () => {
    const error = await wrong(load({ port: 4000, phonePort: 4000 }));
    expect(error.mistakes[0]?.path).toBe('server.phonePort');
    expect((await load({ port: 0, phonePort: 0 })).server.phonePort).toBe(0);
  });
});

/** Written anew by `npx vitest run server/settings.test.ts -u`. */
test('the JSON Schema for editors is that of this code', async () => {
  const schema = z.toJSONSchema(settingsSchema, { io: 'input' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
  await expect(text).toMatchFileSnapshot('../firmware-config/schema/centre.schema.json');
});

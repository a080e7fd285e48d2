import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { StartAnswer } from '../core/protocol/api.js';
import { PICTOGRAM_NAMES } from '../kiosk/pictograms.js';
import { run } from '../server/run.js';
import { loadSettings } from '../server/settings.js';

const NAMES = ['demo', 'example'];

describe('the centres that come with Dawr', () => {
  const read = (name: string) => loadSettings(`firmware-config/centres/${name}/centre.json`);

  test.each(NAMES)('%s can be used', async (name) => {
    const { configuration } = await read(name);
    expect(configuration.centre.zone).toBe('Africa/Cairo');
  });

  test('the demo has 40 services in 10 sectors, 12 counters on two floors', async () => {
    const { services, sectors, counters, kiosks } = (await read('demo')).configuration;
    expect(services.length).toBeGreaterThanOrEqual(40);
    expect(sectors.length).toBeGreaterThanOrEqual(10);
    expect(counters).toHaveLength(12);
    expect(new Set(counters.map(({ floor }) => floor.en)).size).toBe(2);
    expect(kiosks.map(({ id }) => id)).toEqual(['k1', 'k2']);
  });

  test.each(NAMES)('the first profiles of %s serve every service', async (name) => {
    const { counters, profiles, services } = (await read(name)).configuration;
    const first = counters.map((counter) => profiles.find(({ id }) => id === counter.profiles[0]));
    const categories = new Set(first.flatMap((profile) => profile?.categories ?? []));
    expect(services.filter(({ category }) => !categories.has(category))).toEqual([]);
  });

  test.each(NAMES)('every sector of %s has a pictogram on the kiosk', async (name) => {
    const { sectors } = (await read(name)).configuration;
    expect(sectors.filter(({ icon }) => !PICTOGRAM_NAMES.includes(icon))).toEqual([]);
  });

  test('the bare address of a real one leads to its pages, and tells no secret', async () => {
    const { server, ...example } = await read('example');
    const data = mkdtempSync(join(tmpdir(), 'dawr-centre-'));
    const here = { host: '127.0.0.1', port: 0, phonePort: null, tls: null, data };
    const { url, stop } = await run({
      settings: { ...example, server: { ...server, ...here } },
      journal: pino({ level: 'silent' }),
      onFatal: (error) => {
        throw error;
      },
    });
    try {
      expect(await (await fetch(`${url}/`)).text()).toContain('<script type="module"');
      const told = (await (await fetch(`${url}/api/start`)).json()) as StartAnswer;
      expect(told).toMatchObject({ demo: false, staff: [], phone: null });
      const paths = told.screens.map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(['/desk/desk-1/', '/manager/manager/']));
      for (const path of paths) expect((await fetch(`${url}${path}`)).status).toBe(200);
    } finally {
      await stop();
      rmSync(data, { recursive: true });
    }
  });
});

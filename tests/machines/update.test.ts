import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { STEPS } from '../../agent/machine/update.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { Updating } from './updating.js';

const FIRST = 202_601_010_001;
const SECOND = 202_602_010_001;
const THIRD = 202_603_010_001;

let machine: Updating;
beforeEach(async () => (machine = await Updating.open()));
afterEach(() => machine.close());

const file = (path: string): string => join(machine.root, path);

/** Each run is a process that starts, and a machine under load starts them slowly. */
const RUNS = { timeout: 60_000 };

describe('a machine fetches its release from its server', RUNS, () => {
  test('a newer one is put in place and told', async () => {
    machine.offer(SECOND);
    const { said } = await machine.update();
    expect(said).toContain(`release ${SECOND} is in use`);
    expect(machine.running()).toBe(SECOND);
    expect(machine.told()).toMatchObject({ name: 'kiosk-1', release: SECOND, failed: null });
    expect(machine.asked()).toContain('systemctl restart dawr-agent.service dawr-page.service');
    expect(existsSync(join(machine.places.releases, String(FIRST)))).toBe(true);
    await machine.update();
    expect(machine.asked()).not.toContain('restart');
  });

  test('what it holds for the machine comes and goes with it', async () => {
    const rules = file('/etc/udev/rules.d/70-dawr.rules');
    const before = readFileSync(rules, 'utf8');
    writeFileSync(file('/etc/nftables.conf'), 'something else');
    machine.change((centre) => {
      const { rotate: _, ...page } = centre.machines.get('kiosk-1')!.page!;
      const changed = { ...centre.machines.get('kiosk-1')!, page: { ...page, rotate: 0 as const } };
      return { ...centre, machines: new Map([...centre.machines, ['kiosk-1', changed]]) };
    });
    machine.offer(SECOND);
    await machine.update();
    expect(readFileSync(rules, 'utf8')).not.toBe(before);
    expect(readFileSync(file('/etc/nftables.conf'), 'utf8')).toContain('table inet dawr');
    expect(statSync(file('/usr/local/lib/dawr/page')).mode & 0o777).toBe(0o755);
    const asked = machine.asked();
    for (const each of ['udevadm control --reload', 'restart nftables', 'enable dawr-agent']) {
      expect(asked).toContain(each);
    }
    machine.offer(THIRD, { broken: true });
    await machine.update();
    expect(machine.running()).toBe(SECOND);
  });

  test('one that does not work is left again, and not tried twice; the next one is', async () => {
    machine.offer(SECOND, { broken: true });
    const { said } = await machine.update();
    expect(said).toContain(`release ${SECOND} does not work here: back to ${FIRST}`);
    expect(machine.running()).toBe(FIRST);
    const failed = { release: SECOND, fault: 'unhealthy' };
    expect(machine.told()).toMatchObject({ release: FIRST, failed });
    expect((await machine.update()).said).toBe('');
    expect(machine.told()).toMatchObject({ release: FIRST, failed });
    machine.offer(THIRD);
    await machine.update();
    expect(machine.running()).toBe(THIRD);
    expect(machine.told()).toMatchObject({ release: THIRD, failed: null });
  });

  test.each([
    ['signed by another key', { strange: true }, null, 'untrusted'],
    ['of a later kind', { later: true }, null, 'unreadable'],
    ['of another centre', { centre: 'elsewhere' }, SECOND, 'untrusted'],
    ['not whole', { spoilt: true }, SECOND, 'damaged'],
  ])('one that is %s is not taken', async (_, how, release, fault) => {
    machine.offer(SECOND, how);
    await machine.update();
    expect(machine.running()).toBe(FIRST);
    expect(machine.told()).toMatchObject({ release: FIRST, failed: { release, fault } });
    machine.offer(THIRD);
    await machine.update();
    expect(machine.told()).toMatchObject({ release: THIRD, failed: null });
  });

  test('one that nobody saw working is left again, and tried again the next time', async () => {
    machine.offer(SECOND);
    const { said } = await machine.update('', 'unseen');
    expect(said).toContain(`release ${SECOND} was not seen by the server: back to ${FIRST}`);
    expect(machine.running()).toBe(FIRST);
    const failed = { release: SECOND, fault: 'unseen' };
    expect(machine.told()).toMatchObject({ release: FIRST, failed });
    await machine.update();
    expect(machine.running()).toBe(SECOND);
    expect(machine.told()).toMatchObject({ release: SECOND, failed: null });
  });

  test.each([
    [
      'fetched',
      () => symlinkSync('/dev/full', join(machine.places.releases, `${SECOND}.pack`)),
      () => undefined,
    ],
    [
      'unpacked',
      () => {
        const full = '#!/bin/sh\necho "tar: No space left on device" >&2\nexit 2\n';
        writeFileSync(file('/bin/tar'), full, { mode: 0o755 });
      },
      () => rmSync(file('/bin/tar')),
    ],
  ])(
    'one for which the disk is too full while it is %s is told and leaves nothing',
    async (_, fill, free) => {
      machine.offer(SECOND);
      fill();
      expect((await machine.update()).said).toContain('the disk is too full for another release');
      expect(machine.told()).toMatchObject({ failed: { release: SECOND, fault: 'space' } });
      expect(readdirSync(machine.places.releases)).toEqual([String(FIRST)]);
      free();
      await machine.update();
      expect(machine.running()).toBe(SECOND);
    },
  );

  test('an older one is not taken', async () => {
    machine.offer(202_512_310_000);
    expect((await machine.update()).said).toBe('');
    expect(machine.running()).toBe(FIRST);
  });
});

describe('the power may go at any step of an update', RUNS, () => {
  test('each time the old or the new release is whole, and the next run goes on', async () => {
    machine.offer(SECOND);
    for (const step of STEPS) {
      expect((await machine.update(step)).killed, step).toBe(true);
      expect([FIRST, SECOND]).toContain(machine.running());
    }
    expect((await machine.update()).killed).toBe(false);
    expect(machine.running()).toBe(SECOND);
    expect(machine.told()).toMatchObject({ release: SECOND, failed: null });
    expect(existsSync(file('/var/lib/dawr/machine/trial.json'))).toBe(false);
  });

  test('also when the new one does not work', async () => {
    machine.offer(SECOND, { broken: true });
    for (const step of ['note', 'switch', 'settle', 'keep']) {
      expect((await machine.update(step)).killed, step).toBe(true);
      expect([FIRST, SECOND]).toContain(machine.running());
    }
    await machine.update();
    expect(machine.running()).toBe(FIRST);
    expect(machine.told()).toMatchObject({ failed: { release: SECOND, fault: 'unhealthy' } });
  });
});

describe("the server's door for machines", () => {
  const get = (path: string, cookie: string) =>
    fetch(`${machine.doors.url}${path}`, { headers: { cookie } });

  test('is for agents alone, each by its own token', async () => {
    machine.offer(SECOND);
    const kiosk = await enrolOwn(machine.doors.centre, 'k2', 'kiosk');
    const agent = readFileSync(join(machine.places.agent, 'cookie'), 'utf8');
    for (const what of ['manifest', 'pack']) {
      const path = `/api/release/amd64/${what}?device=`;
      expect((await get(`${path}a1`, '')).status).toBe(403);
      expect((await get(`${path}k2`, `dawr-k2=${kiosk}`)).status).toBe(403);
      expect((await get(`${path}k2`, agent)).status).toBe(403);
      expect((await get(`${path}a1`, agent)).status).toBe(200);
    }
    expect((await get('/api/release/..%2f/manifest?device=a1', agent)).status).toBe(403);
    expect((await get('/api/release/arm64/manifest?device=a1', agent)).status).toBe(204);
  });

  test('does not pass a spoilt release off as none', async () => {
    machine.offer(SECOND);
    const agent = readFileSync(join(machine.places.agent, 'cookie'), 'utf8');
    const manifest = join(machine.doors.data, 'releases', 'amd64', 'manifest.json');
    writeFileSync(manifest, ' '.repeat(100_001));
    expect((await get('/api/release/amd64/manifest?device=a1', agent)).status).toBe(500);
  });
});

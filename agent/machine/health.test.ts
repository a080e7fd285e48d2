import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { healthAfterSwitch, LOOKS_MAX, watch, type HealthParts } from './health.js';
import { ServerAway, type Office } from './office.js';
import { placesBelow, type MachineSettings } from './settings.js';
import type { Health } from './update.js';

const machine: MachineSettings = {
  ...{ schema: 1, name: 'kiosk-1', centre: 'c', role: 'kiosk', os: 'debian-13', arch: 'amd64' },
  ...{ server: 'http://127.0.0.1:1', agent: 'a1', page: { app: 'kiosk', id: 'k1' } },
  ...{ runsServer: false, hasSound: false, usb: [], releaseKey: null, authority: null },
  units: ['dawr-agent.service', 'dawr-page.service'],
};

let root = '';
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'dawr-health-'))));
afterEach(() => rmSync(root, { recursive: true }));

/** A machine of which the server says this, or nothing at all. */
const seen = (
  answer: { agent: boolean; page: boolean | null } | 'away',
  stopped: readonly string[] = [],
) => {
  const asked: string[] = [];
  const office = {
    tell: () =>
      answer === 'away'
        ? Promise.reject(new ServerAway('does not answer'))
        : Promise.resolve({ now: 0, ...answer }),
  } as unknown as Office;
  const parts: HealthParts = {
    ...{ places: placesBelow(root), machine, office, clock: new FakeClock() },
    run: (command, ...args) => {
      if (args[0] === 'is-active') {
        const isStopped = stopped.includes(args[1] ?? '');
        return isStopped ? Promise.reject(new Error('inactive')) : Promise.resolve('active');
      }
      asked.push([command, ...args].join(' '));
      return Promise.resolve('');
    },
    say: () => undefined,
  };
  return { parts, asked };
};

const looks = async (count: number, { parts }: ReturnType<typeof seen>): Promise<void> => {
  for (let n = 0; n < count; n += 1) await watch(parts);
};

describe('what is away three times in a row is started again, once', () => {
  test.each([
    ['a page that the server does not see', { agent: true, page: false }, [], 'dawr-page'],
    ['an agent that the server does not see', { agent: false, page: true }, [], 'dawr-agent'],
    ['a unit that does not run', { agent: true, page: true }, ['dawr-page.service'], 'dawr-page'],
  ])('%s', async (_, answer, stopped, unit) => {
    const away = seen(answer, stopped);
    await looks(LOOKS_MAX - 1, away);
    expect(away.asked).toEqual([]);
    await looks(1, away);
    expect(away.asked).toEqual([`systemctl restart ${unit}.service`]);
    await looks(LOOKS_MAX - 1, away);
    expect(away.asked).toHaveLength(1);
  });

  test('but not what was there in between', async () => {
    const away = seen({ agent: true, page: false });
    await looks(LOOKS_MAX - 1, away);
    await looks(1, seen({ agent: true, page: true }));
    await looks(LOOKS_MAX - 1, away);
    expect(away.asked).toEqual([]);
  });

  test('nor a page that nobody has approved, nor anything while the server is away', async () => {
    for (const answer of [{ agent: true, page: null }, 'away'] as const) {
      const quiet = seen(answer);
      await looks(3 * LOOKS_MAX, quiet);
      expect(quiet.asked).toEqual([]);
    }
  });
});

describe('a release is kept', () => {
  const judged = async ({ parts }: ReturnType<typeof seen>): Promise<Health> => {
    const clock = parts.clock as FakeClock;
    let outcome: Health | undefined;
    const judging = healthAfterSwitch(parts).then((health) => (outcome = health));
    for (let n = 0; n < 200 && outcome === undefined; n += 1) await clock.pass(4_000);
    return judging;
  };

  test('if all is well with it, and the server says so', async () => {
    expect(await judged(seen({ agent: true, page: true }))).toBe('good');
    expect(await judged(seen({ agent: true, page: null }))).toBe('good');
  });

  test('and not if something is away', async () => {
    expect(await judged(seen({ agent: false, page: true }))).toBe('bad');
    expect(await judged(seen({ agent: true, page: true }, ['dawr-agent.service']))).toBe('bad');
    expect(await judged(seen('away', ['dawr-agent.service']))).toBe('bad');
  });

  test('nor if nobody could say so, which is no fault of its own', async () => {
    expect(await judged(seen('away'))).toBe('unseen');
    const server = seen('away');
    const parts = { ...server.parts, machine: { ...machine, runsServer: true } };
    expect(await judged({ ...server, parts })).toBe('bad');
  });
});

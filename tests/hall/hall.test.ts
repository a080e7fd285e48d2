import { spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from '@playwright/test';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { HallDemoAnswer, PrinterTrouble } from '../../core/protocol/api.js';
import type { KioskView } from '../../core/protocol/views.js';
import { programOf } from '../../node/place.js';
import { FLAGS, headlessPath } from '../chromium.js';
import { see } from '../e2e/see.js';
import { post } from '../fixtures/callers.js';
import { CHEAP } from '../fixtures/doors.js';
import { openPage, Screen } from '../play/client.js';
import { startHall, type Hall } from './hall.js';

const data = mkdtempSync(join(tmpdir(), 'dawr-hall-'));
/** The agent is a process of its own, and looks again for a device each few seconds. */
const PATIENCE = { timeout: 30_000, interval: 100 };
const MINUTE = 60_000;
const said: string[] = [];
let hall: Hall;
let kiosk: Screen<KioskView>;

const shown = async (): Promise<HallDemoAnswer> =>
  (await (await fetch(`${hall.url}/api/hall`)).json()) as HallDemoAnswer;
const papers = async (kioskId: string): Promise<readonly string[]> =>
  (await shown()).printers.find((one) => one.kioskId === kioskId)?.papers ?? [];
const stateOf = (ticketId: string): string | undefined =>
  hall.centre.log.state.day?.tickets.get(ticketId)?.paper?.state;
const trouble = async (what: PrinterTrouble, on: boolean): Promise<void> => {
  const body = { kioskId: 'k1', trouble: what, on };
  expect((await post(`${hall.url}/api/hall/trouble`, body)).status).toBe(200);
};
const press = async (key: string): Promise<void> => {
  await post(`${hall.url}/api/hall/key`, { counterId: 'c1', key });
};
const ticket = async (): Promise<string> => {
  const [service] = hall.centre.configuration().services;
  const answer = await kiosk.ask({
    ...{ type: 'takeTicket', services: [service!.id], language: 'ar' },
  });
  if ('refused' in answer) throw new Error(answer.refused);
  return answer.receipt?.ticketId ?? '';
};

beforeAll(async () => {
  hall = await startHall(
    { data, port: 0, phonePort: 0 },
    {
      journal: pino({ level: 'silent' }),
      secretCost: CHEAP,
      onFatal: (error) => {
        throw error;
      },
      say: (line) => void said.push(line),
    },
  );
  const jar = await openPage(hall.url, 'kiosk', 'k1');
  kiosk = new Screen<KioskView>(hall.url, 'kiosk', { deviceId: 'k1', jar });
  await kiosk.ready();
  await hall.staffed;
  await vi.waitUntil(() => kiosk.view?.printer === 'ready', PATIENCE);
}, MINUTE);

afterAll(async () => {
  kiosk.close();
  await hall.stop();
  rmSync(data, { recursive: true });
}, MINUTE);

test(
  'a ticket comes out of the printer on the serial line, and of no other',
  async () => {
    const ticketId = await ticket();
    await vi.waitUntil(() => stateOf(ticketId) === 'confirmed', PATIENCE);
    const [paper] = await papers('k1');
    const picture = await fetch(`${hall.url}${paper}`);
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(await papers('k2')).toEqual([]);
    expect((await shown()).printers.map(({ refused }) => refused)).toEqual([null, null]);
  },
  MINUTE,
);

test('the configuration is served as the bytes that its hash names', async () => {
  const jar = await openPage(hall.url, 'kiosk', 'k1');
  const named = kiosk.view!.configuration;
  const answer = await fetch(`${hall.url}/configuration/${named}.json`, {
    headers: { cookie: jar.header() },
  });
  expect(hash('sha256', await answer.text())).toBe(named);
});

test(
  'a key of the keypad calls the ticket, and the displays show it',
  async () => {
    await press('next');
    const texts = async (): Promise<string[]> =>
      (await shown()).bus.displays.map(({ text }) => text);
    await vi.waitUntil(async () => {
      const [newest, first] = await texts();
      return /^[A-Z]\d+$/.test(first!) && newest!.startsWith(first!);
    }, PATIENCE);
    expect((await shown()).bus.refused).toBeNull();
  },
  MINUTE,
);

test.each(['paperEnd', 'coverOpen', 'unplugged'] as const)(
  'after %s the kiosk says so, and when it is mended the ticket comes out',
  async (what) => {
    await trouble(what, true);
    const told = what === 'unplugged' ? 'away' : what;
    await vi.waitUntil(() => kiosk.view?.printer === told, PATIENCE);
    const ticketId = await ticket();
    expect(stateOf(ticketId)).toBe('pending');
    await trouble(what, false);
    await vi.waitUntil(() => stateOf(ticketId) === 'confirmed', PATIENCE);
    await vi.waitUntil(() => kiosk.view?.printer === 'ready', PATIENCE);
    expect((await shown()).printers.map(({ refused }) => refused)).toEqual([null, null]);
  },
  MINUTE,
);

test(
  'a new roll ends that the paper is short',
  async () => {
    await trouble('nearEnd', true);
    await vi.waitUntil(() => kiosk.view?.printer === 'nearEnd', PATIENCE);
    await trouble('nearEnd', false);
    await vi.waitUntil(() => kiosk.view?.printer === 'ready', PATIENCE);
  },
  MINUTE,
);

/** A hall of its own that cannot start: how it ends, and what it says. */
const started = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly words: string }> => {
  const child = spawn(process.execPath, [programOf('tests/hall/main.js'), ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (bytes: Buffer) => (words += bytes.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, words };
};

test(
  'without socat it says what to install, and leaves nothing behind',
  async () => {
    const [folder, temporary] = [join(data, 'without'), mkdtempSync(join(data, 'temporary-'))];
    const env = { ...process.env, PATH: '/nowhere', TMPDIR: temporary };
    const { code, words } = await started(['--port', '0', '--data', folder], env);
    expect([code, words]).toEqual([1, expect.stringContaining('apt install socat')]);
    expect(readdirSync(temporary)).toEqual([]);
  },
  MINUTE,
);

test(
  'a second hall in the same folder is refused, and changes nothing of the first',
  async () => {
    const devices = (): string => readFileSync(join(data, 'devices.json'), 'utf8');
    const before = devices();
    const { code, words } = await started(['--port', '0', '--data', data], process.env);
    expect([code, words]).toEqual([1, expect.stringContaining('is used by another process')]);
    expect(devices()).toBe(before);
  },
  MINUTE,
);

test(
  'the page fits a small screen, and no card holds more than it is wide',
  async () => {
    const browser = await chromium.launch({ executablePath: headlessPath(), args: FLAGS });
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    await page.goto(hall.page);
    for (let language = 0; language < 2; language += 1) {
      await see(page.getByTestId('told-k1')).toBeVisible();
      const beyond = await page.evaluate(() =>
        [...document.querySelectorAll('.card')].flatMap((card) => {
          const { left, right } = card.getBoundingClientRect();
          return [...card.querySelectorAll('*')]
            .filter((part) => part.closest('svg') === null)
            .map((part) => part.getBoundingClientRect())
            .filter((box) => box.left < left || box.right > right);
        }),
      );
      expect(beyond).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1366);
      await page.getByTestId('language-switch').click();
    }
    await browser.close();
  },
  MINUTE,
);

test(
  'an agent that is killed is started again, and that is said',
  async () => {
    process.kill(hall.agent.pid!, 'SIGKILL');
    await vi.waitUntil(() => kiosk.view?.printer === 'away', PATIENCE);
    await vi.waitUntil(() => said.length > 0, PATIENCE);
    expect(said).toEqual([expect.stringContaining('The agent ended by itself (SIGKILL)')]);
    await vi.waitUntil(() => kiosk.view?.printer === 'ready', PATIENCE);
  },
  MINUTE,
);

/** Whether a program runs that was told of this folder. */
const isUsed = (folder: string): boolean =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
      } catch {
        return false; // It ended meanwhile.
      }
    });

test(
  'a line ends with the program that opened it, however that ends',
  async () => {
    const pty = programOf('tests/fixtures/pty.js');
    const script = `import(${JSON.stringify(pty)})
    .then(({ openPty }) => openPty((bytes) => bytes)).then(({ near }) => console.log(near));`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [told] = (await once(child.stdout, 'data')) as [Buffer];
    const folder = dirname(told.toString().trim());
    expect(isUsed(folder)).toBe(true);
    child.kill('SIGKILL');
    await vi.waitUntil(() => !isUsed(folder), PATIENCE);
    rmSync(folder, { recursive: true });
  },
  MINUTE,
);

import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from '../agent/agent.js';
import { machineClock } from '../agent/clock.js';
import { readScanner, SAME_CODE_MS } from '../agent/bus/scanner.js';
import { startScanners } from '../agent/scanners.js';
import type { Command } from '../core/protocol/commands.js';
import type { KioskView } from '../core/protocol/views.js';
import type { Answer } from '../core/protocol/wire.js';
import { enrolOwn } from '../server/http/enrol.js';
import { kioskOf, ticketOf } from './fixtures/callers.js';
import { openDoors, type Doors } from './fixtures/doors.js';
import { HandTime } from './fixtures/log.js';
import { openPty, type Pty } from './fixtures/pty.js';
import type { Screen } from './play/client.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-scans-'));
const time = new HandTime();
let doors: Doors;
let agent: Agent;
let pty: Pty;
let kiosk: Screen<KioskView>;

beforeAll(async () => {
  doors = await openDoors({ time });
  pty = await openPty(() => new Uint8Array());
  const profile = readScanner('firmware-config/scanners/serial-cr.json');
  const link = { kind: 'serial', path: pty.near } as const;
  const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
  agent = new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${await enrolOwn(doors.centre, 'a1', 'agent')}`,
    start: () => ({ queue, ended: Promise.resolve(), loaded: () => undefined }),
    startHall: (_clock, { scan, troubles }) => {
      const clock = { ...machineClock, now: () => time.at };
      startScanners([{ name: 'door', place: 'k1', link, profile }], {
        ...{ clock, scan, troubles },
        onFault: (fault) => {
          throw fault;
        },
      });
      return { see: () => undefined, stop: async () => undefined };
    },
    say: () => undefined,
    exit: () => undefined,
  });
  kiosk = await kioskOf(doors, time);
  await vi.waitUntil(() => doors.centre.live.isConnected('a1'));
});

afterAll(async () => {
  kiosk.close();
  await agent.stop();
  await pty.remove();
  await doors.close();
  rmSync(folder, { recursive: true });
});

type Scanned = KioskView['scanned'];

/** Holds a code before the scanner until the kiosk shows what it should. */
const scanned = async (code: string, shows: (scanned: Scanned) => boolean): Promise<Scanned> => {
  await pty.say(Buffer.from(`https://queue.example/t/${code}\r`, 'latin1'));
  await vi.waitUntil(() => shows(kiosk.view?.scanned), { timeout: 10_000 });
  return kiosk.view?.scanned;
};

let asked = 0;
const asClerk = (command: Command): Promise<Answer> =>
  doors.centre.log.enqueue({
    requestId: String((asked += 1)).padStart(32, '0'),
    sentAt: time.at,
    ...{ command, actor: 'amal', deviceId: 'desk' },
  });

/** Calls the only visitor who waits, and marks them absent. */
const miss = async (ticketId: string): Promise<void> => {
  const { counters, profiles, services, rules } = doors.centre.configuration();
  const { serviceId } = doors.centre.log.state.day!.tickets.get(ticketId)!.leg;
  const { category } = services.find(({ id }) => id === serviceId)!;
  const serving = profiles.filter(({ categories }) => categories.includes(category));
  const ids = serving.map(({ id }) => id);
  const counter = counters.find(({ profiles: own }) => own.some((id) => ids.includes(id)))!;
  const counterId = counter.id;
  const profileId = counter.profiles.find((id) => ids.includes(id))!;
  await asClerk({ type: 'openCounter', counterId, profileId });
  await asClerk({ type: 'callNext', counterId });
  for (let calls = 1; calls < rules.noShowCalls; calls += 1) {
    await asClerk({ type: 'recall', counterId });
  }
  time.pass(rules.noShowAfterS * 1000);
  expect(await asClerk({ type: 'noShow', counterId })).toMatchObject({ done: true });
};

/** Nobody waits when the next test begins, and no code was read a moment ago. */
afterEach(async () => {
  vi.restoreAllMocks();
  const reasonId = doors.centre.configuration().reasons.void![0]!.id;
  for (const ticketId of doors.centre.log.state.day!.tickets.keys()) {
    await asClerk({ type: 'voidTicket', ticketId, reasonId });
  }
  time.pass(SAME_CODE_MS);
});

/** What stands between a scan and the log, once for each of these. */
const before = (...acts: (() => void)[]): void => {
  const { log } = doors.centre;
  const enqueue = log.enqueue.bind(log);
  vi.spyOn(log, 'enqueue').mockImplementation(async (request) => {
    if (request.command.type === 'returnTicket') acts.shift()?.();
    return enqueue(request);
  });
};

const legOf = (ticketId: string) => doors.centre.log.state.day!.tickets.get(ticketId)!.leg;
const back = (ticketId: string) => (is: Scanned) =>
  is?.code === 'known' && is.ticketId === ticketId && is.returned !== null;

test('a scanner shows a ticket at its kiosk, and brings one back that was missed', async () => {
  const { ticketId, token } = await ticketOf(doors, kiosk);
  const waits = (is: Scanned) => is?.code === 'known' && is.state === 'waiting';
  expect(await scanned(token, waits)).toMatchObject({ ticketId, returned: null });
  await miss(ticketId);
  time.pass(SAME_CODE_MS);
  expect(await scanned(token, back(ticketId))).toMatchObject({
    state: 'waiting',
    returned: 'kept',
  });
  expect(legOf(ticketId).status).toBe('waiting');
});

test('one that cannot be brought back now is to be scanned again', async () => {
  const { ticketId, token } = await ticketOf(doors, kiosk);
  await miss(ticketId);
  before(() => {
    throw new Error('no disk');
  });
  const again = (is: Scanned) => is?.code === 'again';
  expect(await scanned(token, again)).toMatchObject({ code: 'again' });
  expect(legOf(ticketId).status).toBe('absent');
  time.pass(SAME_CODE_MS);
  expect(await scanned(token, back(ticketId))).toMatchObject({ returned: 'kept' });
});

test('[MISS-3] whether the place was kept is what the log says', async () => {
  const { ticketId, token } = await ticketOf(doors, kiosk);
  await miss(ticketId);
  const leg = legOf(ticketId);
  if (leg.status !== 'absent') throw new Error('nobody was missed');
  time.pass(leg.returnBy - time.at);
  before(() => time.pass(1));
  expect(await scanned(token, back(ticketId))).toMatchObject({ returned: 'late' });
});

test('a code that is none of today is told as such', async () => {
  const unknown = (is: Scanned) => is?.code === 'unknown';
  expect(await scanned('A'.repeat(37), unknown)).toMatchObject({ code: 'unknown' });
});

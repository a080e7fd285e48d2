import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Agent } from '../agent/agent.js';
import type { BusPlan } from '../agent/bus/devices.js';
import type { Player } from '../agent/bus/players.js';
import { readScanner } from '../agent/bus/scanner.js';
import { VirtualBus } from '../agent/bus/virtual-bus.js';
import { playersOf, startBuses } from '../agent/buses.js';
import { machineClock } from '../agent/clock.js';
import { startScanners } from '../agent/scanners.js';
import { placeOf } from '../core/protocol/troubles.js';
import type { ManagerView } from '../core/protocol/views.js';
import { enrolOwn } from '../server/http/enrol.js';
import { display, relay } from './fixtures/bus.js';
import { kioskOf, signedIn } from './fixtures/callers.js';
import { openDoors, SECRET, type Doors } from './fixtures/doors.js';
import { openPty, type Pty } from './fixtures/pty.js';
import { Screen } from './play/client.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-troubles-'));
/** What answers no more, by address. */
const mute = new Set<number>();
/** As its refresh is the time after which a display that does not answer is known. */
const DISPLAY = { ...display('dm56'), refreshMs: 1_000 };
const SOON = { timeout: 10_000 };

const plan = (path: string): BusPlan => ({
  name: 'hall',
  link: { kind: 'serial', path },
  line: DISPLAY.line,
  displays: [{ address: 5, profile: DISPLAY, shows: { counter: 'c1' } }],
  keypads: [],
  relays: [{ address: 90, coil: 2, profile: relay('waveshare-8'), counters: ['c1'], onMs: 500 }],
});

const unlessMute = ({ address, take }: Player): Player => ({
  address,
  take: (bytes) => {
    const taken = take(bytes);
    if (typeof taken === 'string' || !mute.has(address)) return taken;
    return { length: taken.length };
  },
});

let doors: Doors;
let agent: Agent;
let pty: Pty;
let manager: Screen<ManagerView>;

beforeAll(async () => {
  doors = await openDoors({ staff: false });
  const bus = new VirtualBus(playersOf(plan('')).map(unlessMute));
  pty = await openPty((bytes) => bus.receive(bytes));
  const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
  const onFault = (fault: unknown): never => {
    throw fault;
  };
  agent = new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${await enrolOwn(doors.centre, 'a1', 'agent')}`,
    start: () => ({ queue, ended: Promise.resolve(), loaded: () => undefined }),
    startHall: (clock, { scan, troubles }) => {
      const profile = readScanner('firmware-config/scanners/serial-cr.json');
      const link = { kind: 'serial', path: join(folder, 'no-such-socket') } as const;
      const scanners = [{ name: 'door', place: 'k1', link, profile }];
      startScanners(scanners, { clock: machineClock, scan, troubles, onFault });
      return startBuses([plan(pty.near)], {
        ...{ clock, troubles, data: folder, say: () => undefined, onFault },
        press: async () => undefined,
      });
    },
    say: () => undefined,
    exit: () => undefined,
  });
  const person = { id: 'mona', name: 'منى', role: 'manager', secret: SECRET } as const;
  await doors.centre.staff.add(person);
  const jar = await signedIn(doors, 'manager', 'mona');
  manager = new Screen<ManagerView>(doors.url, 'manager', { deviceId: 'manager', jar });
});

afterAll(async () => {
  manager.close();
  await agent.stop();
  await pty.remove();
  await doors.close();
  rmSync(folder, { recursive: true });
});

const shown = (of = 'a1'): string[] => {
  const own = manager.view?.devices.find(({ deviceId }) => deviceId === of);
  return own?.troubles.map((trouble) => `${placeOf(trouble)} ${trouble.fault}`) ?? ['no view'];
};
const shows = (...troubles: string[]) =>
  vi.waitFor(() => expect(shown().toSorted()).toEqual(troubles.toSorted()), SOON);

const metrics = async (): Promise<string[]> => {
  const text = await (await fetch(`${doors.url}/metrics`)).text();
  return text.split('\n').filter((line) => line.startsWith('dawr_device_trouble{'));
};

const DOOR = 'scanner door away';

test('a manager sees what is wrong beside an agent, and that it is well again', async () => {
  await shows(DOOR);
  mute.add(5);
  await shows(DOOR, 'display hall 5 silent');
  expect(await metrics()).toEqual([
    'dawr_device_trouble{device="a1",place="scanner door",fault="away"} 1',
    'dawr_device_trouble{device="a1",place="display hall 5",fault="silent"} 1',
  ]);
  mute.delete(5);
  await shows(DOOR);
});

test('a line that was pulled out is seen in two seconds, and stands for all on it', async () => {
  mute.add(5);
  await shows(DOOR, 'display hall 5 silent');
  const pulledAt = performance.now();
  await pty.unplug();
  await shows(DOOR, 'line hall away');
  expect(performance.now() - pulledAt).toBeLessThan(2_000);
  mute.delete(5);
  await pty.plugIn();
  await shows(DOOR);
});

test('an agent that is away tells nothing; when it is back it tells all', async () => {
  const connected = async (is: boolean): Promise<string | undefined> => {
    const text = await (await fetch(`${doors.url}/metrics`)).text();
    const line = `dawr_device_connected{device="a1",role="agent"} ${is ? 1 : 0}`;
    return text.split('\n').find((each) => each === line);
  };
  expect(await connected(true)).toBeDefined();
  doors.centre.cut('a1', 'signedOut');
  await shows();
  expect(await connected(false)).toBeDefined();
  await shows(DOOR);
});

test('a kiosk tells of its own page and of nothing else, until it goes', async () => {
  const kiosk = await kioskOf(doors);
  const seen = (...troubles: string[]) =>
    vi.waitFor(() => expect(shown('k1')).toEqual(troubles), SOON);
  kiosk.socket.emit('troubles', [{ kind: 'page', fault: 'unkept' }]);
  await seen('page unkept');
  const device = 'dawr_device_trouble{device="k1",place="page",fault="unkept"} 1';
  expect(await metrics()).toContain(device);
  kiosk.socket.emit('troubles', [{ kind: 'line', line: 'hall', fault: 'away' }]);
  kiosk.socket.emit('troubles', []);
  await seen();
  kiosk.socket.emit('troubles', [{ kind: 'page', fault: 'unkept' }]);
  await seen('page unkept');
  kiosk.close();
  await seen();
});

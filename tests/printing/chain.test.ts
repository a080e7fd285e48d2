import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Agent } from '../../agent/agent.js';
import { machineClock } from '../../agent/clock.js';
import type { LinkSettings } from '../../agent/devices.js';
import { startPrinter, type RunningPrinter } from '../../agent/printers.js';
import type { Slip } from '../../agent/printer/virtual-paper.js';
import { VirtualPrinter } from '../../agent/printer/virtual-printer.js';
import type { KioskView, ManagerView } from '../../core/protocol/views.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { kioskOf, signedIn, ticketOf } from '../fixtures/callers.js';
import { openDoors, SECRET, type Doors } from '../fixtures/doors.js';
import { job, profile } from '../fixtures/printing.js';
import { openPty, type Pty } from '../fixtures/pty.js';
import { Screen } from '../play/client.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-chain-'));
const PATIENCE = { timeout: 15_000 };
let doors: Doors;
let agent: Agent;
let pty: Pty;
let kiosk: Screen<KioskView>;

/** The printer at the far end: a new one each time that it is plugged in, for it forgets all. */
let printer: VirtualPrinter;
const slips: Slip[] = [];
const refused: unknown[] = [];
let heardBytes = 0;
let onBytes: () => void = () => undefined;

const switchOn = async (): Promise<void> => {
  heardBytes = 0;
  printer = new VirtualPrinter(profile, (slip) => slips.push(slip));
  await printer.open();
  printer.onData((bytes) => void pty.say(bytes));
};
const hear = (bytes: Uint8Array): Uint8Array => {
  heardBytes += bytes.length;
  printer.write(bytes).catch((fault: unknown) => refused.push(fault));
  onBytes();
  return new Uint8Array(0);
};
const paperOf = (ticketId: string) => doors.centre.log.state.day?.tickets.get(ticketId)?.paper;
const wholes = (): number => slips.filter(({ codes }) => codes.length === 1).length;

beforeAll(async () => {
  doors = await openDoors();
  pty = await openPty(hear);
  await switchOn();
  const token = await enrolOwn(doors.centre, 'a1', 'agent');
  const serial = { kind: 'serial', path: pty.near, baudRate: 115_200, flow: 'none' } as const;
  agent = new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${token}`,
    start: (kioskId, clock, listeners) => {
      const link: LinkSettings = kioskId === 'k1' ? serial : { kind: 'virtual' };
      const place = { data: folder, profile, link, rollM: 80, render: 'raster', clock } as const;
      return startPrinter(kioskId, place, listeners);
    },
    say: () => undefined,
    exit: (code) => refused.push(`the agent ended with ${code}`),
  });
  kiosk = await kioskOf(doors);
});

afterAll(async () => {
  kiosk.close();
  await agent.stop();
  await pty.remove();
  await doors.close();
  rmSync(folder, { recursive: true });
});

test('a ticket goes by server, agent and serial line, and its print is in the log', async () => {
  const { ticketId } = await ticketOf(doors, kiosk);
  await vi.waitUntil(() => paperOf(ticketId)?.state === 'confirmed', PATIENCE);
  expect(wholes()).toBe(1);
  expect(refused).toEqual([]);
});

test('a line pulled out in the middle of a ticket ends with one whole, marked ticket', async () => {
  const before = wholes();
  const pulled = new Promise<void>((resolve) => {
    onBytes = () => {
      if (heardBytes < 5_000) return;
      onBytes = () => undefined;
      void pty.unplug().then(resolve);
    };
  });
  heardBytes = 0;
  const { ticketId } = await ticketOf(doors, kiosk);
  await pulled;
  await vi.waitUntil(() => kiosk.view?.printer === 'away', PATIENCE);
  expect(kiosk.view?.elsewhere).toEqual(['k2']);
  expect(paperOf(ticketId)?.state).toBe('pending');
  await switchOn();
  await pty.plugIn();
  await vi.waitUntil(() => paperOf(ticketId)?.state === 'confirmed', PATIENCE);
  // The strict printer would have refused what was left of the first try.
  expect([wholes() - before, refused]).toEqual([1, []]);
});

test('the end of the paper is seen on all sides, and a copy comes out elsewhere', async () => {
  await doors.centre.staff.add({ id: 'mona', name: 'منى', role: 'manager', secret: SECRET });
  const jar = await signedIn(doors, 'manager', 'mona');
  const manager = new Screen<ManagerView>(doors.url, 'manager', { deviceId: 'manager', jar });
  await manager.ready();
  printer.set({ paperRows: 0 });
  const seen = (): string | null | undefined =>
    manager.view?.devices.find(({ deviceId }) => deviceId === 'k1')?.printer;
  await vi.waitUntil(() => seen() === 'paperEnd' && kiosk.view?.printer === 'paperEnd', PATIENCE);
  const metrics = await (await fetch(`${doors.url}/metrics`)).text();
  expect(metrics).toContain('dawr_printer_state{kiosk="k1",state="paperEnd"} 1');
  expect(metrics).toMatch(/dawr_printer_paper_left_mm\{kiosk="k1",by="count"\} 79\d{3}/);
  const { ticketId } = await ticketOf(doors, kiosk);
  await kiosk.ask({ type: 'printElsewhere', ticketId, kioskId: 'k2' });
  await vi.waitUntil(() => paperOf(ticketId)?.state === 'confirmed', PATIENCE);
  expect(paperOf(ticketId)).toMatchObject({ copy: 1, why: 'again', kioskId: 'k2' });
  await manager.ask({ type: 'stopPaper', kioskId: 'k1' });
  const paperless = await ticketOf(doors, kiosk);
  expect(paperOf(paperless.ticketId)).toBeNull();
  manager.close();
});

test('four printers that take nothing keep neither a fifth nor the disk waiting', async () => {
  const sockets: Socket[] = [];
  const sink = createServer((socket) => {
    // An agent that ends resets its connections.
    sockets.push(socket.pause().on('error', () => undefined));
  });
  sink.listen(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address() as AddressInfo;
  const lines = await Promise.all([0, 1].map(() => openPty(() => new Uint8Array(0))));
  const mute = { dleEot: false, clearBuffer: false, processId: false, asb: false };
  const blind = { ...profile, status: { ...profile.status, ...mute } };
  const tcp = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const serial = { kind: 'serial', baudRate: 115_200, flow: 'rtscts' } as const;
  const stuck: LinkSettings[] = [tcp, tcp, ...lines.map(({ near }) => ({ ...serial, path: near }))];
  const told: string[] = [];
  const start = (kioskId: string, link: LinkSettings, of = blind): RunningPrinter => {
    const place = {
      data: folder,
      profile: of,
      link,
      rollM: 80,
      render: 'raster',
      clock: machineClock,
    } as const;
    return startPrinter(kioskId, place, {
      onJob: ({ state }) => told.push(`${kioskId} ${state}`),
      onPrinter: () => undefined,
      onFault: (fault) => refused.push(fault),
    });
  };
  const now = machineClock.now();
  const running = stuck.map((link, n) => start(`stuck-${n}`, link));
  for (const { queue } of running) queue.take(job('s:1/0', now));
  await vi.waitUntil(() => told.filter((one) => one.endsWith('sending')).length === 4, PATIENCE);
  const fifth = start('fifth', { kind: 'virtual' }, profile);
  fifth.queue.take(job('s:2/0', now));
  await vi.waitUntil(() => told.includes('fifth confirmed'), PATIENCE);
  await stat(folder);
  expect(told).not.toContain('stuck-0 confirmed');
  for (const { queue } of [...running, fifth]) queue.stop();
  for (const socket of sockets) socket.destroy();
  await Promise.all(lines.map((line) => line.remove()));
  await Promise.all([...running, fifth].map(({ ended }) => ended));
  sink.close();
});

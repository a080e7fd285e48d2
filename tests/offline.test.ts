import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Agent } from '../agent/agent.js';
import type { OfflineStatus } from '../agent/offline/door.js';
import type { OfflineTicket } from '../agent/offline/offline.js';
import { readProfile } from '../agent/printer/profile.js';
import { startPrinter } from '../agent/printers.js';
import type { Command } from '../core/protocol/commands.js';
import type { Refusal } from '../core/protocol/refusals.js';
import { HOUR_MS, MINUTE_MS } from '../core/time.js';
import { machineTimers } from '../server/clock.js';
import { enrolOwn } from '../server/http/enrol.js';
import { eventOf } from '../server/log/chain.js';
import { rowsFrom } from '../server/log/read.js';
import { run, type Running } from '../server/run.js';
import { loadSettings } from '../server/settings.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-offline-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Sunday 2026-11-22, 07:50 in Cairo; the demo centre opens at half past eight. */
const EARLY = Date.parse('2026-11-22T05:50:00Z');
const PROFILE = readProfile('firmware-config/printers/virtual-80mm.json');
const PATIENCE_MS = 15_000;

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const until = async <T>(look: () => T | undefined | false, what: string): Promise<T> => {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

/** A centre, a kiosk's machine beside it, and time that passes by hours when it is told to. */
class Site {
  at = EARLY;
  /** By how much the machine's clock is wrong. */
  machineOff = 0;
  boots = 1;
  running: Running | undefined;
  agent: Agent | undefined;
  private token = '';
  private readonly began = performance.now();
  private readonly data = mkdtempSync(join(folder, 'site-'));

  private constructor(private readonly port: number) {}

  static async begin(): Promise<Site> {
    const site = new Site(await freePort());
    await site.startServer();
    site.token = await enrolOwn(site.running!.centre, 'a1', 'agent');
    return site;
  }

  now(): number {
    return Math.floor(this.at + performance.now() - this.began);
  }

  async startServer(): Promise<void> {
    const demo = await loadSettings('firmware-config/centres/demo/centre.json');
    const data = join(this.data, 'server');
    const server = { ...demo.server, host: '127.0.0.1', port: this.port, phonePort: null, data };
    const { centre } = demo.configuration;
    const publicUrl = 'https://turn.example';
    const configuration = { ...demo.configuration, centre: { ...centre, publicUrl } };
    this.running = await run({
      settings: { ...demo, server, configuration },
      journal: pino({ level: 'silent' }),
      time: { wall: () => this.now(), monotonicMs: () => this.now() - EARLY },
      timers: machineTimers,
      onFatal: (error) => {
        throw error;
      },
    });
  }

  async stopServer(): Promise<void> {
    await this.running?.stop();
    this.running = undefined;
  }

  async startAgent(): Promise<void> {
    const data = join(this.data, 'agent');
    const wall = (): number => this.now() + this.machineOff;
    const machine = { now: wall, after: machineTimers.after };
    this.agent = new Agent({
      self: { server: `http://127.0.0.1:${this.port}`, deviceId: 'a1', data },
      cookie: `dawr-a1=${this.token}`,
      start: (kioskId, clock, listeners) =>
        startPrinter(
          kioskId,
          { data, profile: PROFILE, link: { kind: 'virtual' }, rollM: 80, render: 'raster', clock },
          listeners,
        ),
      say: (line) => void this.said.push(line),
      exit: (code) => void this.said.push(`exit ${code}`),
      machine,
      machineTime: { bootId: `boot ${this.boots}`, uptime: () => this.now() - EARLY, wall },
    });
    await this.agent.away.openDoor();
  }

  readonly said: string[] = [];

  async stopAgent(): Promise<void> {
    await this.agent?.stop();
    this.agent = undefined;
  }

  /** Waits until the agent could do without its server. */
  async stocked(): Promise<void> {
    const last = (): boolean => this.agent!.away.offline.stock.of('k2', '2026-11-24').length > 0;
    await until(last, 'leases of three days');
  }

  async door<T>(path: string, body?: object): Promise<T> {
    const { port, token } = this.agent!.away.place!;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        ...{ origin: `http://127.0.0.1:${this.port}`, 'x-dawr-door': token },
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json()) as T;
  }

  take(n: number, services = ['b1']): Promise<OfflineTicket | Refusal> {
    const requestId = n.toString(16).padStart(32, '0');
    const visitor = { kioskId: 'k1', requestId, services, classId: '', language: 'ar' };
    return this.door('/ticket', visitor);
  }

  /** All events of a type that the log holds. */
  logged<T extends string>(type: T) {
    const events = [...rowsFrom(this.running!.centre.store.database, 1)].map(eventOf);
    return events.flatMap((event) => (event.type === type ? [event] : [])) as Extract<
      ReturnType<typeof eventOf>,
      { type: T }
    >[];
  }

  async end(): Promise<void> {
    await this.stopAgent();
    await this.stopServer();
  }
}

let site: Site;
afterEach(() => site.end());

const numberOf = (ticket: OfflineTicket | Refusal): number =>
  'refused' in ticket ? -1 : ticket.label.number;

/** A service of the demo centre whose category is that of the first series that the test reads. */
const SERVICE = 'site-validity';

/** What the kiosk's page asks the server for. */
const takeTicket = (): Command => ({
  ...{ type: 'takeTicket', services: [SERVICE], classId: '', language: 'ar' },
});

test('dead since before opening: tickets of hours enter once, in order, printed', async () => {
  site = await Site.begin();
  site.machineOff = -7 * MINUTE_MS;
  await site.startAgent();
  await site.stocked();
  await site.stopServer();
  const early = await site.take(1, [SERVICE]);
  expect(early).toEqual({ refused: 'day.notOpen' });
  site.at += HOUR_MS;
  const first = await site.take(1, [SERVICE]);
  expect(first).toMatchObject({
    printing: true,
    link: expect.stringMatching(/\/t\/[A-Z2-7]{40}$/),
  });
  expect(await site.take(1, [SERVICE])).toEqual(first);
  await site.stopAgent();
  site.machineOff = 20 * MINUTE_MS;
  site.at += HOUR_MS;
  await site.startAgent();
  expect(await site.take(1, [SERVICE])).toEqual(first);
  const second = await site.take(2, [SERVICE]);
  expect(numberOf(second)).toBe(numberOf(first) + 1);
  await site.stopAgent();
  site.machineOff = -7 * MINUTE_MS;
  site.boots += 1;
  site.at += HOUR_MS;
  await site.startAgent();
  const third = await site.take(3, [SERVICE]);
  expect(numberOf(third)).toBe(numberOf(second) + 1);
  const { papers } = await site.door<OfflineStatus>('/status?kiosk=k1');
  expect(Object.keys(papers)).toHaveLength(3);
  site.at += HOUR_MS;
  await site.startServer();
  await until(() => site.logged('ticket.printed').length === 3, 'three papers told');
  const issued = site.logged('ticket.issued');
  expect(issued.map(({ number }) => number)).toEqual([first, second, third].map(numberOf));
  const hours = issued.map(({ takenAt }) => Math.floor((takenAt - EARLY) / HOUR_MS));
  expect(hours).toEqual([1, 2, 3]);
  const { day } = site.running!.centre.log.state;
  expect(day?.day).toBe('2026-11-22');
  expect([...day!.tickets.values()].map(({ leg, takenAt }) => leg.orderFrom - takenAt)).toEqual([
    0, 0, 0,
  ]);
  await site.stopAgent();
  await site.startAgent();
  await until(() => site.agent?.isLive, 'the agent is back');
  expect(site.logged('ticket.issued')).toHaveLength(3);
  expect(site.said).toEqual([]);
}, 60_000);

test('a request carried out without an answer keeps its place, numbered as on paper', async () => {
  site = await Site.begin();
  site.at += HOUR_MS;
  await site.startAgent();
  await site.stocked();
  await until(() => site.running!.centre.log.state.day, 'the day');
  const { log, clock } = site.running!.centre;
  const requestId = 'a'.padStart(32, '0');
  const command = takeTicket();
  const ask = { requestId, sentAt: clock.now(), command, actor: 'k1', deviceId: 'k1' };
  await log.enqueue(ask);
  await site.stopServer();
  const paper = await site.take(0xa, [SERVICE]);
  await site.startServer();
  await until(() => site.logged('ticket.relabelled').length > 0, 'the new label');
  const tickets = [...site.running!.centre.log.state.day!.tickets.values()];
  expect(tickets.map(({ number }) => number)).toEqual([numberOf(paper)]);
  await until(() => site.logged('ticket.printed').length > 0, 'the paper told');
  expect(site.logged('ticket.issued')).toHaveLength(1);
}, 60_000);

test('a request that arrives after all hears of the ticket that its visitor has', async () => {
  site = await Site.begin();
  site.at += HOUR_MS;
  await site.startAgent();
  await site.stocked();
  await site.stopServer();
  const paper = await site.take(0xb, [SERVICE]);
  await site.startServer();
  await until(() => site.logged('ticket.issued').length === 1, 'the ticket');
  const { log, clock } = site.running!.centre;
  const command = takeTicket();
  const answer = await log.enqueue({
    ...{ requestId: 'b'.padStart(32, '0'), sentAt: clock.now(), actor: 'k1', deviceId: 'k1' },
    command,
  });
  expect(answer).toMatchObject({ done: true, receipt: { label: { number: numberOf(paper) } } });
  expect(site.logged('ticket.issued')).toHaveLength(1);
}, 60_000);

test('the door is for pages of its own server that show the token', async () => {
  site = await Site.begin();
  await site.startAgent();
  const { port, token } = site.agent!.away.place!;
  const origin = `http://127.0.0.1:${new URL(site.running!.url).port}`;
  const status = async (headers: Record<string, string>, method = 'GET'): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/status?kiosk=k1`, { method, headers });
    await response.text();
    return response.status;
  };
  await site.stocked();
  expect(await status({ origin, 'x-dawr-door': token })).toBe(200);
  expect(await status({ origin, 'x-dawr-door': 'f'.repeat(64) })).toBe(401);
  expect(await status({ origin: 'https://elsewhere.example', 'x-dawr-door': token })).toBe(403);
  expect(await status({ 'x-dawr-door': token })).toBe(403);
  expect(await status({ origin }, 'OPTIONS')).toBe(204);
  expect(await site.door('/ticket', { kioskId: 'k1' })).toEqual({ refused: 'payload.invalid' });
}, 60_000);

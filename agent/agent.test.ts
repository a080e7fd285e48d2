import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { io } from 'socket.io-client';
import { afterAll, expect, test } from 'vitest';
import { HOUR_MS } from '../core/time.js';
import { agentView as view, AgentWire as Wire } from '../tests/fixtures/agent.js';
import { FakeClock, job, START } from '../tests/fixtures/printing.js';
import { Agent, LOST_MS, STOP_MS_MAX, type AgentParts } from './agent.js';
import { readProfile, type PrinterProfile } from './printer/profile.js';
import { startPrinter } from './printers.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-agent-'));
afterAll(() => rmSync(folder, { recursive: true }));

const HEALTHY = readProfile('firmware-config/printers/virtual-80mm.json');
/** A printer of which nobody knows when it is done: a ticket takes its time. */
const SLOW: PrinterProfile = {
  ...HEALTHY,
  status: { ...HEALTHY.status, processId: false, gsR: false },
};

let count = 0;
const bench = ({
  profile = HEALTHY,
  ...parts
}: Partial<AgentParts> & { profile?: PrinterProfile } = {}) => {
  const wire = new Wire();
  const machine = new FakeClock();
  const said: string[] = [];
  const exits: number[] = [];
  const data = join(folder, `data-${(count += 1)}`);
  const agent = new Agent({
    self: { server: 'http://hall', deviceId: 'a1', data },
    cookie: 'dawr-a1=token',
    start: (kioskId, clock, listeners) =>
      startPrinter(
        kioskId,
        { data, profile, link: { kind: 'virtual' }, rollM: 80, render: 'raster', clock },
        listeners,
      ),
    say: (line) => said.push(line),
    exit: (code) => exits.push(code),
    open: (() => wire) as unknown as typeof io,
    machine,
    ...parts,
  });
  wire.hear('connect');
  const journal = (): string => readFileSync(join(data, 'kiosk-1.journal'), 'utf8');
  return { agent, wire, machine, said, exits, journal };
};

test.each([-HOUR_MS, HOUR_MS])(
  "a machine %i ms off the centre's time prints its tickets and reports them in time",
  async (offMs) => {
    const { wire, machine } = bench();
    const at = START - offMs;
    wire.hear('view', view(at, [job('s:1/0', at - 5_000)]));
    await machine.pass(0);
    expect(wire.printing().at(-1)).toEqual({ jobId: 's:1/0', state: 'confirmed' });
    expect(wire.asks.map(({ sentAt }) => sentAt)).toEqual([at]);
  },
);

test("a beat tells that the centre's clock was set", async () => {
  const { wire, machine } = bench();
  wire.answer = { refused: 'request.stale' };
  wire.hear('view', view(START, [job('s:1/0')]));
  await machine.pass(0);
  wire.hear('beat', { at: START + HOUR_MS, version: 1 });
  await machine.pass(1_000);
  expect(wire.asks.map(({ sentAt }) => sentAt)).toEqual([START, START + HOUR_MS + 1_000]);
});

test('a ticket that waits for staff is told as interrupted, and not printed late', async () => {
  const { wire, machine } = bench();
  wire.hear('view', view(START, [job('s:1/0', START - 61_000)]));
  await machine.pass(120_000);
  expect(wire.printing()).toEqual([{ jobId: 's:1/0', state: 'interrupted' }]);
  expect(wire.asks).toEqual([]);
});

test('each state is told once per connection, and again after a new one', async () => {
  const { wire, machine } = bench();
  for (let times = 0; times < 3; times += 1) {
    wire.hear('view', view(START, [job('s:1/0')]));
    await machine.pass(1_000);
  }
  const confirmed = { jobId: 's:1/0', state: 'confirmed' };
  expect(wire.printing().slice(3)).toEqual([confirmed]);
  wire.emitted.length = 0;
  wire.hear('connect');
  wire.hear('view', view(START, [job('s:1/0')]));
  expect(wire.emitted).toEqual([
    [
      'printer',
      { kioskId: 'kiosk-1', state: 'ready', roll: { leftMm: 79_941, mmPerDay: null, by: 'count' } },
    ],
    ['troubles', []],
    ['offline', { waiting: 0, refused: [] }],
    ['printing', confirmed],
  ]);
});

test('a report that the server refuses for good is said', async () => {
  const { wire, machine, said } = bench();
  wire.answer = { refused: 'ticket.unknown' };
  wire.hear('view', view(START, [job('s:1/0')]));
  await machine.pass(0);
  expect(said).toEqual(['the server does not take that s:1/0 is confirmed: ticket.unknown']);
});

test('a stop lets the ticket in the printer end, and takes no other', async () => {
  const { agent, wire, machine, journal } = bench({ profile: SLOW });
  wire.hear('view', view(START, [job('s:1/0'), job('s:2/0')]));
  await machine.pass(100);
  expect(wire.printing().at(-1)).toEqual({ jobId: 's:1/0', state: 'sent' });
  const stopped = agent.stop();
  wire.hear('view', { ...view(START, [job('s:3/0')]), kiosks: ['kiosk-1', 'kiosk-2'] });
  await machine.pass(500);
  expect(wire.connected).toBe(true);
  await machine.pass(3_000);
  await stopped;
  expect(wire.connected).toBe(false);
  expect(journal()).toContain('"s:1/0","state":"assumed"');
  expect(journal()).not.toContain('"s:2/0","state":"sending"');
  expect(journal()).not.toContain('s:3/0');
});

test('a stop does not wait for ever, and says so', async () => {
  const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
  const stuck = { queue, ended: new Promise<void>(() => undefined), loaded: () => undefined };
  const { agent, wire, machine, said } = bench({ start: () => stuck });
  wire.hear('view', view(START, []));
  const stopped = agent.stop();
  await machine.pass(STOP_MS_MAX - 1);
  expect(wire.connected).toBe(true);
  await machine.pass(1);
  await stopped;
  expect([wire.connected, said]).toEqual([false, ['stops with a ticket still in a printer']]);
});

test('an agent that the server turns away or cuts comes again, unless it stops', async () => {
  const { agent, wire, machine, said } = bench();
  wire.active = false;
  wire.hear('connect_error', new Error('tooMany'));
  await machine.pass(3_000);
  expect([wire.opened, said]).toEqual([1, ['the server turns this agent away: tooMany']]);
  wire.hear('disconnect', 'io server disconnect');
  await machine.pass(3_000);
  expect(wire.opened).toBe(2);
  await agent.stop();
  wire.hear('disconnect', 'io client disconnect');
  await machine.pass(3_000);
  expect(wire.opened).toBe(2);
});

test('what cannot go on ends the process and says why', async () => {
  const { wire, exits, said } = bench();
  wire.hear('connect_error', new Error('notEnrolled'));
  expect(exits).toEqual([1]);
  expect(said[0]).toContain('a1 is no longer enrolled');
  const other = bench({
    start: (_kioskId, _clock, { onFault }) => {
      onFault(new Error('the disk is full'));
      const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
      return { queue, ended: Promise.resolve(), loaded: () => undefined };
    },
  });
  other.wire.hear('view', view(START, []));
  expect(other.exits).toEqual([70]);
  expect(other.said[0]).toContain('the printer of kiosk-1 cannot go on: Error: the disk is full');
});

test('displays are told of the hall, and that the server is away when it stays away', async () => {
  const told: (string | null)[] = [];
  let stopped = 0;
  const { agent, wire, machine } = bench({
    startHall: () => ({
      see: (hall) => told.push(hall && hall.counters.map(({ counterId }) => counterId).join(' ')),
      stop: async () => void (stopped += 1),
    }),
  });
  const c1 = { counterId: 'c1', number: 1, state: 'closed', label: null } as const;
  const seen = { ...view(START, []), counters: [c1] };
  wire.hear('view', seen);
  wire.hear('disconnect', 'transport close');
  await machine.pass(LOST_MS - 1);
  expect(told).toEqual(['c1']);
  wire.hear('view', seen);
  await machine.pass(LOST_MS);
  expect(told).toEqual(['c1', 'c1']);
  wire.hear('disconnect', 'transport close');
  await machine.pass(LOST_MS);
  expect(told).toEqual(['c1', 'c1', null]);
  await agent.stop();
  expect(stopped).toBe(1);
});

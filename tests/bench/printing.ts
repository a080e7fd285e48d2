import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { machineClock } from '../../agent/clock.js';
import type { LinkSettings } from '../../agent/devices.js';
import { startPrinter, type RunningPrinter } from '../../agent/printers.js';
import { readProfile } from '../../agent/printer/profile.js';
import { VirtualPrinter } from '../../agent/printer/virtual-printer.js';
import { PROJECT } from '../../server/place.js';
import { plainPaper } from '../fixtures/paper.js';
import { serve } from './child.js';

export type LinkKind = 'tcp' | 'serial';
export interface Printing {
  readonly folder: string;
  readonly kind: LinkKind;
}
/** Times in ms from when the agent has the job, and the bytes of one ticket. */
export interface Printed {
  readonly firstByteMs: readonly number[];
  readonly confirmedMs: readonly number[];
  readonly bytes: number;
}

const profile = readProfile(join(PROJECT, 'firmware-config', 'printers', 'virtual-80mm.json'));
const LOOK_MS = 20;

/** The printer at the far end, and when it got the first byte of a ticket. */
const far = { taken: 0, firstAt: 0, confirmedAt: 0, confirm: (): void => undefined };
let running: RunningPrinter | undefined;
let count = 0;

const farPrinter = (say: (bytes: Uint8Array) => void): ((bytes: Uint8Array) => void) => {
  const printer = new VirtualPrinter(profile, () => undefined);
  const opened = printer.open();
  printer.onData(say);
  return (bytes) => {
    // Questions are three bytes each; a ticket comes in large pieces.
    if (far.firstAt === 0 && bytes.length > 100) far.firstAt = performance.now();
    far.taken += bytes.length;
    void opened.then(() => printer.write(bytes));
  };
};

const tcp = async (): Promise<LinkSettings> => {
  const listener = createServer((socket) => {
    const take = farPrinter((bytes) => socket.write(bytes));
    socket.on('data', take);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { kind: 'tcp', host: '127.0.0.1', port: (listener.address() as AddressInfo).port };
};

const serial = async (folder: string): Promise<LinkSettings> => {
  const [near, end] = [join(folder, 'near'), join(folder, 'far')];
  const ends = [near, end].map((path) => `pty,raw,echo=0,link=${path}`);
  const socat = spawn('socat', ends, { stdio: 'ignore' });
  process.on('exit', () => socat.kill());
  while (!existsSync(near) || !existsSync(end)) await pause(LOOK_MS);
  const handle = await open(end, 'r+');
  const take = farPrinter((bytes) => void handle.write(bytes));
  void (async () => {
    for (;;) {
      const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(4096) });
      take(buffer.subarray(0, bytesRead));
    }
  })();
  return { kind: 'serial', path: near, baudRate: 115_200, flow: 'none' };
};

const begin = async ({ folder, kind }: Printing): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const data = mkdtempSync(join(folder, 'agent-'));
  const link = kind === 'tcp' ? await tcp() : await serial(data);
  const place = {
    data,
    profile,
    link,
    rollM: 1000,
    render: 'raster',
    clock: machineClock,
  } as const;
  running = startPrinter('k1', place, {
    onJob: ({ state }) => {
      if (state === 'confirmed') far.confirm();
    },
    onPrinter: () => undefined,
    onFault: (fault) => {
      throw fault;
    },
  });
};

/** One ticket after the other, each as soon as the last is confirmed. */
const print = async (tickets: number): Promise<Printed> => {
  const firstByteMs: number[] = [];
  const confirmedMs: number[] = [];
  const before = far.taken;
  for (let n = 0; n < tickets; n += 1) {
    const jobId = `bench:${(count += 1)}/0`;
    const confirmed = new Promise<void>((resolve) => (far.confirm = resolve));
    far.firstAt = 0;
    const startedAt = performance.now();
    const job = { jobId, kioskId: 'k1', issuedAt: machineClock.now(), paper: plainPaper };
    running!.queue.take(job);
    await confirmed;
    confirmedMs.push(performance.now() - startedAt);
    firstByteMs.push(far.firstAt - startedAt);
    running!.queue.keep(new Set());
  }
  return { firstByteMs, confirmedMs, bytes: Math.round((far.taken - before) / tickets) };
};

serve({ begin, print, residentBytes: () => process.memoryUsage().rss });

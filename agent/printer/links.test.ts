import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { plainPaper } from '../../tests/fixtures/paper.js';
import { machineClock, type Clock } from '../clock.js';
import { encodeJob } from '../paper/escpos.js';
import { createPress } from '../paper/press.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import { readProfile } from './profile.js';
import { VirtualPrinter } from './virtual-printer.js';
import { WireLink, WRITE_MS_MAX, type Wire } from '../wires/wire-link.js';
import { fileWire } from '../wires/file.js';
import { serialWire } from '../wires/serial.js';
import { tcpWire } from '../wires/tcp.js';

const profile = readProfile('firmware-config/printers/virtual-80mm.json');
const job = encodeJob(profile, {
  ...createPress(profile)(plainPaper),
  receipt: 'processId',
  processId: 'A1B2',
});
const ANSWER = Uint8Array.of(0x37, 0x22, ...Buffer.from('A1B2'), 0);

/** The machine's clock, but that the wait for a stuck printer ends when a test says so. */
class StuckClock implements Clock {
  private ends: (() => void)[] = [];
  now = machineClock.now;

  after(ms: number, run: () => void): () => void {
    if (ms !== WRITE_MS_MAX) return machineClock.after(ms, run);
    this.ends.push(run);
    return () => (this.ends = this.ends.filter((end) => end !== run));
  }

  end(): void {
    for (const end of this.ends) end();
  }
}

/** A printer at the far end of a link. Each plug-in finds it empty. */
interface Bench {
  readonly link: DeviceLink;
  readonly clock: StuckClock;
  /** Tickets that came out. */
  readonly slips: () => number;
  unplug(): Promise<void>;
  plugIn(): Promise<void>;
  /** It takes no byte more. */
  sticks(): void;
  remove(): Promise<void>;
}

/** A printer for one connection; what is printed is counted. */
const farPrinter = (onSlip: () => void, say: (bytes: Uint8Array) => void) => {
  const printer = new VirtualPrinter(profile, onSlip);
  const opened = printer.open();
  printer.onData(say);
  return (bytes: Uint8Array): void => void opened.then(() => printer.write(bytes));
};

const virtual = async (): Promise<Bench> => {
  let slips = 0;
  const link = new VirtualPrinter(profile, () => (slips += 1));
  return {
    ...{ link, clock: new StuckClock(), slips: () => slips, sticks: () => undefined },
    unplug: async () => link.set({ isUnplugged: true }),
    plugIn: async () => link.set({ isUnplugged: false }),
    remove: async () => undefined,
  };
};

const tcp = async (): Promise<Bench> => {
  let slips = 0;
  let isStuck = false;
  const sockets = new Set<Socket>();
  const listener = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (isStuck) return;
    const take = farPrinter(
      () => (slips += 1),
      (bytes) => socket.write(bytes),
    );
    socket.on('data', take);
  });
  const listen = async (port: number): Promise<number> => {
    listener.listen(port, '127.0.0.1');
    await once(listener, 'listening');
    return (listener.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const clock = new StuckClock();
  const unplug = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    if (listener.listening) await new Promise((closed) => listener.close(closed));
  };
  return {
    link: new WireLink(tcpWire({ host: '127.0.0.1', port }), clock),
    ...{ clock, slips: () => slips, unplug, remove: unplug },
    plugIn: async () => void (await listen(port)),
    sticks: () => (isStuck = true),
  };
};

/** Two ends of a line that is no device: what one writes, the other reads. */
const ptyBench = async (linkTo: (path: string, clock: Clock) => DeviceLink): Promise<Bench> => {
  let slips = 0;
  let isStuck = false;
  let pull: () => Promise<void> = async () => undefined;
  const folder = mkdtempSync(join(tmpdir(), 'dawr-line-'));
  const [near, far] = [join(folder, 'near'), join(folder, 'far')];
  const plugIn = async (): Promise<void> => {
    const ends = [near, far].map((path) => `pty,raw,echo=0,link=${path}`);
    const socat = spawn('socat', ends, { stdio: 'ignore' });
    const gone = once(socat, 'exit');
    await vi.waitUntil(() => existsSync(near) && existsSync(far));
    const handle = await open(far, 'r+');
    const take = farPrinter(
      () => (slips += 1),
      (bytes) => void handle.write(bytes),
    );
    const reading = (async () => {
      if (isStuck) return;
      for (;;) {
        const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(4096) });
        if (bytesRead === 0) return;
        take(buffer.subarray(0, bytesRead));
      }
    })().catch(() => undefined); // the line is gone
    pull = async () => {
      socat.kill('SIGKILL');
      await gone;
      await reading;
      await handle.close();
      rmSync(near, { force: true });
      rmSync(far, { force: true });
      pull = async () => undefined;
    };
  };
  await plugIn();
  const clock = new StuckClock();
  return {
    ...{ link: linkTo(near, clock), clock, slips: () => slips, plugIn },
    unplug: () => pull(),
    sticks: () => (isStuck = true),
    remove: async () => {
      await pull();
      rmSync(folder, { recursive: true });
    },
  };
};

const serial = (): Promise<Bench> =>
  ptyBench((path, clock) => {
    return new WireLink(serialWire({ path, baudRate: 115_200, flow: 'none' }), clock);
  });

const file = (): Promise<Bench> =>
  ptyBench((path, clock) => new WireLink(fileWire(path, machineClock), clock));

const BENCHES = { virtual, tcp, serial, file };
let bench: Bench | undefined;

afterEach(async () => {
  await bench?.link.close();
  await bench?.remove();
  bench = undefined;
});

describe.each(Object.keys(BENCHES) as (keyof typeof BENCHES)[])('a %s link', (kind) => {
  /** The link, what it said, and how often it was told to be lost. */
  const start = async () => {
    bench = await BENCHES[kind]();
    const heard: number[] = [];
    let losses = 0;
    bench.link.onData((bytes) => heard.push(...bytes));
    bench.link.onLost(() => (losses += 1));
    return { ...bench, heard, losses: () => losses };
  };
  const printed = async ({ link, heard }: Awaited<ReturnType<typeof start>>): Promise<void> => {
    heard.length = 0;
    await link.write(job);
    await vi.waitUntil(() => heard.length >= ANSWER.length, { timeout: 5_000 });
    expect(heard).toEqual([...ANSWER]);
  };

  test('brings a ticket whole, and the printer’s answer back', async () => {
    const on = await start();
    await on.link.open();
    await printed(on);
    await printed(on);
    expect([on.slips(), on.losses()]).toEqual([2, 0]);
  });

  test('takes nothing before it is open, nor after it was closed', async () => {
    const { link, slips } = await start();
    await expect(link.write(job)).rejects.toThrow(LinkLost);
    await link.open();
    await link.close();
    await link.close();
    await expect(link.write(job)).rejects.toThrow(LinkLost);
    expect(slips()).toBe(0);
  });

  test('tells once that it was unplugged, and prints again when it is back', async () => {
    const on = await start();
    await on.link.open();
    await on.unplug();
    await vi.waitUntil(() => on.losses() > 0, { timeout: 5_000 });
    await expect(on.link.write(job)).rejects.toThrow(LinkLost);
    await expect(on.link.open()).rejects.toThrow(LinkLost);
    await on.plugIn();
    await on.link.open();
    await printed(on);
    expect([on.slips(), on.losses()]).toEqual([1, 1]);
  });

  // Nothing keeps the bytes of the virtual one.
  if (kind === 'virtual') return;

  test('a printer that takes no more is lost, and forgets', async () => {
    const on = await start();
    await on.unplug();
    on.sticks();
    await on.plugIn();
    await on.link.open();
    const many = Buffer.concat(Array.from({ length: 600 }, () => job));
    const writing = expect(on.link.write(many)).rejects.toThrow(LinkLost);
    await vi.waitUntil(async () => {
      on.clock.end();
      return on.losses() > 0;
    });
    await writing;
    await expect(on.link.write(job)).rejects.toThrow(LinkLost);
    expect([on.slips(), on.losses()]).toEqual([0, 1]);
  });
});

/** More than the far end's own system holds; the sender's takes some megabytes. */
const FAR_BUFFER_BYTES = 1_000_000;

test('what a printer in the network has not taken when it is given up is never sent', async () => {
  let far: Socket | undefined;
  const listener = createServer((socket) => {
    far = socket.pause();
    socket.on('error', () => undefined);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const clock = new StuckClock();
  let taken = 0;
  const link = new WireLink(async (events) => {
    const wire = await tcpWire({ host: '127.0.0.1', port })(events);
    const send: Wire['send'] = (bytes, done) =>
      wire.send(bytes, (fault) => {
        taken += bytes.length;
        done(fault);
      });
    return { send, end: () => wire.end() };
  }, clock);
  await link.open();
  const many = Buffer.concat(Array.from({ length: 600 }, () => job));
  const writing = expect(link.write(many)).rejects.toThrow(LinkLost);
  let before = 0;
  await vi.waitUntil(() => before === (before = taken) && taken > FAR_BUFFER_BYTES);
  clock.end();
  await writing;
  let brought = 0;
  far!.on('data', (bytes) => (brought += bytes.length));
  await once(far!.resume(), 'close');
  expect(brought).toBeLessThan(FAR_BUFFER_BYTES);
  await new Promise((closed) => listener.close(closed));
});

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { programOf } from '../../server/place.js';

const LOOK_MS = 5;
const READY_MAX_MS = 60_000;

/** A port that nobody uses now, nor, most likely, the one after it. */
const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
};

const isWell = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false; // it does not listen yet
  }
};

/** The demo centre as `npm start` runs it, in a process of its own. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** From the start of the process to the first good answer of `/health`. */
    readonly readyMs: number,
  ) {}

  static async start(data: string): Promise<Program> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const args = [programOf('server/main.js'), '--port', String(port), '--data', data];
    const started = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.removeListener('exit', end));
    for (;;) {
      if (await isWell(url)) return new Program(child, url, performance.now() - started);
      const late = performance.now() - started > READY_MAX_MS;
      if (late || child.exitCode !== null) throw new Error('the server did not get ready');
      await pause(LOOK_MS);
    }
  }

  /** Resident memory of the server's process, in bytes. */
  async residentBytes(): Promise<number> {
    const metrics = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^dawr_process_resident_memory_bytes (\S+)$/m.exec(metrics)![1]);
  }

  async stop(): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }
}

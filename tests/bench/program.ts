import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { programOf } from '../../node/place.js';
import { freePort } from '../port.js';

const LOOK_MS = 5;
const READY_MAX_MS = 60_000;

const isWell = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false; // it does not listen yet
  }
};

/** As in `package.json`: the young garbage of a hall is small, and room for more is memory. */
const NODE_OPTIONS = ['--max-semi-space-size=2'];

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
    const args = [
      ...NODE_OPTIONS,
      programOf('server/main.js'),
      '--port',
      String(port),
      '--data',
      data,
    ];
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

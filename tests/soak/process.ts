import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { programOf } from '../../node/place.js';
import { backup } from '../../server/log/backup.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { rowsFrom } from '../../server/log/read.js';
import { restore } from '../../server/log/restore.js';
import { projectors } from '../../server/projectors.js';
import { eventOf } from '../../chain/chain.js';
import type { Logged } from '../../core/events.js';
import { CENTRE } from '../fixtures/randomday.js';
import type { Disk } from './disks.js';
import type { Work, Worked } from './hall.js';

const HALL = programOf('tests/soak/hall.js');

/** What it says next; how it ended, where it says nothing more. */
const firstOf = async (child: ChildProcess): Promise<readonly unknown[]> => {
  const heard = new AbortController();
  const { signal } = heard;
  try {
    return await Promise.race([
      once(child, 'message', { signal }),
      once(child, 'exit', { signal }),
    ] as Promise<unknown[]>[]);
  } finally {
    heard.abort();
  }
};

/** Where and when a hall's process is started. */
export interface Start {
  readonly line: string;
  readonly seed: number;
  readonly at: number;
  readonly standby?: string;
}

/** A hall as a process of its own, which may be killed at any moment. */
export class CentreProcess {
  /** How far the machine's wall clock is off. */
  errorMs = 0;
  /** The manager confirms the time when next there is something to do. */
  confirms = false;
  private child: ChildProcess | undefined;
  private words = '';
  readonly faults: string[] = [];

  constructor(
    readonly centreId: string,
    public directory: string,
    private readonly disk: Disk,
  ) {}

  async start({ line, seed, at, standby = '' }: Start): Promise<void> {
    const url = `${line}${this.centreId}`;
    const args = [this.directory, this.centreId, url, seed, at, this.errorMs, standby].map(String);
    const env = { ...process.env, ...this.disk.env(this.directory) };
    const child = fork(HALL, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.child = child;
    this.words = '';
    child.stderr?.on('data', (bytes: Buffer) => (this.words += bytes.toString()));
    const ready = await firstOf(child);
    if (ready[0] === 'ready') return;
    throw new Error(`${this.centreId} does not start: ${this.words}`);
  }

  /** People in the hall; `undefined` where the process ended meanwhile. */
  async work(steps: number, at: number): Promise<Worked | undefined> {
    const { child, errorMs, confirms: confirm } = this;
    if (child === undefined) return undefined;
    this.confirms = false;
    child.send({ steps, at, errorMs, confirm } satisfies Work);
    const [worked] = await firstOf(child);
    if (typeof worked !== 'object' || worked === null) {
      if (child.signalCode !== 'SIGKILL') this.faults.push(`${this.centreId}: ${this.words}`);
      return undefined;
    }
    this.faults.push(...(worked as Worked).faults);
    return worked as Worked;
  }

  kill(): Promise<void> {
    return this.ended((child) => void child.kill('SIGKILL'));
  }

  /** As when the machine is shut down. */
  stop(): Promise<void> {
    return this.ended((child) => void child.send('end'));
  }

  private async ended(end: (child: ChildProcess) => void): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    end(child);
    await gone;
  }

  async backUp(to: string): Promise<void> {
    rmSync(to, { recursive: true, force: true });
    await backup(this.directory, to, { projectors });
  }

  /** With the process ended, and nobody to ask for what came after. */
  async restore(from: string, now: number): Promise<void> {
    const time = { wall: () => now + this.errorMs, monotonicMs: () => 0 };
    const { id: centreId } = CENTRE.centre;
    await restore({ directory: this.directory, centreId, time, projectors }, from);
    rmSync(join(this.directory, 'kept'), { recursive: true });
  }

  /** What its file holds, read beside its process. */
  events(): { readonly log: Logged[]; readonly hashes: Map<string, string[]> } {
    const log: Logged[] = [];
    const hashes = new Map<string, string[]>();
    if (!existsSync(join(this.directory, LOG_FILE))) return { log, hashes };
    const database = connect(join(this.directory, LOG_FILE), { readonly: true });
    try {
      for (const row of rowsFrom(database)) {
        log.push(eventOf(row));
        const own = hashes.get(row.stream) ?? [];
        own.push(row.hash.toString('hex'));
        hashes.set(row.stream, own);
      }
      return { log, hashes };
    } finally {
      database.close();
    }
  }
}

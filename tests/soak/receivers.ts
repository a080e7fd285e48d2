import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { programOf } from '../../node/place.js';
import type { Arrived, Taken } from '../../upstream/ingest/ingest.js';
import type { Bug } from './bugs.js';

const RECEIVER = programOf('tests/soak/receiver.js');
const ANSWER_MS_MAX = 20_000;

/** How far a stream is stored; `whole`: not in the middle of a request, `null` without an event. */
export interface StoredStream {
  readonly centreId: string;
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
  readonly whole: boolean | null;
}

export interface AlarmRow {
  readonly centreId: string;
  readonly kind: string;
  readonly stream: string;
  readonly seq: number;
}

/** There was no answer, for whatever reason. */
export class NoAnswer extends Error {}

/** A receiver as a process of its own, killed and started again at any moment. */
export class Receiver {
  private child: ChildProcess | undefined;
  private port = 0;
  /** What it could not do and should have, in its own words. */
  readonly failed: string[] = [];

  constructor(
    private readonly store: string,
    private readonly bug: Bug | undefined,
    /** Of its process: the disk that it writes to. */
    private readonly env: Readonly<Record<string, string>> = {},
  ) {}

  /** Resolves once it takes posts, or has ended because there is no database. */
  async start(): Promise<boolean> {
    const args = [RECEIVER, this.store, ...(this.bug === undefined ? [] : [this.bug])];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    let words = '';
    child.stderr?.on('data', (bytes: Buffer) => (words += bytes.toString()));
    const line = await Promise.race([
      once(child.stdout!, 'data').then(([bytes]: Buffer[]) => bytes!.toString()),
      once(child, 'exit').then(() => ''),
    ]);
    this.port = Number(line);
    if (line === '' && !/ECONN|57P0|starting up|ENOENT/.test(words)) this.failed.push(words);
    return line !== '';
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  send(arrived: Arrived): Promise<Taken> {
    return this.ask('/', JSON.stringify(arrived));
  }

  state(): Promise<StoredStream[]> {
    return this.ask('/state');
  }

  alarms(): Promise<AlarmRow[]> {
    return this.ask('/alarms');
  }

  private async ask<T>(path: string, body?: string): Promise<T> {
    let response;
    try {
      response = await fetch(`http://127.0.0.1:${this.port}${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body }),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      const text = await response.text();
      if (response.status === 200) return JSON.parse(text) as T;
      if (response.status === 500) this.failed.push(text);
      throw new NoAnswer(text);
    } catch (error) {
      throw error instanceof NoAnswer ? error : new NoAnswer(String(error), { cause: error });
    }
  }
}

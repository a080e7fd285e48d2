import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { TimeSource, Timers } from './time.js';

const PAUSE_MS_MIN = 1_000;
const PAUSE_MS_MAX = 60_000;

/** What is kept running, and who is told. */
export interface Keeping {
  /** What a person calls the process. */
  readonly name: string;
  start(): Promise<ChildProcess>;
  say(line: string): void;
  readonly time: Pick<TimeSource, 'monotonicMs'>;
  readonly timers: Pick<Timers, 'after'>;
}

/**
 * A process that is started again when it ends by itself, each time after twice the pause; one that
 * has lasted longer than the longest pause begins with the shortest again.
 */
export class Kept {
  private child: ChildProcess | undefined;
  private pauseMs = PAUSE_MS_MIN;
  private isStopping = false;
  private cancel = (): void => undefined;
  private starting = Promise.resolve();

  private constructor(private readonly keeping: Keeping) {}

  /** Rejects if the first start does. */
  static async of(keeping: Keeping): Promise<Kept> {
    const kept = new Kept(keeping);
    kept.starting = kept.begin();
    await kept.starting;
    return kept;
  }

  /** Of the process that runs now, if one does. */
  get pid(): number | undefined {
    return this.isRunning ? this.child?.pid : undefined;
  }

  /** Ends it for good, also one that is being started, and waits until it has ended. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.cancel();
    // Whoever began it is told of what it rejects with.
    await this.starting.catch(() => undefined);
    const { child } = this;
    if (child === undefined || !this.isRunning) return;
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  }

  private get isRunning(): boolean {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  private async begin(): Promise<void> {
    const { start, time } = this.keeping;
    const child = await start();
    const sinceMs = time.monotonicMs();
    this.child = child;
    child.once('exit', (code, signal) => {
      if (time.monotonicMs() - sinceMs > PAUSE_MS_MAX) this.pauseMs = PAUSE_MS_MIN;
      this.beginLater(`ended by itself (${signal ?? `code ${code}`})`);
    });
  }

  private beginLater(what: string): void {
    // While all of it ends, what it needs to start is no longer there.
    if (this.isStopping) return;
    const { name, say, timers } = this.keeping;
    say(`${name} ${what}; it is started again in ${this.pauseMs / 1000} s.`);
    this.cancel = timers.after(this.pauseMs, () => {
      this.starting = this.begin();
      this.starting.catch((fault: unknown) =>
        this.beginLater(`could not be started (${fault instanceof Error ? fault.message : fault})`),
      );
    });
    this.pauseMs = Math.min(2 * this.pauseMs, PAUSE_MS_MAX);
  }
}

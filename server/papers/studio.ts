import { Worker } from 'node:worker_threads';
import type { Preview, PreviewWish } from '../../paper/preview.js';
import type { Timers } from '../clock.js';
import { programOf } from '../place.js';

/** A thread that nobody asks any more ends, and gives its canvas back. */
const IDLE_MS = 60_000;

interface Wish {
  readonly done: (preview: Preview) => void;
  readonly failed: (fault: Error) => void;
}

/** Draws papers in a thread of its own, so that the hall never waits for a picture. */
export class Studio {
  private thread: Worker | undefined;
  private readonly wishes = new Map<number, Wish>();
  private count = 0;
  private isUsed = false;
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly timers: Pick<Timers, 'every'>,
    private readonly program = programOf('server/papers/painter.js'),
  ) {}

  /** Rejects when the thread fails; the next wish starts another. */
  preview(wish: PreviewWish): Promise<Preview> {
    const thread = (this.thread ??= this.start());
    this.isUsed = true;
    this.count += 1;
    const id = this.count;
    return new Promise((done, failed) => {
      this.wishes.set(id, { done, failed });
      thread.postMessage({ id, wish });
    });
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    this.stopWatching();
    const { thread } = this;
    this.thread = undefined;
    await thread?.terminate();
  }

  private start(): Worker {
    const thread = new Worker(this.program);
    thread.unref();
    thread.on('message', ({ id, preview }: { id: number; preview: Preview }) => {
      this.wishes.get(id)?.done(preview);
      this.wishes.delete(id);
    });
    const end = (fault: Error): void => {
      if (this.thread === thread) {
        this.stopWatching();
        this.thread = undefined;
      }
      for (const { failed } of this.wishes.values()) failed(fault);
      this.wishes.clear();
    };
    thread.on('error', end);
    thread.on('exit', (code) => end(new Error(`the painter ended with ${code}`)));
    this.stopWatching = this.timers.every(IDLE_MS, () => {
      if (!this.isUsed && this.wishes.size === 0) void this.close();
      this.isUsed = false;
    });
    return thread;
  }
}

import { Worker } from 'node:worker_threads';
import type { PaperPreview } from '../../core/protocol/api.js';
import type { PreviewWish } from '../../paper/preview.js';
import type { Timers } from '../../node/time.js';
import { programOf } from '../../node/place.js';

/** A thread that nobody asks any more ends, and gives its canvas back. */
const IDLE_MS = 60_000;
/** A paper takes a tenth of a second, and the first one loads the fonts: longer is stuck. */
export const DRAWN_MS_MAX = 15_000;
/** So many papers wait at once: the last of them is still drawn in time. */
export const WISHES_MAX = 16;

interface Wish {
  readonly done: (preview: PaperPreview) => void;
  readonly failed: (fault: Error) => void;
  readonly inTime: () => void;
}

/** A thread with the wishes that were posted to it. They end with it. */
class Painter {
  readonly wishes = new Map<number, Wish>();
  private readonly worker: Worker;
  private count = 0;

  constructor(
    private readonly timers: Pick<Timers, 'after'>,
    program: string,
    onEnd: (painter: Painter) => void,
  ) {
    this.worker = new Worker(program);
    this.worker.unref();
    this.worker.on('message', ({ id, preview }: { id: number; preview: PaperPreview }) => {
      this.wishes.get(id)?.inTime();
      this.wishes.get(id)?.done(preview);
      this.wishes.delete(id);
    });
    const end = (fault: Error): void => {
      onEnd(this);
      for (const { failed, inTime } of this.wishes.values()) {
        inTime();
        failed(fault);
      }
      this.wishes.clear();
    };
    this.worker.on('error', end);
    this.worker.on('exit', (code) => end(new Error(`the painter ended with ${code}`)));
  }

  draw(wish: PreviewWish): Promise<PaperPreview> {
    const id = (this.count += 1);
    return new Promise((done, failed) => {
      const inTime = this.timers.after(DRAWN_MS_MAX, () => void this.end());
      this.wishes.set(id, { done, failed, inTime });
      this.worker.postMessage({ id, wish });
    });
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Draws papers in a thread of its own, so that the hall never waits for a picture. */
export class Studio {
  private painter: Painter | undefined;
  private isUsed = false;
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly timers: Pick<Timers, 'after' | 'every'>,
    private readonly program = programOf('server/papers/painter.js'),
  ) {}

  /**
   * `undefined` while `WISHES_MAX` wait. Rejects when the thread fails, or is stuck for
   * `DRAWN_MS_MAX` and is ended; the next wish starts another.
   */
  preview(wish: PreviewWish): Promise<PaperPreview> | undefined {
    const painter = (this.painter ??= this.start());
    this.isUsed = true;
    return painter.wishes.size < WISHES_MAX ? painter.draw(wish) : undefined;
  }

  /** Ends the thread. */
  async close(): Promise<void> {
    const { painter } = this;
    if (painter === undefined) return;
    this.forget(painter);
    await painter.end();
  }

  private start(): Painter {
    const painter = new Painter(this.timers, this.program, (ended) => this.forget(ended));
    this.stopWatching = this.timers.every(IDLE_MS, () => {
      if (!this.isUsed && painter.wishes.size === 0) void this.close();
      this.isUsed = false;
    });
    return painter;
  }

  /** The next wish starts another thread, whenever this one's end is told. */
  private forget(painter: Painter): void {
    if (this.painter !== painter) return;
    this.stopWatching();
    this.painter = undefined;
  }
}

import type { Timers } from '../../node/time.js';
import { pick, type Dice } from './halls.js';

interface Planned {
  readonly at: number;
  readonly n: number;
  readonly run: () => void;
  cancelled: boolean;
}

const earlier = (a: Planned, b: Planned): boolean => (a.at === b.at ? a.n < b.n : a.at < b.at);

/** Simulated time: nothing passes but by what is planned. The same plans give the same order. */
export class Loop {
  private readonly heap: Planned[] = [];
  private planned = 0;

  constructor(public now: number) {}

  after(ms: number, run: () => void): () => void {
    const plan = { at: this.now + Math.max(0, ms), n: (this.planned += 1), run, cancelled: false };
    this.heap.push(plan);
    this.up(this.heap.length - 1);
    return () => void (plan.cancelled = true);
  }

  every(ms: number, run: () => void): () => void {
    let cancel = this.after(ms, () => again());
    const again = (): void => {
      cancel = this.after(ms, () => again());
      run();
    };
    return () => cancel();
  }

  /** Lets time pass until then, or until `stop` says so; promises settle between two plans. */
  async run(until: number, stop: () => boolean): Promise<void> {
    for (let next = this.heap[0]; next !== undefined && next.at <= until; next = this.heap[0]) {
      this.take();
      if (next.cancelled) continue;
      this.now = next.at;
      next.run();
      for (let i = 0; i < 4; i += 1) await Promise.resolve();
      if (stop()) return;
    }
    this.now = until;
  }

  private take(): void {
    const last = this.heap.pop()!;
    if (this.heap.length === 0) return;
    this.heap[0] = last;
    this.down(0);
  }

  private up(index: number): void {
    const { heap } = this;
    for (let at = index; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!earlier(heap[at]!, heap[parent]!)) return;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  private down(index: number): void {
    const { heap } = this;
    for (let at = index; ;) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const right = left + 1;
      const child = right < heap.length && earlier(heap[right]!, heap[left]!) ? right : left;
      if (!earlier(heap[child]!, heap[at]!)) return;
      [heap[at], heap[child]] = [heap[child]!, heap[at]!];
      at = child;
    }
  }
}

/** What a process sets going; all of it ends with the process. */
export class ProcessTimers implements Timers {
  private readonly cancels = new Set<() => void>();
  private ended = false;

  constructor(
    private readonly loop: Loop,
    private readonly dice: Dice,
  ) {}

  /** A later turn: mostly at once, sometimes a busy moment in which commands gather. */
  soon(run: () => void): void {
    this.after(pick(this.dice, [0, 5, 10, 20, 40, 1500]), run);
  }

  after(ms: number, run: () => void): () => void {
    const cancel = this.loop.after(ms, () => {
      this.cancels.delete(cancel);
      if (!this.ended) run();
    });
    this.cancels.add(cancel);
    return cancel;
  }

  every(ms: number, run: () => void): () => void {
    const cancel = this.loop.every(ms, run);
    this.cancels.add(cancel);
    return cancel;
  }

  end(): void {
    this.ended = true;
    for (const cancel of this.cancels) cancel();
  }
}

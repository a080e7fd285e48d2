import { LinkLost, type DeviceLink } from '../../agent/wires/link.js';
import type { VirtualPrinter } from '../../agent/printer/virtual-printer.js';
import type { FakeClock } from '../fixtures/printing.js';

/** A status that nobody asked for: GS a, all well, and near the end of the paper. */
const UNASKED = [Uint8Array.of(0x10, 0, 0, 0), Uint8Array.of(0x10, 0, 3, 0)] as const;

/**
 * The line between agents, one after the other, and one printer. Answers may be slow, though in
 * order, also those to an agent that has died; it may break at any byte.
 */
export class Line {
  /** It breaks after so many bytes more. */
  breaksAfter = Infinity;
  /** How long answers take. */
  delayMs = 0;
  /** How many of the next answers are lost. */
  loses = 0;
  private arrivesAt = 0;
  private user: { tell(bytes: Uint8Array): void; lost(): void } | undefined;

  constructor(
    private readonly printer: VirtualPrinter,
    private readonly clock: FakeClock,
  ) {
    printer.onData((bytes) => this.carry(bytes));
    printer.onLost(() => this.user?.lost());
  }

  /** Something that looks like an answer, between the others. */
  interject(n: number): void {
    this.carry(UNASKED[n % UNASKED.length]!);
  }

  /** The end of the line for one agent; what it asks after `isOver` is never heard nor answered. */
  endFor(life: { readonly isOver: boolean }): DeviceLink {
    let tell: (bytes: Uint8Array) => void = () => undefined;
    let lost: () => void = () => undefined;
    const alive = <T>(run: () => Promise<T>): Promise<T> =>
      life.isOver ? new Promise<T>(() => undefined) : run();
    const unlessDead = (act: () => void): void => {
      if (!life.isOver) act();
    };
    return {
      open: () =>
        alive(async () => {
          await this.printer.open();
          this.user = {
            tell: (bytes) => unlessDead(() => tell(bytes)),
            lost: () => unlessDead(() => lost()),
          };
        }),
      write: (bytes) => alive(() => this.write(bytes)),
      close: () => alive(() => this.printer.close()),
      onData: (listener) => (tell = listener),
      onLost: (listener) => (lost = listener),
    };
  }

  private async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length <= this.breaksAfter) {
      this.breaksAfter -= bytes.length;
      return this.printer.write(bytes);
    }
    await this.printer.write(bytes.subarray(0, this.breaksAfter));
    this.breaksAfter = Infinity;
    await this.printer.close();
    throw new LinkLost('the line broke');
  }

  private carry(bytes: Uint8Array): void {
    if (this.loses > 0) {
      this.loses -= 1;
      return;
    }
    const now = this.clock.now();
    this.arrivesAt = Math.max(this.arrivesAt, now + this.delayMs);
    if (this.arrivesAt === now) this.user?.tell(bytes);
    else this.clock.after(this.arrivesAt - now, () => this.user?.tell(bytes));
  }
}

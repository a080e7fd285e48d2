import { pick, type Dice } from './halls.js';
import type { Loop } from './loop.js';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** How long a link stays cut: mostly seconds, at most an hour. */
const CUTS_MS = [5, 20, 45, 90, 300, 900].map((s) => s * SECOND_MS).concat(60 * MINUTE_MS);

/**
 * Lines between the server and its screens. Messages are lost, late, doubled, out of order; a copy
 * may come hours later. `calm` ends all that.
 */
export class Network {
  cuts = 0;
  lost = 0;
  doubled = 0;
  private calm = false;
  private readonly cutUntil = new Map<string, number>();

  constructor(
    private readonly loop: Loop,
    private readonly dice: Dice,
  ) {}

  /** Plans cuts of a link, one every `meanMs` or so. */
  trouble(link: string, meanMs: number): void {
    this.loop.after(this.dice(2 * meanMs), () => {
      if (this.calm) return;
      this.cuts += 1;
      this.cutUntil.set(link, this.loop.now + pick(this.dice, CUTS_MS));
      this.trouble(link, meanMs);
    });
  }

  send(link: string, deliver: () => void): void {
    if (this.calm) return void this.loop.after(10, deliver);
    const { dice } = this;
    if (this.isCut(link) || dice(50) === 0) {
      this.lost += 1;
      return;
    }
    this.carry(link, this.delayMs(), deliver);
    if (dice(25) !== 0) return;
    this.doubled += 1;
    const late = dice(4) === 0 ? dice(120 * MINUTE_MS) : dice(30 * SECOND_MS);
    this.carry(link, late, deliver);
  }

  rest(): void {
    this.calm = true;
  }

  private isCut(link: string): boolean {
    return !this.calm && (this.cutUntil.get(link) ?? 0) > this.loop.now;
  }

  private delayMs(): number {
    const { dice } = this;
    return dice(20) === 0 ? dice(8 * SECOND_MS) : 2 + dice(80);
  }

  private carry(link: string, ms: number, deliver: () => void): void {
    this.loop.after(ms, () => {
      if (this.isCut(link)) this.lost += 1;
      else deliver();
    });
  }
}

import Database from 'better-sqlite3';
import { MINUTE_MS } from '../../core/time.js';
import type { TimeSource } from '../../node/time.js';
import type { Disk } from '../../server/log/disk.js';
import { Crash, type FaultPoint, type Faults } from '../../server/log/faults.js';
import { pick, type Dice } from './halls.js';
import type { Loop } from './loop.js';

const CODES = ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE', 'SQLITE_CONSTRAINT'];

/** Nights are spared most of the trouble: nobody is there, and days tell more. */
export const isSpared = (now: number, dice: Dice): boolean => {
  const hour = new Date(now).getUTCHours();
  return (hour < 5 || hour > 9) && dice(6) > 0;
};

/** An error that a fault made: its words begin so. */
export const INJECTED = 'injected';
const sqlite = (code: string): Error => new Database.SqliteError(`${INJECTED} ${code}`, code);

/** A disk that fills up and is emptied again by somebody. */
class FullDisk implements Disk {
  full = false;
  private ballast = true;

  status() {
    const ballast = this.ballast ? ('kept' as const) : ('used' as const);
    return { freeBytes: this.full ? 0 : 1e12, warning: this.full || !this.ballast, ballast };
  }

  release(): boolean {
    if (!this.ballast) return false;
    this.ballast = false;
    this.full = false;
    return true;
  }

  refill(): void {
    if (!this.full) this.ballast = true;
  }
}

/** What befalls the machine: it dies at a point, a call of the database fails, its clock is set. */
export class Trouble implements Faults, TimeSource {
  readonly disk = new FullDisk();
  failures = 0;
  jumps = 0;
  fullDisks = 0;
  private calm = false;
  private offsetMs = 0;
  private plan: { point: FaultPoint | 'commit'; left: number; error: Error } | undefined;
  private readonly bootAt: number;

  constructor(
    private readonly loop: Loop,
    private readonly dice: Dice,
  ) {
    this.bootAt = loop.now;
    this.often(15 * MINUTE_MS, () => this.planFailure());
    this.often(40 * MINUTE_MS, () => this.planCrash());
    this.often(60 * MINUTE_MS, () => this.jump());
    this.often(200 * MINUTE_MS, () => this.fill());
  }

  wall(): number {
    return this.loop.now + this.offsetMs;
  }

  monotonicMs(): number {
    return this.loop.now - this.bootAt;
  }

  at(point: FaultPoint): void {
    if (this.disk.full && point === 'databaseCall') throw sqlite('SQLITE_FULL');
    const { plan } = this;
    if (point === 'beforeCommit' && plan?.point === 'commit') {
      this.plan = { ...plan, point: 'databaseCall', left: 1 };
      return;
    }
    if (plan?.point !== point) return;
    plan.left -= 1;
    if (plan.left > 0) return;
    this.plan = undefined;
    throw plan.error;
  }

  rest(): void {
    this.calm = true;
    this.plan = undefined;
    this.disk.full = false;
    this.offsetMs = 0;
  }

  private often(meanMs: number, run: () => void): void {
    this.loop.after(this.dice(2 * meanMs), () => {
      if (this.calm) return;
      if (!isSpared(this.loop.now, this.dice)) run();
      this.often(meanMs, run);
    });
  }

  private planFailure(): void {
    this.failures += 1;
    const point = pick(this.dice, ['databaseCall', 'databaseCall', 'commit'] as const);
    const left = 1 + this.dice(12);
    this.plan = { point, left, error: sqlite(pick(this.dice, CODES)) };
  }

  private planCrash(): void {
    const point = pick(this.dice, ['databaseCall', 'beforeCommit', 'afterCommit'] as const);
    this.plan = { point, left: 1 + this.dice(3), error: new Crash() };
  }

  /** The wall clock is set, wrongly, and put right again some time later. */
  private jump(): void {
    this.jumps += 1;
    this.offsetMs = (this.dice(2) === 0 ? 1 : -1) * pick(this.dice, [2_000, 60_000, 1_800_000]);
    this.loop.after(this.dice(90 * MINUTE_MS), () => (this.offsetMs = 0));
  }

  private fill(): void {
    this.fullDisks += 1;
    this.disk.full = true;
    this.loop.after(this.dice(15 * MINUTE_MS), () => {
      this.disk.full = false;
      this.disk.refill();
    });
  }
}

import { existsSync, renameSync } from 'node:fs';
import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import type { PrinterState, Roll } from '../../core/protocol/views.js';
import { DAY_MS } from '../../core/time.js';
import type { Clock } from '../clock.js';
import { FileRefused, readChecked, writeWhole } from '../files.js';
import { prints } from '../printer/replies.js';

/** So much of a counted roll is its end: the count and the roll's length are not exact. */
export const NEAR_END_MM = 5_000;
/** A sensor at the roll's edge flickers: so long without it means that there is a new roll. */
const STEADY_MS = 10_000;
/** The forecast looks at so many days on which something was printed. */
const DAYS_KEPT = 14;

const rollSchema = z.strictObject({
  /** Fed since the roll was put in. */
  usedMm: z.number().min(0),
  /** The last new roll that staff told of and that was heard here; `null` before the first. */
  loadedAt: z.number().int().nullable(),
  /** The end was near, or there, since the roll was put in. */
  isNearEnd: z.boolean(),
  isEnded: z.boolean(),
  /** Fed on each of the last days (UTC) of use, the newest last. */
  days: z.array(z.strictObject({ day: z.number().int(), mm: z.number().min(0) })).max(DAYS_KEPT),
});
type Kept = z.infer<typeof rollSchema>;

const FRESH: Kept = { usedMm: 0, loadedAt: null, isNearEnd: false, isEnded: false, days: [] };

export interface RollParts {
  readonly file: string;
  readonly lengthMm: number;
  /** Whether the printer itself feels the roll's end. */
  readonly hasSensor: boolean;
  readonly clock: Clock;
  /** Told of each change of what staff should know. */
  onChange(state: PrinterState, roll: Roll): void;
}

/**
 * What is left on a printer's roll, in a file that outlives this process: by the printer's word
 * where it has one, else counted since the roll was put in. A roll is new when somebody says so,
 * when paper is there again after its end, and when the end is no longer near after the cover was
 * open. Near end is told once per roll, however the sensor flickers.
 */
export class RollMeter {
  private kept: Kept;
  private state: PrinterState | undefined;
  private toldMm: number | undefined;
  private said = '';
  private wasOpen = false;
  private stopSteady: () => void = () => undefined;

  constructor(private readonly parts: RollParts) {
    this.kept = readKept(parts.file);
  }

  /** What the printer's state is now. */
  see(state: PrinterState): void {
    this.state = state;
    if (state === 'paperEnd') this.keep({ isEnded: true, isNearEnd: true });
    if (state === 'coverOpen') this.wasOpen = true;
    if (prints(state) && this.kept.isEnded) this.renew();
    if (state === 'nearEnd') {
      this.wasOpen = false;
      this.keep({ isNearEnd: true });
    }
    this.stopSteady();
    if (state === 'ready' && this.wasOpen && this.kept.isNearEnd) {
      this.stopSteady = this.parts.clock.after(STEADY_MS, () => {
        this.renew();
        this.tell();
      });
    }
    this.tell();
  }

  /** So much paper is fed now. Throws what the file system throws. */
  feed(mm: number): void {
    const { usedMm, days } = this.kept;
    const day = Math.floor(this.parts.clock.now() / DAY_MS);
    const today = days.find((one) => one.day === day)?.mm ?? 0;
    const others = days.filter((one) => one.day !== day);
    this.keep({
      usedMm: usedMm + mm,
      days: [...others, { day, mm: today + mm }].slice(-DAYS_KEPT),
    });
    if (this.toldMm !== undefined) this.toldMm = Math.max(0, this.toldMm - mm);
    this.tell();
  }

  /** Staff put a new roll in at that time; telling it again is harmless. */
  loaded(at: Millis): void {
    if (at === this.kept.loadedAt) return;
    this.renew();
    this.keep({ loadedAt: at });
    this.tell();
  }

  /** The printer says that so much is left. */
  told(mm: number): void {
    this.toldMm = mm;
    this.tell();
  }

  private renew(): void {
    this.wasOpen = false;
    this.toldMm = undefined;
    this.keep({ usedMm: 0, isNearEnd: false, isEnded: false });
  }

  private get roll(): Roll {
    const { days, usedMm } = this.kept;
    const today = Math.floor(this.parts.clock.now() / DAY_MS);
    const past = days.filter(({ day }) => day !== today);
    const mm = past.reduce((sum, one) => sum + one.mm, 0);
    const mmPerDay = past.length === 0 ? null : Math.round(mm / past.length);
    if (this.toldMm !== undefined) return { leftMm: this.toldMm, mmPerDay, by: 'printer' };
    const leftMm = Math.max(0, Math.round(this.parts.lengthMm - usedMm));
    return { leftMm, mmPerDay, by: 'count' };
  }

  private tell(): void {
    if (this.state === undefined) return;
    const { roll } = this;
    const counted = !this.parts.hasSensor && roll.leftMm < NEAR_END_MM;
    const isNear = this.state === 'ready' && (this.kept.isNearEnd || counted);
    const state = isNear ? 'nearEnd' : this.state;
    const said = JSON.stringify([state, roll]);
    if (said === this.said) return;
    this.said = said;
    this.parts.onChange(state, roll);
  }

  private keep(change: Partial<Kept>): void {
    const next = { ...this.kept, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.kept)) return;
    writeWhole(this.parts.file, JSON.stringify(next));
    this.kept = next;
  }
}

/** A damaged file is put aside: that nobody knows how much was used must not keep tickets back. */
const readKept = (file: string): Kept => {
  if (!existsSync(file)) return FRESH;
  try {
    return readChecked(file, rollSchema);
  } catch (fault) {
    if (!(fault instanceof FileRefused)) throw fault;
    renameSync(file, `${file}.damaged`);
    return FRESH;
  }
};

import { z } from 'zod';
import { DAY_MS } from '../../core/time.js';
import type { Store } from '../files.js';
import type { PrinterProfile } from '../printer/profile.js';
import { GRAPHIC_HEAD_BYTES, type Part } from './parts.js';
import type { Graphic } from './blocks.js';

/** Makers advise no more writes a day, for the memory wears out. */
export const WRITES_A_DAY_MAX = 10;
/** A printer that confirms nothing is not filled over and over. */
const TRIES_MAX = 2;

const kept = z.strictObject({
  /** What lies in the printer: bytes by key. Keys follow from the content. */
  graphics: z.record(z.string().length(2), z.number().int().min(1)),
  /** When the printer was first filled, all at once. */
  filledAt: z.number().nullable(),
  /** Times of the writes of the last day since then. */
  writes: z.array(z.number()).max(1000),
});
type Kept = z.infer<typeof kept>;

const EMPTY: Kept = { graphics: {}, filledAt: null, writes: [] };

/** What is to be done to the printer's memory next. */
export type ShelfStep =
  | { readonly kind: 'define'; readonly part: Part }
  | { readonly kind: 'delete'; readonly key: string };

/**
 * What lies in one printer's memory, remembered through restarts. A graphic is written only where
 * its picture does not lie there yet. The first filling is one go, as a technician's; after it no
 * day has more than `WRITES_A_DAY_MAX` writes, and what waits is printed in Latin letters. A
 * printer that is found empty was changed for another and is filled again, once a day at most.
 */
export class Shelf {
  private kept: Kept;
  private parts: readonly Part[] = [];
  private byId = new Map<string, Part>();

  constructor(
    private readonly store: Store,
    private readonly profile: Pick<PrinterProfile, 'nv'>,
  ) {
    this.kept = readKept(store);
  }

  /** What should lie there, the most important first; what exceeds the memory is left out. */
  want(parts: readonly Part[]): void {
    let room = this.profile.nv?.capacityBytes ?? 0;
    const sizes = new Map(parts.map(({ key, bitmap }) => [key, sizeOf(bitmap.data)]));
    const fitting = new Set<string>();
    for (const [key, bytes] of sizes) {
      if (bytes > room) continue;
      fitting.add(key);
      room -= bytes;
    }
    this.parts = parts.filter(({ key }) => fitting.has(key));
    this.byId = new Map(this.parts.map((part) => [part.id, part]));
  }

  /** The graphic of a part, if it lies in the printer. */
  graphicOf(partId: string): Graphic | undefined {
    const part = this.byId.get(partId);
    if (part === undefined || !this.holds(part.key)) return undefined;
    const { bytesPerRow, rows } = part.bitmap;
    return { key: part.key, width: bytesPerRow * 8, rows };
  }

  /** What the printer said of itself; without that, what was written is taken to lie there. */
  found(keys: readonly string[], now: number): void {
    const isOther =
      Object.keys(this.kept.graphics).length > 0 && !keys.some((key) => this.holds(key));
    const { filledAt } = this.kept;
    const mayFill = isOther && filledAt !== null && now - filledAt >= DAY_MS;
    const graphics = Object.fromEntries(
      Object.entries(this.kept.graphics).filter(([key]) => keys.includes(key)),
    );
    this.keep({ ...this.kept, graphics, ...(mayFill ? { filledAt: null, writes: [] } : {}) });
  }

  /** The next write, or `undefined` when nothing is to be written, or nothing more today. */
  next(now: number): ShelfStep | undefined {
    const missing = this.parts.find(({ key }) => !this.holds(key));
    if (missing === undefined) {
      if (this.kept.filledAt === null && this.parts.length > 0) {
        this.keep({ ...this.kept, filledAt: now, writes: [] });
      }
      return undefined;
    }
    const today = this.kept.writes.filter((at) => now - at < DAY_MS);
    const isFilling = this.kept.filledAt === null && today.length < this.parts.length * TRIES_MAX;
    if (!isFilling && today.length >= WRITES_A_DAY_MAX) return undefined;
    const stale = this.stale();
    const isFull =
      this.used() + sizeOf(missing.bitmap.data) > (this.profile.nv?.capacityBytes ?? 0);
    if (isFull && stale !== undefined) return { kind: 'delete', key: stale };
    return { kind: 'define', part: missing };
  }

  /** To be called before a step is sent: should this process end meanwhile, it is done again. */
  begin(step: ShelfStep, now: number): void {
    const key = keyOf(step);
    const { [key]: _gone, ...graphics } = this.kept.graphics;
    const today = this.kept.writes.filter((at) => now - at < DAY_MS);
    this.keep({ ...this.kept, graphics, writes: [...today, now] });
  }

  /** To be called when the printer has carried the step out. */
  end(step: ShelfStep): void {
    const stored = step.kind === 'define' ? { [step.part.key]: sizeOf(step.part.bitmap.data) } : {};
    this.keep({ ...this.kept, graphics: { ...this.kept.graphics, ...stored } });
  }

  private holds(key: string): boolean {
    return Object.hasOwn(this.kept.graphics, key);
  }

  private stale(): string | undefined {
    const wanted = new Set(this.parts.map(({ key }) => key));
    return Object.keys(this.kept.graphics).find((key) => !wanted.has(key));
  }

  private used(): number {
    return Object.values(this.kept.graphics).reduce((sum, bytes) => sum + bytes, 0);
  }

  private keep(next: Kept): void {
    this.store.keep(JSON.stringify(next));
    this.kept = next;
  }
}

const keyOf = (step: ShelfStep): string => (step.kind === 'define' ? step.part.key : step.key);
const sizeOf = (data: Uint8Array): number => data.length + GRAPHIC_HEAD_BYTES;

/** What is not there, or damaged, says nothing: the printer is then asked, or filled anew. */
function readKept(store: Store): Kept {
  try {
    return kept.parse(JSON.parse(store.read() ?? ''));
  } catch {
    return EMPTY;
  }
}

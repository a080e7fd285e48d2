import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import type { SmsOutcome } from '../../core/protocol/sms.js';
import { Lines } from '../lines.js';
import type { StatusReport } from './pdu.js';

const END = z.enum(['delivered', 'failed']);
const outcomeSchema = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('taken'), reference: z.null() }),
  z.strictObject({ is: z.literal('refused'), reason: z.enum(['number', 'refused']) }),
  z.strictObject({ is: z.literal('away') }),
  z.strictObject({ is: z.literal('unsure') }),
]);
const entrySchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  at: z.number().int(),
  /** `null` from before the first byte goes out until the end of it is known. */
  outcome: outcomeSchema.nullable(),
  /** The modem's numbers of its parts, and what was reported of each. */
  parts: z.array(z.strictObject({ reference: z.number().int(), end: END.nullable() })),
  /** The server has heard what was reported. */
  told: z.boolean(),
});
type Entry = z.infer<typeof entrySchema>;

/** What is known of the arrival of a whole message. */
export interface Arrival {
  readonly id: string;
  readonly state: 'delivered' | 'failed';
}

/** Messages that the book remembers: a centre sends fewer in a day. */
const KEPT = 1_000;

const arrivalOf = ({ id, parts }: Entry): Arrival | undefined => {
  if (parts.some(({ end }) => end === 'failed')) return { id, state: 'failed' };
  const isWhole = parts.length > 0 && parts.every(({ end }) => end === 'delivered');
  return isWhole ? { id, state: 'delivered' } : undefined;
};

/**
 * Which messages were handed to the modem and what became of them, without numbers and texts. What
 * it was told is on the disk when the call returns: no id is sent twice, whoever dies when.
 */
export class ModemBook {
  private readonly lines: Lines<Entry>;
  private readonly entries = new Map<string, Entry>();
  private written = 0;

  /** Opens or makes the file. Throws `FileRefused`. */
  constructor(
    file: string,
    private readonly kept = KEPT,
  ) {
    this.lines = new Lines(file, entrySchema, (entry) => {
      this.note(entry);
      this.written += 1;
    });
    this.trim();
  }

  /** How the sending of a message ended; `begun` where nobody knows. */
  outcomeOf(id: string): SmsOutcome | 'begun' | undefined {
    const entry = this.entries.get(id);
    return entry && (entry.outcome ?? 'begun');
  }

  begin(id: string, at: Millis): void {
    this.add({ id, at, outcome: null, parts: [], told: false });
  }

  end(id: string, outcome: z.infer<typeof outcomeSchema>, references: readonly number[]): void {
    const entry = this.entries.get(id);
    if (entry === undefined) return;
    const parts = references.map((reference) => ({ reference, end: null }));
    this.add({ ...entry, outcome, parts });
  }

  /** Notes a report. Returns what is now known of the whole message, if it is news. */
  report({ reference, end }: StatusReport): Arrival | undefined {
    if (end === 'open') return undefined;
    const entry = this.waitingFor(reference);
    if (entry === undefined) return undefined;
    let isNoted = false;
    const parts = entry.parts.map((part) => {
      if (isNoted || part.reference !== reference || part.end !== null) return part;
      isNoted = true;
      return { reference, end };
    });
    this.add({ ...entry, parts });
    return entry.told ? undefined : arrivalOf({ ...entry, parts });
  }

  /** What the server has still to hear. */
  untold(): readonly Arrival[] {
    return [...this.entries.values()].flatMap((entry) =>
      entry.told ? [] : (arrivalOf(entry) ?? []),
    );
  }

  tell(id: string): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) this.add({ ...entry, told: true });
  }

  close(): void {
    this.lines.close();
  }

  /** The modem counts to 255 and begins again: the newest message of that number is meant. */
  private waitingFor(reference: number): Entry | undefined {
    return [...this.entries.values()].findLast(({ parts }) =>
      parts.some((part) => part.reference === reference && part.end === null),
    );
  }

  private add(entry: Entry): void {
    this.lines.append(entry);
    this.written += 1;
    this.note(entry);
    if (this.written > 4 * this.kept) this.trim();
  }

  /** A message keeps its place, which is when it was begun first. */
  private note(entry: Entry): void {
    this.entries.set(entry.id, entry);
  }

  private trim(): void {
    const old = [...this.entries.keys()].slice(0, -this.kept);
    if (old.length === 0 && this.written <= 2 * this.kept) return;
    for (const id of old) this.entries.delete(id);
    this.lines.keep([...this.entries.values()]);
    this.written = this.entries.size;
  }
}

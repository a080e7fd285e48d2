import { z } from 'zod';
import type { DeviceId, TicketId } from '../../core/events.js';
import { LANGUAGES } from '../../core/lists.js';
import type { RefusalCode } from '../../core/protocol/refusals.js';
import { labelKey } from '../../core/state.js';
import { Lines } from '../lines.js';

const id = z.string().max(120);
const givenSchema = z.strictObject({
  kind: z.literal('given'),
  /** Of the command that will tell the server of this ticket. */
  requestId: id,
  kioskId: id,
  day: id,
  seriesId: id,
  number: z.number().int(),
  services: z.array(id).min(1),
  classId: id,
  language: z.enum(LANGUAGES),
  takenAt: z.number().int(),
  /** The visitor's request, which the server has not answered. */
  unanswered: id,
});
const entrySchema = z.discriminatedUnion('kind', [
  givenSchema,
  /** The server has it; `null` where its day was over. */
  z.strictObject({ kind: z.literal('entered'), requestId: id, ticketId: id.nullable() }),
  z.strictObject({ kind: z.literal('refused'), requestId: id, refused: id }),
]);

type Entry = z.infer<typeof entrySchema>;

/** A ticket that was given out while the server was away. */
export type Given = z.infer<typeof givenSchema>;

/** Whether a job is of a ticket that was given out here. */
export const isOfflineJob = (jobId: string): boolean => jobId.startsWith('offline-');

/** Days of tickets that the book keeps once the server has them. */
const DAYS_KEPT = 7;

/** The print job of a ticket before the server has an id for it. */
export const offlineJobId = ({ requestId }: Pick<Given, 'requestId'>): string =>
  `offline-${requestId}/0`;

/**
 * Every ticket that was given out while the server was away, and what became of it. What it was
 * told is on the disk when the call returns.
 */
export class Book {
  private readonly lines: Lines<Entry>;
  private readonly given = new Map<string, Given>();
  private readonly used = new Set<string>();
  private readonly entered = new Map<string, TicketId | null>();
  private readonly refused = new Map<string, string>();

  /** Opens or makes the file. Throws `FileRefused`. */
  constructor(file: string) {
    this.lines = new Lines(file, entrySchema, (entry) => this.note(entry));
    this.forget();
  }

  give(ticket: Omit<Given, 'kind'>): void {
    this.add({ kind: 'given', ...ticket });
  }

  enter(requestId: string, ticketId: TicketId | null): void {
    this.add({ kind: 'entered', requestId, ticketId });
  }

  refuse(requestId: string, refused: RefusalCode): void {
    this.add({ kind: 'refused', requestId, refused });
  }

  /** What the server has not answered yet, in the order in which it was given out. */
  open(): Given[] {
    return this.all().filter(
      ({ requestId }) => !this.entered.has(requestId) && !this.refused.has(requestId),
    );
  }

  /** Whose visitors need a new ticket, of the newest day, each with the server's refusal. */
  refusals(): (Given & { readonly refused: string })[] {
    const last = this.all().at(-1)?.day;
    return this.all().flatMap((given) => {
      const refused = this.refused.get(given.requestId);
      return refused === undefined || given.day !== last ? [] : [{ ...given, refused }];
    });
  }

  /** The ticket that was given out for a visitor's request. */
  of(kioskId: DeviceId, unanswered: string): Given | undefined {
    return this.all().find((one) => one.kioskId === kioskId && one.unanswered === unanswered);
  }

  isUsed(day: string, seriesId: string, number: number): boolean {
    return this.used.has(numberOf({ day, seriesId, number }));
  }

  /** The tickets of the newest days, oldest first. */
  all(): Given[] {
    return [...this.given.values()];
  }

  /** Who was given out what the server now knows under this id. */
  withTicket(ticketId: TicketId): Given | undefined {
    const found = [...this.entered].find(([, entered]) => entered === ticketId);
    return found && this.given.get(found[0]);
  }

  close(): void {
    this.lines.close();
  }

  private add(entry: Entry): void {
    this.lines.append(entry);
    this.note(entry);
    if (entry.kind === 'given') this.forget();
  }

  private note(entry: Entry): void {
    switch (entry.kind) {
      case 'given':
        this.given.set(entry.requestId, entry);
        this.used.add(numberOf(entry));
        return;
      case 'entered':
        this.entered.set(entry.requestId, entry.ticketId);
        return;
      case 'refused':
        this.refused.set(entry.requestId, entry.refused);
    }
  }

  /** What is settled and of long ago is not looked for any more, here and in the file. */
  private forget(): void {
    const days = [...new Set(this.all().map(({ day }) => day))].sort();
    const oldest = days.at(-DAYS_KEPT) ?? '';
    const old = this.all().filter(
      ({ requestId, day }) =>
        day < oldest && (this.entered.has(requestId) || this.refused.has(requestId)),
    );
    if (old.length === 0) return;
    for (const given of old) {
      this.used.delete(numberOf(given));
      this.given.delete(given.requestId);
      this.entered.delete(given.requestId);
      this.refused.delete(given.requestId);
    }
    this.lines.keep(this.all().flatMap((given) => this.entriesOf(given)));
  }

  private entriesOf(given: Given): Entry[] {
    const { requestId } = given;
    const ticketId = this.entered.get(requestId);
    const refused = this.refused.get(requestId);
    return [
      given,
      ...(ticketId === undefined ? [] : [{ kind: 'entered', requestId, ticketId } as const]),
      ...(refused === undefined ? [] : [{ kind: 'refused', requestId, refused } as const]),
    ];
  }
}

const numberOf = ({ day, seriesId, number }: Pick<Given, 'day' | 'seriesId' | 'number'>): string =>
  `${day} ${labelKey(seriesId, number)}`;

import type { Logged } from '../../core/events.js';
import { EVENT_TYPES } from '../../core/events/types.js';
import {
  factsOf,
  type DayFact,
  type Fact,
  type Known,
  type LegFact,
  type SpanFact,
  type VisitFact,
} from '../../core/facts.js';
import { requireWhole } from '../../core/facts/fields.js';

/** What is kept of a day beside its fact. */
export interface DayExtras {
  readonly openedStream: string;
  readonly openedSeq: number;
  /** Hash of the configuration by which it goes. */
  readonly configuration: string;
}

/** What of a centre's facts further events may change. */
export interface Found {
  readonly days: readonly (DayFact & DayExtras)[];
  readonly visits: readonly VisitFact[];
  readonly legs: readonly LegFact[];
  readonly spans: readonly SpanFact[];
}

/** A fact as it is now, and as it was when the book was opened. */
export interface Change {
  readonly before: Fact | undefined;
  readonly now: Fact;
}

const keyOf = (fact: Fact): string => {
  switch (fact.kind) {
    case 'day':
      return `day ${fact.day}`;
    case 'visit':
      return `visit ${fact.day} ${fact.ticketId}`;
    case 'leg':
      return `leg ${fact.day} ${fact.ticketId} ${fact.leg}`;
    case 'span':
      return `span ${fact.day} ${fact.stream}:${fact.seq} ${fact.activity}`;
    case 'integrity':
      return `integrity ${fact.day} ${fact.stream}:${fact.seq} ${fact.act}`;
    case 'late':
      return `late ${fact.day} ${fact.stream}:${fact.seq}`;
  }
};

const requireConfiguration = (event: Logged): void => {
  if (event.type !== 'day.opened' && event.type !== 'configuration.applied') return;
  const told: unknown = event.configuration;
  if (typeof told !== 'string' || told.includes('\0')) throw new Error('no configuration is named');
};

/** Facts of one centre in memory, while some of its events are taken in. */
export class Book implements Known {
  readonly changes = new Map<string, Change>();
  readonly extras = new Map<string, DayExtras>();
  private readonly days = new Map<string, DayFact>();
  private readonly visits = new Map<string, VisitFact>();
  /** The last leg of each visit. */
  private readonly lastLegs = new Map<string, LegFact>();
  private readonly legs = new Map<string, LegFact>();
  private readonly openSpans = new Map<string, SpanFact>();

  constructor({ days, visits, legs, spans }: Found) {
    for (const { openedStream, openedSeq, configuration, ...day } of days) {
      this.keep(day);
      this.extras.set(day.day, { openedStream, openedSeq, configuration });
    }
    for (const fact of [...visits, ...legs, ...spans]) this.keep(fact);
  }

  /** Throws on what these rules do not know or what does not fit; nothing of it is then kept. */
  take(event: Logged): void {
    if (!EVENT_TYPES.has(event.type)) throw new Error(`${event.type} is no event known here`);
    const facts = factsOf(event, this);
    for (const fact of facts) requireWhole(fact);
    requireConfiguration(event);
    for (const fact of facts) {
      const key = keyOf(fact);
      const known = this.changes.get(key);
      const before = known === undefined ? this.at(key, fact) : known.before;
      this.changes.set(key, { before, now: fact });
      this.keep(fact);
    }
    this.note(event);
  }

  day(stream: string): DayFact | undefined {
    for (const day of this.days.values()) {
      if (day.stream === stream && day.closedAt === null) return day;
    }
    return undefined;
  }

  visit(day: string, ticketId: string): VisitFact | undefined {
    return this.visits.get(`visit ${day} ${ticketId}`);
  }

  leg(day: string, ticketId: string): LegFact | undefined {
    return this.lastLegs.get(`${day} ${ticketId}`);
  }

  spans(day: string, counterId: string | null): readonly SpanFact[] {
    return [...this.openSpans.values()].filter(
      (span) => span.day === day && (counterId === null || span.counterId === counterId),
    );
  }

  open(day: string): readonly (VisitFact | LegFact)[] {
    const all = [...this.visits.values(), ...this.legs.values()];
    return all.filter((fact) => fact.day === day && fact.outcome === null);
  }

  /** Days that have changed and are not open, as far as this book knows. */
  get closed(): readonly string[] {
    const changed = new Set([...this.changes.values()].map(({ now }) => now.day));
    return [...changed].filter((day) => this.days.get(`day ${day}`)?.closedAt !== null);
  }

  private at(key: string, { kind }: Fact): Fact | undefined {
    if (kind === 'day') return this.days.get(key);
    if (kind === 'visit') return this.visits.get(key);
    if (kind === 'leg') return this.legs.get(key);
    return kind === 'span' ? this.openSpans.get(key) : undefined;
  }

  private keep(fact: Fact): void {
    const key = keyOf(fact);
    if (fact.kind === 'day') this.days.set(key, fact);
    if (fact.kind === 'visit') this.visits.set(key, fact);
    if (fact.kind === 'leg') {
      this.legs.set(key, fact);
      const visit = `${fact.day} ${fact.ticketId}`;
      if (fact.leg >= (this.lastLegs.get(visit)?.leg ?? 0)) this.lastLegs.set(visit, fact);
    }
    if (fact.kind === 'span') {
      if (fact.to === null) this.openSpans.set(key, fact);
      else this.openSpans.delete(key);
    }
  }

  /** By which configuration a day goes, and where it began. */
  private note(event: Logged): void {
    const { stream, seq } = event;
    if (event.type === 'day.opened' && !event.training) {
      const { day, configuration } = event;
      this.extras.set(day, { openedStream: stream, openedSeq: seq, configuration });
    }
    const going = event.type === 'configuration.applied' ? this.day(stream) : undefined;
    if (event.type !== 'configuration.applied' || going === undefined) return;
    const extras = this.extras.get(going.day)!;
    this.extras.set(going.day, { ...extras, configuration: event.configuration });
    const key = keyOf(going);
    this.changes.set(key, { before: this.changes.get(key)?.before ?? going, now: going });
  }
}

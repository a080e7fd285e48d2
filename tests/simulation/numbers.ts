import type { Configuration } from '../../core/configuration.js';
import type { Logged } from '../../core/events.js';

export type Granted = Extract<Logged, { type: 'lease.granted' }>;

interface Range {
  readonly leaseId: string;
  readonly from: number;
  readonly to: number;
}
interface Followed {
  readonly min: number;
  last: number | undefined;
  top: number;
  readonly leases: Range[];
}

/** Holds each series of a day against its promise: no gap, no repeat, nothing of a lease. */
export class NumberWatch {
  private readonly series = new Map<string, Followed>();
  /** Who bears a number now. */
  private readonly bearers = new Map<string, string>();

  private readonly used = new Set<string>();
  private readonly pads: ReadonlySet<string>;

  /** `granted`: the leases of this day from before it was opened. */
  constructor(configuration: Configuration, granted: readonly Granted[]) {
    for (const { id, min, max } of configuration.categories) {
      this.series.set(id, { min, last: undefined, top: max, leases: [] });
    }
    const pads = configuration.categories.filter(({ reserved }) => reserved);
    this.pads = new Set(pads.map(({ id }) => id));
    for (const lease of granted) this.lease(lease);
  }

  /** What is wrong with an event, in words. */
  take(event: Logged): string[] {
    switch (event.type) {
      case 'series.skipped':
        this.of(event.seriesId).last = event.to;
        return [];
      case 'lease.granted':
        return this.lease(event);
      case 'ticket.relabelled':
        return this.brought(event);
      case 'ticket.issued': {
        const isBrought = event.leaseId !== undefined || this.pads.has(event.seriesId);
        return isBrought ? this.brought(event) : this.issued(event);
      }
      case 'ticket.closed':
        this.drop(event.ticketId);
        return [];
      default:
        return [];
    }
  }

  private of(seriesId: string): Followed {
    const series = this.series.get(seriesId);
    if (series === undefined) throw new Error(`no series ${seriesId}`);
    return series;
  }

  private issued(event: Extract<Logged, { type: 'ticket.issued' }>): string[] {
    const { seriesId, number, ticketId } = event;
    const series = this.of(seriesId);
    const { last, top, min } = series;
    const due = last === undefined || last + 1 > top ? min : last + 1;
    const label = `${seriesId} ${number}`;
    const found: string[] = [];
    if (number !== due) found.push(`[SERIES-2] ${label} was issued, ${due} was next`);
    if (this.bearers.has(label)) found.push(`[SERIES-2] ${label} is borne by two`);
    if (series.leases.some(({ from, to }) => from <= number && number <= to)) {
      found.push(`[SERIES-4] ${label} was leased and yet issued`);
    }
    if (ticketId !== `${event.stream}:${event.seq}`) found.push(`[LOG-3] odd id ${ticketId}`);
    series.last = number;
    this.bearers.set(label, ticketId);
    return found;
  }

  /** A number that was in the visitor's hand before it came into the log. */
  private brought(
    event: Extract<Logged, { type: 'ticket.issued' | 'ticket.relabelled' }>,
  ): string[] {
    const { seriesId, number, ticketId, leaseId } = event;
    const label = `${seriesId} ${number}`;
    const found: string[] = [];
    const range = this.of(seriesId).leases.find(({ from, to }) => from <= number && number <= to);
    if (leaseId !== undefined && range?.leaseId !== leaseId) {
      found.push(`[LEASE-2] ${label} is not of ${leaseId}`);
    }
    if (leaseId !== undefined && this.used.has(label)) found.push(`[LEASE-2] ${label} came twice`);
    if (this.bearers.has(label)) found.push(`[SERIES-2] ${label} is borne by two`);
    this.used.add(label);
    this.drop(ticketId);
    this.bearers.set(label, ticketId);
    return found;
  }

  private drop(ticketId: string): void {
    for (const [label, bearer] of this.bearers) if (bearer === ticketId) this.bearers.delete(label);
  }

  private lease({ leaseId, ranges }: Granted): string[] {
    const found: string[] = [];
    for (const { seriesId, from, to } of ranges) {
      const series = this.of(seriesId);
      if (to !== series.top || from > to) found.push(`[LEASE-1] ${from} to ${to} is not the top`);
      for (let number = from; number <= to; number += 1) {
        const label = `${seriesId} ${number}`;
        if (this.bearers.has(label)) found.push(`[LEASE-1] ${label} was leased and is borne`);
      }
      series.leases.push({ leaseId, from, to });
      series.top = from - 1;
    }
    return found;
  }
}

import type { Configuration } from '../../core/configuration.js';
import type { Logged } from '../../core/events.js';

interface Range {
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

  constructor(configuration: Configuration) {
    for (const { id, min, max } of configuration.categories) {
      this.series.set(id, { min, last: undefined, top: max, leases: [] });
    }
  }

  /** What is wrong with an event, in words. */
  take(event: Logged): string[] {
    switch (event.type) {
      case 'series.skipped':
        this.of(event.seriesId).last = event.to;
        return [];
      case 'series.leased':
        return this.leased(event);
      case 'ticket.issued':
        return this.issued(event);
      case 'ticket.closed':
        for (const [label, ticketId] of this.bearers) {
          if (ticketId === event.ticketId) this.bearers.delete(label);
        }
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

  private leased(event: Extract<Logged, { type: 'series.leased' }>): string[] {
    const { seriesId, from, to } = event;
    const series = this.of(seriesId);
    const found: string[] = [];
    if (to !== series.top || from > to) found.push(`[SERIES-4] ${from} to ${to} is not the top`);
    for (let number = from; number <= to; number += 1) {
      const label = `${seriesId} ${number}`;
      if (this.bearers.has(label)) found.push(`[SERIES-4] ${label} was leased and is borne`);
    }
    series.leases.push({ from, to });
    series.top = from - 1;
    return found;
  }
}

import type { DayEvent, Logged } from '../events.js';
import { labelKey, type DayState, type Leg, type Series, type Ticket } from '../state.js';

type Of<T extends DayEvent['type']> = Logged<Extract<DayEvent, { type: T }>>;

/** An open ticket. Throws where there is none. */
export const ticketAt = (day: DayState, ticketId: string): Ticket => {
  const ticket = day.tickets.get(ticketId);
  if (ticket === undefined) throw new Error(`ticket ${ticketId} is not open`);
  return ticket;
};

/** Whether the server counted on with a number, rather than take one from a kiosk or a pad. */
const isServers = ({ leaseId, number }: Of<'ticket.issued'>, { top }: Series): boolean =>
  leaseId === undefined && number <= top;

/** A ticket takes the number that its visitor holds. */
export const relabelled = (day: DayState, event: Of<'ticket.relabelled'>): void => {
  const { ticketId, seriesId, number } = event;
  const ticket = ticketAt(day, ticketId);
  const key = labelKey(seriesId, number);
  if (day.labels.has(key)) throw new Error(`number ${key} is in use`);
  day.labels.delete(labelKey(ticket.seriesId, ticket.number));
  day.labels.set(key, ticketId);
  const was = { seriesId: ticket.seriesId, number: ticket.number };
  day.tickets.set(ticketId, { ...ticket, seriesId, number, was });
  day.calls = day.calls.map((call) =>
    call.ticketId === ticketId ? { ...call, seriesId, number } : call,
  );
};

/** A ticket with its number; its first leg joins with the next event. */
export const issued = (day: DayState, event: Of<'ticket.issued'>): void => {
  const { ticketId: id, seriesId, number, classId, language, deviceId, takenAt, print } = event;
  const key = labelKey(seriesId, number);
  if (day.labels.has(key)) throw new Error(`number ${key} is in use`);
  const series = day.series.get(seriesId);
  if (series === undefined) throw new Error(`no series ${seriesId}`);
  const { at: joinedAt, seq } = event;
  const waiting = { joinedAt, orderFrom: joinedAt, dueAt: joinedAt, seq };
  const none = { n: 0, serviceId: '', target: 'own', wasCalled: false } as const;
  const leg: Leg = { ...none, ...waiting, status: 'ended' };
  const next = event.services;
  const asked = next.length;
  const about = { id, seriesId, number, classId, language, deviceId, takenAt };
  const paper = { copy: 0, why: 'first', kioskId: deviceId, orderedAt: takenAt } as const;
  const pending = print ? ({ ...paper, state: 'pending' } as const) : null;
  day.tickets.set(id, { ...about, leg, asked, next, paper: pending });
  day.labels.set(key, id);
  if (isServers(event, series)) day.series.set(seriesId, { ...series, next: number + 1 });
  day.counts.issued += 1;
  if (print) day.unprinted.add(id);
};

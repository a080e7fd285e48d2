import type { Millis } from '../../core/configuration.js';
import type { DayEvent, LegTimes, Logged } from '../../core/events.js';
import type { Configurations, Leg, State } from '../../core/state.js';
import { boundFaults, type Waiting } from './bound.js';
import type { Counter, Day, Seen } from './seen.js';
import { NumberWatch, type Granted } from './numbers.js';
import { changedFits, joinFits } from './targets.js';

type Of<T extends DayEvent['type']> = Logged<Extract<DayEvent, { type: T }>>;

const TIMES = ['joinedAt', 'orderFrom', 'dueAt'] as const;

/**
 * An outsider who reads the log, knows none of the rules' code, and holds every event against the
 * promises of core/SPEC.md; then compares what he thinks the hall is with the state.
 */
export class Watch {
  readonly faults: string[] = [];
  private day: Day | null = null;
  private readonly dates = new Set<string>();
  private readonly granted: Granted[] = [];
  private at: Millis = 0;

  /** `configurations`: of the log that is read, which is another after each start. */
  constructor(public configurations: Configurations) {}

  take(event: Logged): void {
    if (event.at < this.at) this.fault(event, 'time went back');
    this.at = event.at;
    if (event.type === 'clock.corrected') this.setBack(Math.min(0, event.byMs));
    if (event.type === 'day.opened') return this.opened(event);
    const { day } = this;
    if (event.type === 'lease.granted') {
      this.granted.push(event);
      if (event.day !== day?.date) return;
    }
    if (event.type === 'day.closed') {
      if (day === null || day.tickets.size > 0 || day.counters.size > 0) {
        this.fault(event, '[DAY-5] closes what is not there, or leaves something open');
      }
      this.day = null;
      return;
    }
    if (day === null) return;
    for (const fault of day.numbers.take(event)) this.fault(event, fault);
    try {
      this.hall(day, event as Logged<DayEvent>);
    } catch (error) {
      this.fault(event, error instanceof Error ? error.message : 'unknown');
    }
  }

  /** Whether the state is the hall that the events told of, seen from tickets and from counters. */
  compare(state: State): void {
    const { day } = this;
    const where = { type: 'state', seq: state.seq };
    if ((state.day === null) !== (day === null)) this.fault(where, 'the day is another');
    if (state.day === null || day === null) return;
    const { tickets, counters, labels } = state.day;
    if (tickets.size !== day.tickets.size) this.fault(where, 'other tickets are open');
    if (counters.size !== day.counters.size) this.fault(where, 'other counters are open');
    if (labels.size !== tickets.size) this.fault(where, 'a label is not unique');
    for (const { ticketId, n, status, times, counterId, boundTo } of day.tickets.values()) {
      const leg = tickets.get(ticketId)?.leg;
      const same = leg?.n === n && leg.status === status && leg.dueAt === times.dueAt;
      const bound = leg?.boundTo?.until === boundTo?.until;
      if (!same || !bound || status === 'ended')
        this.fault(where, `[VISIT-3] ${ticketId} has another leg`);
      if (leg?.status !== 'called' && leg?.status !== 'serving') continue;
      if (leg.counterId !== counterId || counters.get(leg.counterId)?.ticketId !== ticketId) {
        this.fault(where, `[CALL-4] ${ticketId} is at ${leg.counterId}, which does not know`);
      }
    }
    for (const [id, { ticketId }] of counters) {
      const seen = ticketId === undefined ? undefined : day.tickets.get(ticketId);
      if (day.counters.get(id)?.ticketId !== ticketId || seen?.counterId !== (seen && id)) {
        this.fault(where, `[CALL-4] ${id} holds ${ticketId ?? 'nobody'}, which is not there`);
      }
    }
  }

  private fault(
    { type, seq }: { readonly type: string; readonly seq: number },
    what: string,
  ): void {
    this.faults.push(`${seq} ${type}: ${what}`);
  }

  /** [CLOCK-2] Who is in the hall takes the times along. */
  private setBack(byMs: Millis): void {
    this.at += byMs;
    for (const seen of this.day?.tickets.values() ?? []) {
      for (const name of TIMES) seen.times = { ...seen.times, [name]: seen.times[name] + byMs };
      seen.returnBy += byMs;
      if (seen.boundTo) seen.boundTo = { ...seen.boundTo, until: seen.boundTo.until + byMs };
    }
  }

  private opened(event: Of<'day.opened'>): void {
    if (this.day !== null || this.dates.has(event.day)) this.fault(event, '[DAY-3] opens twice');
    this.dates.add(event.day);
    const configuration = this.configurations.get(event.configuration)!;
    this.day = {
      numbers: new NumberWatch(
        configuration,
        this.granted.filter(({ day }) => day === event.day),
      ),
      date: event.day,
      configuration,
      issuingClosed: false,
      tickets: new Map(),
      counters: new Map(),
    };
  }

  private hall(day: Day, event: Logged<DayEvent>): void {
    switch (event.type) {
      case 'day.issuingClosed':
        day.issuingClosed = true;
        return;
      case 'day.hoursChanged':
        day.issuingClosed = false;
        return;
      case 'configuration.applied':
        day.configuration = this.configurations.get(event.configuration)!;
        return;
      case 'counter.opened':
        need(!day.counters.has(event.counterId), '[COUNTER-1] is open already');
        day.counters.set(event.counterId, { profileId: event.profileId, paused: false });
        return;
      case 'counter.closed':
        need(counterAt(day, event).ticketId === undefined, '[COUNTER-2] closes with a ticket');
        day.counters.delete(event.counterId);
        return;
      case 'counter.profileSet':
        counterAt(day, event).profileId = event.profileId;
        return;
      case 'counter.paused':
        need(counterAt(day, event).ticketId === undefined, '[COUNTER-2] pauses with a ticket');
        counterAt(day, event).paused = true;
        return;
      case 'counter.resumed':
        counterAt(day, event).paused = false;
        return;
      default:
        if ('ticketId' in event) this.ticket(day, event);
    }
  }

  private ticket(day: Day, event: Logged<DayEvent> & { readonly ticketId: string }): void {
    const { tickets } = day;
    if (event.type === 'ticket.issued') {
      const { ticketId, classId, takenAt: at } = event;
      const isNew = event.print && event.leaseId === undefined;
      need(!day.issuingClosed || !isNew, '[ISSUE-1] is taken in after closing time');
      need(at <= event.at, '[ENTER-2] was taken before it is');
      const times = { joinedAt: at, orderFrom: at, dueAt: at };
      const leg = { n: 0, serviceId: '', status: 'ended', times, target: 'own', seq: 0 } as const;
      tickets.set(ticketId, { ticketId, classId, ...leg, returnBy: 0, front: false });
      return;
    }
    if (event.type === 'visit.rated' || event.type === 'ticket.printed') return;
    if (event.type === 'ticket.relabelled') {
      need(tickets.has(event.ticketId), '[ENTER-3] is not open');
      return;
    }
    const seen = tickets.get(event.ticketId);
    if (seen === undefined) throw new Error(`${event.ticketId} is not open`);
    switch (event.type) {
      case 'leg.joined':
        need(seen.status === 'ended', '[VISIT-3] a second leg');
        need(joinFits(day.configuration, seen, event), '[TIME-1] [TIME-2] has another target');
        Object.assign(seen, { n: event.leg, serviceId: event.serviceId, seq: event.seq });
        seen.target = event.target;
        Object.assign(seen, { boundTo: event.boundTo, times: timesOf(event), status: 'waiting' });
        return;
      case 'ticket.classSet':
        seen.classId = event.classId;
        need(changedFits(day.configuration, seen, event), '[CLASS-1] has another target');
        seen.times = timesOf(event);
        return;
      case 'ticket.delayed':
        need(seen.status === 'waiting', '[TIME-4] does not wait');
        need(
          event.dueAt - event.orderFrom === seen.times.dueAt - seen.times.orderFrom,
          '[TIME-4] has another target',
        );
        seen.times = timesOf(event);
        return;
      case 'leg.returned':
        need(seen.status === 'absent', '[MISS-3] was not absent');
        need(event.keptPlace === event.at <= seen.returnBy, '[MISS-3] the tolerance');
        need(!event.keptPlace || same(event, seen.times), '[MISS-3] another place');
        need(event.keptPlace || event.orderFrom === event.at, '[MISS-3] no new arrival');
        Object.assign(seen, { status: 'waiting', times: timesOf(event) });
        if (!event.keptPlace) seen.target = 'own';
        return;
      case 'leg.unparked':
        need(seen.status === 'parked' && same(event, seen.times), '[MOVE-4] another place');
        seen.status = 'waiting';
        return;
      case 'ticket.closed':
        need(seen.status === 'ended', '[VISIT-3] closes with an open leg');
        tickets.delete(event.ticketId);
        return;
      default:
        this.atCounter(day, seen, event);
    }
  }

  private atCounter(day: Day, seen: Seen, event: Logged<DayEvent>): void {
    switch (event.type) {
      case 'ticket.called':
        this.called(day, seen, event);
        return;
      case 'ticket.recalled':
        need(seen.status === 'called', '[CALL-6] is not called');
        return;
      case 'leg.started':
        need(seen.status === 'called' && seen.counterId === event.counterId, '[SERVE-1] elsewhere');
        seen.status = 'serving';
        return;
      case 'leg.missed':
        need(seen.status === 'called', '[MISS-1] is not called');
        seen.returnBy = event.returnBy;
        leaveCounter(day, seen, 'absent');
        return;
      case 'leg.parked':
        leaveCounter(day, seen, 'parked');
        return;
      case 'leg.ended':
        seen.front = event.reason?.kind === 'front';
        leaveCounter(day, seen, 'ended');
        return;
      default:
    }
  }

  private called(day: Day, seen: Seen, event: Of<'ticket.called'>): void {
    const counter = counterAt(day, event);
    need(seen.status === 'waiting' && event.leg === seen.n, '[CALL-4] does not wait');
    need(counter.ticketId === undefined && !counter.paused, '[CALL-4] the counter is not free');
    if (event.rule !== 'chosen' && event.rule !== 'walkDirect') {
      const { counterId, at, ticketId, passed } = event;
      const { configuration } = day;
      const faults = boundFaults({
        ...{ configuration, counterId, at, ticketId, passed, profileId: counter.profileId },
        openCounters: new Set(day.counters.keys()),
        waiting: [...day.tickets.values()].filter(({ status }) => status === 'waiting').map(flat),
      });
      for (const fault of faults) this.fault(event, fault);
    }
    counter.ticketId = seen.ticketId;
    Object.assign(seen, { status: 'called', counterId: event.counterId });
  }
}

const need = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};

const counterAt = (day: Day, { counterId }: { readonly counterId: string }): Counter => {
  const counter = day.counters.get(counterId);
  if (counter === undefined) throw new Error(`${counterId} is not open`);
  return counter;
};

const leaveCounter = (day: Day, seen: Seen, status: Leg['status']): void => {
  const counter = seen.counterId === undefined ? undefined : day.counters.get(seen.counterId);
  if (counter?.ticketId === seen.ticketId) counter.ticketId = undefined;
  Object.assign(seen, { status, counterId: undefined });
};

const timesOf = ({ joinedAt, orderFrom, dueAt }: LegTimes): LegTimes => ({
  joinedAt,
  orderFrom,
  dueAt,
});

const same = (a: LegTimes, b: LegTimes): boolean =>
  a.joinedAt === b.joinedAt && a.orderFrom === b.orderFrom && a.dueAt === b.dueAt;

const flat = ({ ticketId, serviceId, classId, times, seq, boundTo }: Seen): Waiting => ({
  ...{ ticketId, serviceId, classId, seq, boundTo },
  ...{ orderFrom: times.orderFrom, dueAt: times.dueAt },
});

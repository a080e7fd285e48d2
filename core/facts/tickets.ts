import type { DayEvent, LegTimes, Logged } from '../events.js';
import type { Fact, IntegrityFact, LegFact, Place, SpanFact, VisitFact } from '../facts.js';
import { spanMs } from '../intervals.js';

type Of<T extends DayEvent['type']> = Logged<Extract<DayEvent, { type: T }>>;

const visitOf = ({ day, known }: Place, ticketId: string): VisitFact => {
  const visit = known.visit(day, ticketId);
  if (visit === undefined) throw new Error(`ticket ${ticketId} was not issued on ${day}`);
  return visit;
};

const openLeg = ({ day, known }: Place, ticketId: string): LegFact => {
  const leg = known.leg(day, ticketId);
  if (leg === undefined || leg.outcome !== null) throw new Error(`${ticketId} has no open leg`);
  return leg;
};

/** The counter's time with the ticket, while a counter holds it. */
const heldSpan = ({ day, known }: Place, leg: LegFact): SpanFact | undefined =>
  leg.counterId === null
    ? undefined
    : known
        .spans(day, leg.counterId)
        .find((span) => span.activity === 'ticket' && span.ticketId === leg.ticketId);

const actOf = (
  event: Logged & { readonly ticketId: string },
  day: string,
  act: Pick<IntegrityFact, 'act' | 'clerk' | 'counterId'> & Partial<IntegrityFact>,
): IntegrityFact => {
  const { stream, seq, at, ticketId } = event;
  const key = { kind: 'integrity', day, stream, seq, at, ticketId } as const;
  return { reason: null, passed: null, ...key, ...act };
};

const issued = (event: Of<'ticket.issued'>, day: string): VisitFact => {
  const { ticketId, seriesId, number, classId, language, deviceId, takenAt: joinedAt } = event;
  const ticket = { ticketId, seriesId, number, classId, language, deviceId, joinedAt };
  return { kind: 'visit', day, ...ticket, endedAt: null, outcome: null, legs: 0, stars: null };
};

/** A leg at the front has no target of its own: the one before lends it. */
const targetOf = (event: Of<'leg.joined'>, { day, known }: Place): number => {
  const before = event.target === 'front' ? known.leg(day, event.ticketId) : undefined;
  return before?.targetMs ?? spanMs(event.orderFrom, event.dueAt);
};

const joined = (event: Of<'leg.joined'>, place: Place): LegFact => ({
  kind: 'leg',
  day: place.day,
  ticketId: event.ticketId,
  leg: event.leg,
  serviceId: event.serviceId,
  classId: event.classId,
  by: event.by,
  joinedAt: event.joinedAt,
  orderFrom: event.orderFrom,
  dueAt: event.dueAt,
  targetMs: targetOf(event, place),
  waitingSince: event.leg === 1 ? event.joinedAt : event.at,
  counterId: null,
  clerk: null,
  rule: null,
  callReason: null,
  calledAt: null,
  startedAt: null,
  confirmed: false,
  handlingMs: 0,
  endedAt: null,
  outcome: null,
  result: null,
  endReason: null,
  calls: 0,
  misses: 0,
  parks: 0,
});

const called = (event: Of<'ticket.called'>, place: Place): readonly Fact[] => {
  const { stream, seq, at, counterId, clerk, rule, ticketId, passed } = event;
  const before = openLeg(place, ticketId);
  const reason = event.reason?.id ?? null;
  const calledAt = before.parks > 0 ? before.calledAt : at;
  const leg = {
    ...before,
    ...{ counterId, clerk, rule, callReason: reason, calledAt },
    ...{ waitingSince: null, calls: before.calls + 1 },
  };
  const span: SpanFact = {
    ...{ kind: 'span', day: place.day, stream, seq, counterId, clerk, activity: 'ticket' },
    ...{ ticketId, from: at, startedAt: null, to: null },
  };
  if (rule !== 'chosen' && rule !== 'walkDirect') return [leg, span];
  const act = rule === 'chosen' ? 'outOfOrder' : 'walkDirect';
  const fields = { act, clerk, counterId, reason, passed: passed ?? null } as const;
  return [leg, span, actOf(event, place.day, fields)];
};

const started = (event: Of<'leg.started'>, place: Place): readonly Fact[] => {
  const leg = openLeg(place, event.ticketId);
  const span = heldSpan(place, leg);
  if (span === undefined) throw new Error(`no counter holds ${event.ticketId}`);
  const startedAt = event.confirmed ? event.at : span.from;
  const first = leg.startedAt === null ? { startedAt, confirmed: event.confirmed } : {};
  return [
    { ...leg, ...first },
    { ...span, startedAt },
  ];
};

/** The leg leaves its counter; `handled` when the visitor was there, though nobody said so. */
const released = (
  leg: LegFact,
  place: Place,
  { at, handled }: { readonly at: number; readonly handled: boolean },
): { readonly leg: LegFact; readonly spans: readonly SpanFact[] } => {
  const span = heldSpan(place, leg);
  if (span === undefined) return { leg, spans: [] };
  const startedAt = span.startedAt ?? (handled ? span.from : null);
  const ms = startedAt === null ? 0 : spanMs(startedAt, at);
  return {
    leg: {
      ...leg,
      startedAt: leg.startedAt ?? startedAt,
      handlingMs: leg.handlingMs + ms,
    },
    spans: [{ ...span, startedAt, to: at }],
  };
};

const ended = (event: Of<'leg.ended'>, place: Place): readonly Fact[] => {
  const { at, outcome, result, reason } = event;
  const handled = outcome === 'served' || outcome === 'transferred';
  const { leg, spans } = released(openLeg(place, event.ticketId), place, { at, handled });
  const endReason = reason?.id ?? null;
  const clerk = leg.clerk === null ? null : (event.clerk ?? leg.clerk);
  const facts: Fact[] = [
    { ...leg, clerk, endedAt: at, outcome, result: result ?? null, endReason },
    ...spans,
  ];
  const by = { clerk: event.clerk ?? event.actor, counterId: event.counterId ?? null };
  if (reason?.kind === 'front') {
    facts.push(actOf(event, place.day, { act: 'front', ...by, reason: endReason }));
  }
  if (outcome === 'transferred') {
    facts.push(actOf(event, place.day, { act: 'transfer', ...by, reason: endReason }));
  }
  if (outcome === 'voided_by_staff') {
    facts.push(actOf(event, place.day, { act: 'void', ...by, reason: endReason }));
  }
  return facts;
};

/** What the clerk before had done of the handling stays with the leg. */
const handedOver = (event: Of<'counter.handedOver'>, place: Place): readonly LegFact[] => {
  const spans = place.known.spans(place.day, event.counterId);
  return spans.flatMap(({ ticketId, startedAt }) => {
    if (ticketId === null || startedAt === null) return [];
    const leg = openLeg(place, ticketId);
    return [{ ...leg, handlingMs: leg.handlingMs + spanMs(startedAt, event.at) }];
  });
};

const missed = (event: Of<'leg.missed'>, place: Place): readonly Fact[] => {
  const held = openLeg(place, event.ticketId);
  const { leg, spans } = released(held, place, { at: event.at, handled: false });
  return [{ ...leg, misses: leg.misses + 1 }, ...spans];
};

const parked = (event: Of<'leg.parked'>, place: Place): readonly Fact[] => {
  const held = openLeg(place, event.ticketId);
  const { leg, spans } = released(held, place, { at: event.at, handled: true });
  const by = { clerk: event.actor, counterId: event.counterId, reason: event.reason.id };
  const act = actOf(event, place.day, { act: 'recycle', ...by });
  return [{ ...leg, parks: leg.parks + 1 }, ...spans, act];
};

/** The times that measure a wait are those at the call that ended it: later ones change nothing. */
const timed = (leg: LegFact, { joinedAt, orderFrom, dueAt }: LegTimes): LegFact => {
  if (leg.calledAt !== null) return leg;
  const targetMs = spanMs(orderFrom, dueAt) || leg.targetMs;
  return { ...leg, joinedAt, orderFrom, dueAt, targetMs };
};

/** After a no-show the next call counts; who had been served in part keeps the first one. */
const returned = (event: Of<'leg.returned'>, place: Place): readonly Fact[] => {
  const before = openLeg(place, event.ticketId);
  const again = before.parks > 0 ? before : { ...before, calledAt: null };
  const leg = { ...timed(again, event), waitingSince: event.at };
  if (event.clerk === undefined) return [leg];
  const by = { clerk: event.clerk, counterId: before.counterId };
  return [leg, actOf(event, place.day, { act: 'recycle', ...by })];
};

const classSet = (event: Of<'ticket.classSet'>, place: Place): readonly Fact[] => {
  const { ticketId, classId, actor: clerk } = event;
  const before = openLeg(place, ticketId);
  const by = { clerk, counterId: before.counterId, reason: event.reason.id };
  return [
    { ...visitOf(place, ticketId), classId },
    { ...timed(before, event), classId },
    actOf(event, place.day, { act: 'setClass', ...by }),
  ];
};

/** What changes in a visit, its legs and the counter that holds it, and what staff answer for. */
export const ticketFacts = (event: Logged, place: Place): readonly Fact[] => {
  switch (event.type) {
    case 'ticket.relabelled': {
      const { seriesId, number } = event;
      return [{ ...visitOf(place, event.ticketId), seriesId, number }];
    }
    case 'ticket.issued':
      return [issued(event, place.day)];
    case 'leg.joined':
      return [joined(event, place)];
    case 'ticket.called':
      return called(event, place);
    case 'ticket.recalled': {
      const leg = openLeg(place, event.ticketId);
      return [{ ...leg, calls: leg.calls + 1 }];
    }
    case 'leg.started':
      return started(event, place);
    case 'leg.ended':
      return ended(event, place);
    case 'leg.missed':
      return missed(event, place);
    case 'leg.returned':
      return returned(event, place);
    case 'leg.parked':
      return parked(event, place);
    case 'leg.unparked':
      return [{ ...openLeg(place, event.ticketId), waitingSince: event.at }];
    case 'ticket.delayed':
      return [timed(openLeg(place, event.ticketId), event)];
    case 'ticket.classSet':
      return classSet(event, place);
    case 'ticket.closed': {
      const { ticketId, outcome, at: endedAt } = event;
      const legs = place.known.leg(place.day, ticketId)?.leg ?? 0;
      return [{ ...visitOf(place, ticketId), outcome, endedAt, legs }];
    }
    case 'counter.handedOver':
      return handedOver(event, place);
    case 'visit.rated':
      return [{ ...visitOf(place, event.ticketId), stars: event.stars }];
    default:
      return [];
  }
};

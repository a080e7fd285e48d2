import type { Millis } from './configuration.js';
import { HOUR_MS } from './time.js';
import { CALL_RULES, type DeviceId } from './events.js';
import {
  INTEGRITY_ACTS,
  type DayFacts,
  type IntegrityFact,
  type LegFact,
  type SpanFact,
} from './facts.js';
import { grouped, tally } from './figures.js';
import { common, lengthMs, merged, spanMs, without, type Interval } from './intervals.js';
import {
  INTEGRITY_LISTED_MAX,
  legKpis,
  visitKpis,
  type DayReport,
  type DeviceUse,
  type HourRow,
  type IntegrityCounts,
  type Use,
} from './kpi.js';

/** A span that lasts ends with the period. */
const timesOf = (spans: readonly SpanFact[], activity: string, period: Interval) => {
  const found = spans.filter((span) => span.activity === activity);
  const intervals = found.flatMap(({ from, startedAt, to }) => {
    const begin = activity === 'ticket' ? startedAt : from;
    return begin === null ? [] : [{ from: begin, to: to ?? period.to }];
  });
  return common(merged(intervals), [period]);
};

const utilised = (ms: Omit<Use, 'utilisation'>): Use => {
  const availableMs = ms.openMs - ms.pausedMs;
  return { ...ms, utilisation: availableMs === 0 ? null : ms.handlingMs / availableMs };
};

/** Use of one counter, or of one clerk, in the period. */
export const useOf = (spans: readonly SpanFact[], period: Interval): Use => {
  const open = timesOf(spans, 'open', period);
  const paused = common(timesOf(spans, 'paused', period), open);
  const handling = common(timesOf(spans, 'ticket', period), without(open, paused));
  return utilised({
    openMs: lengthMs(open),
    pausedMs: lengthMs(paused),
    handlingMs: lengthMs(handling),
  });
};

/** Use of several counters together: Σ ÷ Σ. */
const useTogether = (uses: readonly Use[]): Use => {
  const sum = (of: (use: Use) => number) => uses.reduce((total, use) => total + of(use), 0);
  return utilised({
    openMs: sum((use) => use.openMs),
    pausedMs: sum((use) => use.pausedMs),
    handlingMs: sum((use) => use.handlingMs),
  });
};

const integrityCounts = (acts: readonly IntegrityFact[]): IntegrityCounts =>
  tally(
    INTEGRITY_ACTS,
    acts.map(({ act }) => act),
  );

/** Hours of local time that cover the period; the first begins at or before it. */
const hoursOf = (period: Interval, offsetMs: number): readonly Interval[] => {
  const first = Math.floor((period.from + offsetMs) / HOUR_MS) * HOUR_MS - offsetMs;
  const count = Math.max(1, Math.ceil((period.to - first) / HOUR_MS));
  return Array.from({ length: count }, (_, index) => ({
    from: first + index * HOUR_MS,
    to: first + (index + 1) * HOUR_MS,
  }));
};

const byHour = (facts: DayFacts, period: Interval, offsetMs: number): readonly HourRow[] => {
  const hours = hoursOf(period, offsetMs);
  const place = ({ joinedAt }: LegFact) =>
    Math.min(hours.length - 1, Math.max(0, Math.floor((joinedAt - hours[0]!.from) / HOUR_MS)));
  const legs = grouped(facts.legs, place);
  const counters = [...grouped(facts.spans, ({ counterId }) => counterId).values()];
  return hours.map((hour, index) => {
    const to = Math.min(hour.to, period.to);
    const clipped = { from: Math.max(hour.from, period.from), to };
    return {
      ...hour,
      legs: legKpis(legs.get(index) ?? [], { at: to, present: facts.legs }),
      use: useTogether(counters.map((spans) => useOf(spans, clipped))),
    };
  });
};

const byService = ({ legs }: DayFacts, at: Millis): DayReport['byService'] =>
  [...grouped(legs, ({ serviceId }) => serviceId)]
    .map(([serviceId, own]) => ({ serviceId, legs: legKpis(own, { at }) }))
    .sort((a, b) => b.legs.joined - a.legs.joined || (a.serviceId < b.serviceId ? -1 : 1));

const byCounter = (facts: DayFacts, period: Interval): DayReport['byCounter'] => {
  const legs = grouped(facts.legs, ({ counterId }) => counterId);
  const spans = grouped(facts.spans, ({ counterId }) => counterId);
  return [...new Set([...spans.keys(), ...legs.keys()])].sort().map((counterId) => ({
    counterId,
    legs: legKpis(legs.get(counterId) ?? [], { at: period.to }),
    use: useOf(spans.get(counterId) ?? [], period),
  }));
};

const byClerk = (facts: DayFacts, period: Interval): DayReport['byClerk'] => {
  const legs = grouped(facts.legs, ({ clerk }) => clerk);
  const spans = grouped(facts.spans, ({ clerk }) => clerk);
  const acts = grouped(facts.integrity, ({ clerk }) => clerk);
  return [...new Set([...spans.keys(), ...legs.keys(), ...acts.keys()])].sort().map((clerk) => ({
    clerk,
    legs: legKpis(legs.get(clerk) ?? [], { at: period.to }),
    use: useOf(spans.get(clerk) ?? [], period),
    integrity: integrityCounts(acts.get(clerk) ?? []),
  }));
};

/** What a report needs beside the facts. */
export interface Beside {
  readonly now: Millis;
  /** The zone's distance from UTC when the day opened: hours are local. */
  readonly offsetMs: number;
  /** How long each device was connected while the day was open. */
  readonly connectedMs?: ReadonlyMap<DeviceId, number>;
}

const devicesOf = (
  connectedMs: ReadonlyMap<DeviceId, number>,
  period: Interval,
): readonly DeviceUse[] => {
  const openMs = spanMs(period.from, period.to);
  return [...connectedMs].map(([deviceId, ms]) => ({
    deviceId,
    connectedMs: Math.min(ms, openMs),
    availability: openMs === 0 ? null : Math.min(1, ms / openMs),
  }));
};

/**
 * The report of one service day, from its opening to its close, or to `now` while it goes on.
 */
export const dayReport = (
  facts: DayFacts,
  { now, offsetMs, connectedMs = new Map() }: Beside,
): DayReport => {
  const { day, openedAt, closedAt } = facts.day;
  const period = { from: openedAt, to: Math.max(openedAt, closedAt ?? now) };
  const counters = byCounter(facts, period);
  return {
    ...period,
    day,
    closed: closedAt !== null,
    visits: visitKpis(facts.visits),
    legs: legKpis(facts.legs, { at: period.to }),
    use: useTogether(counters.map(({ use }) => use)),
    calls: tally(
      CALL_RULES,
      facts.legs.map(({ rule }) => rule),
    ),
    byHour: byHour(facts, period, offsetMs),
    byService: byService(facts, period.to),
    byCounter: counters,
    byClerk: byClerk(facts, period),
    devices: devicesOf(connectedMs, period),
    integrityCounts: integrityCounts(facts.integrity),
    integrity: facts.integrity.toSorted((a, b) => a.at - b.at).slice(-INTEGRITY_LISTED_MAX),
    late: facts.late,
  };
};

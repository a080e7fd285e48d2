import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FactBook } from '../../tests/fixtures/factbook.js';
import { seeded } from '../../tests/fixtures/randomday.js';
import { diceOf, randomHall } from '../../tests/simulation/halls.js';
import { Watch } from '../../tests/simulation/watch.js';
import { askedFor, type Wish } from '../../tests/simulation/wishes.js';
import { apply } from '../apply.js';
import { canonical } from '../canonical.js';
import type { Configuration } from '../configuration.js';
import { HOUR_MS, MINUTE_MS } from '../time.js';
import { decide } from '../decide.js';
import type { Logged } from '../events.js';
import { EVENT_TYPES } from '../events/types.js';
import { REFUSALS } from '../protocol/refusals.js';
import { todayOf } from '../publish.js';
import { dayReport } from '../report.js';
import { emptyState, type Asked } from '../state.js';

const RUNS = 180;
/** The shortest steps that fail are looked for so long. */
const LIMIT_MS = 150_000;
const SEED = Number(process.env['DAWR_SEED'] ?? 20_261_122);
/** Sunday 2026-11-22, 07:30 in Cairo: half an hour before the doors open. */
const EARLY = Date.parse('2026-11-22T05:30:00Z');

/** Given by the server's doors, never by the rules. */
const OF_THE_DOORS = [
  'payload.invalid',
  'role.denied',
  'rate.limited',
  'request.reused',
  'request.stale',
  'storage.failed',
  'bug',
];

/** Everything that occurred in all runs of this file. */
const seen = new Set<string>();

type Step = Wish & { readonly minutes: number };

/** A hall at random, and a second version of it that may be published in mid-day. */
const hallsOf = (seed: number): Map<string, Configuration> => {
  const dice = diceOf(seeded(seed));
  const first = randomHall(dice);
  const rules = { ...first.rules, waitingMax: 5, followTargetMin: 3 };
  const services = first.services.map((service) => ({ ...service, targetMin: 15 }));
  const second = todayOf(first, { ...first, rules, services: services.slice(1) }).configuration;
  return new Map([
    ['first', first],
    ['second', second],
  ]);
};

class Play {
  readonly configurations: Map<string, Configuration>;
  readonly state = emptyState('teststream');
  readonly log: Logged[] = [];
  readonly watch: Watch;
  at = EARLY;

  constructor(seed: number) {
    this.configurations = hallsOf(seed);
    this.watch = new Watch(this.configurations);
    const centre = { actor: 'system', deviceId: 'server' };
    const start = { type: 'startLog', centreId: 'random', training: false } as const;
    this.ask({ ...centre, command: { ...start, configuration: 'first' } });
  }

  /** Lets time pass and somebody ask; then looks at the hall from both sides. */
  step(step: Step): void {
    // Nights are long and empty.
    this.at += step.minutes * MINUTE_MS * (this.state.day === null ? 20 : 1);
    this.ask({ command: { type: 'tick' }, actor: 'system', deviceId: 'server' });
    this.ask(askedFor(this.scene(), step));
    this.watch.compare(this.state);
    expect(this.watch.faults).toEqual([]);
  }

  /** The state that the log alone gives. */
  replayed(): string {
    const fresh = emptyState(this.state.stream);
    for (const event of this.log) apply(fresh, event, this.configurations);
    return canonical(fresh);
  }

  private scene() {
    const { state, at } = this;
    const key = state.day?.configuration ?? state.centre.configuration;
    const hashes = ['unknown', 'first', 'second'];
    return { state, at, hashes, configuration: this.configurations.get(key)! };
  }

  private ask(who: Omit<Asked, 'at'>): void {
    const { state, configurations, at } = this;
    const before = who.command.type === 'tick' ? '' : canonical(state);
    const decided = decide(state, { ...who, at }, configurations);
    if ('refused' in decided) {
      expect(canonical(state)).toBe(before);
      seen.add(decided.refused);
      return;
    }
    for (const event of decided) {
      const { stream, seq } = state;
      const logged = { ...event, at, seq: seq + 1, stream, actor: who.actor } as Logged;
      apply(state, logged, configurations);
      this.log.push(logged);
      this.watch.take(logged);
      seen.add(event.type);
      if (event.type === 'ticket.called') seen.add(`by ${event.rule}`);
    }
  }
}

const nat = fc.nat(1000);
/** Mostly seconds to minutes, sometimes an hour, rarely the night. */
const minutes = fc.oneof(
  { weight: 40, arbitrary: fc.nat(2) },
  { weight: 4, arbitrary: fc.nat(20) },
  { weight: 1, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.constantFrom(0, 0, 0, 0, 0, 0, 7 * 60) },
);
const step: fc.Arbitrary<Step> = fc.record({ kind: fc.nat(99), a: nat, b: nat, c: nat, minutes });
const steps = fc.array(step, { minLength: 40, maxLength: 260, size: 'max' });

const opened: Step = { kind: 99, a: 0, b: 299, c: 0, minutes: 40 };

/** Runs random halls; fast-check prints the seed and the shortest steps that fail. */
const play = (check: (hall: Play) => void): void => {
  fc.assert(
    fc.property(fc.noBias(fc.nat()), fc.noBias(steps), (seed, asked) => {
      const hall = new Play(seed);
      for (const one of [opened, ...asked]) hall.step(one);
      check(hall);
    }),
    {
      numRuns: RUNS,
      seed: SEED,
      interruptAfterTimeLimit: LIMIT_MS,
      endOnFailure: process.env['DAWR_QUICK'] !== undefined,
    },
  );
};

const sum = (counts: object): number =>
  Object.values(counts).reduce((total: number, count: number) => total + count, 0);

const numbersIn = (value: unknown): number[] => {
  if (typeof value === 'number') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(numbersIn);
};

/** How many tickets each day issued, counted from the log alone. */
const issuedIn = (log: readonly Logged[]): Map<string, number> => {
  const counts = new Map<string, number>();
  let day = '';
  for (const event of log) {
    if (event.type === 'day.opened') day = event.day;
    if (event.type === 'ticket.issued') counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return counts;
};

const checkFigures = ({ log, at, state }: Play): void => {
  const book = new FactBook();
  for (const event of log) book.take(event);
  const issued = issuedIn(log);
  for (const { day, closedAt } of book.days.values()) {
    const facts = book.of(day);
    const report = dayReport(facts, { now: at, offsetMs: 2 * HOUR_MS });
    expect(Math.min(0, ...numbersIn(report)), `figures of ${day}`).toBe(0);
    const { visits, legs } = report;
    expect(visits.visits).toBe(issued.get(day) ?? 0);
    expect(sum(visits.outcomes) + visits.open).toBe(visits.visits);
    expect(sum(legs.outcomes) + legs.open).toBe(legs.joined);
    expect(visits.open).toBe(closedAt === null ? state.day?.tickets.size : 0);
    expect(legs.open).toBe(visits.open);
  }
};

describe(`random halls, seed ${SEED}`, () => {
  const held = '[LOG-1] [BOUND-1] [BOUND-2] [CALL-4] [SERIES-2] [SERIES-4] [VISIT-3]';
  test(`${held} hold whatever is asked, and figures add up`, () => {
    play((hall) => {
      expect(hall.replayed()).toBe(canonical(hall.state));
      checkFigures(hall);
    });
  }, 240_000);

  test('every kind of event, every refusal of the rules and every rule of calling occurred', () => {
    const rules = ['due', 'overdue', 'condition', 'weight', 'cap', 'reserved', 'bound', 'chosen'];
    const wanted = [
      ...EVENT_TYPES,
      ...REFUSALS.filter((code) => !OF_THE_DOORS.includes(code)),
      ...rules.map((rule) => `by ${rule}`),
    ];
    expect(wanted.filter((name) => !seen.has(name))).toEqual([]);
  });
});

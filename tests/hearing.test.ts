import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { VoiceConfig } from '../core/configuration.js';
import { LANGUAGES } from '../core/lists.js';
import type { BoardCall, BoardCounter } from '../core/protocol/views.js';
import type { Voices } from '../core/voice/use.js';
import { saidOf } from '../core/voice/said.js';
import { LATE_MS, type Sounding } from '../core/voice/schedule.js';
import { GRAMMARS, scriptOf } from '../core/voice/script.js';
import { HOUR_MS, MINUTE_MS } from '../core/time.js';
import { Announcer } from '../display/voice/announcer.js';
import { HALL_AT, hallConfiguration } from './fixtures/board.js';
import { HandClock } from './fixtures/handclock.js';
import { randomOf } from './play/random.js';

const COUNTERS = 20;
const HANDLING_MS = 180_000;
const CHIME_MS = 1_120;
const GAP_MS = 30;
const REST_MS = 180;

/** How long a clip takes, by its letters: a call is then as long as the default voice's was. */
const MS_A_LETTER = { ar: 115, en: 75 } as const;
const lettersIn = (text: string): number => text.replace(/[\u064b-\u0652\s]/g, '').length;
const LENGTHS = Object.fromEntries(
  LANGUAGES.map((language) => [
    language,
    new Map(
      scriptOf(language, null).map(({ id, text }) => [
        id,
        150 + MS_A_LETTER[language] * lettersIn(text),
      ]),
    ),
  ]),
);

const VOICES: Voices = {
  version: 1,
  languages: Object.fromEntries(
    LANGUAGES.map((language) => {
      const clips = Object.fromEntries(scriptOf(language, null).map(({ id }) => [id, id]));
      const calls = { origin: 'installed', gainDb: 0, clips } as const;
      return [language, { grammar: GRAMMARS[language], gapMs: GAP_MS, parts: { calls } }];
    }),
  ),
};

const configuration = hallConfiguration(COUNTERS);

const lengthOf = (sounding: Sounding, languages: VoiceConfig['languages']): number => {
  const voice = { ...configuration.voice, languages };
  const said = saidOf(sounding, { ...configuration, voice }, VOICES);
  expect(said.length > 0).toBe(sounding.kind !== 'chime');
  const spoken = said.flatMap(({ language, phrases }) =>
    phrases.map((phrase) =>
      phrase.reduce((sum, id) => sum + (LENGTHS[language]!.get(id) ?? NaN) + GAP_MS, REST_MS),
    ),
  );
  return spoken.reduce((sum, ms) => sum + ms, sounding.kind === 'again' ? 0 : CHIME_MS);
};

interface Heard {
  readonly kind: Sounding['kind'];
  readonly key: string | null;
  readonly form: string;
  readonly from: number;
  readonly to: number;
}

type Asked = {
  readonly seed: number;
  readonly hours: number;
  readonly length: (sounding: Sounding) => number;
  /** Zone of a counter, by its index. */
  readonly zoneOf?: (index: number) => string;
};

interface Day {
  readonly heard: Heard[];
  /** When each call was made, and until when its visitor was called. */
  readonly made: Map<string, { readonly from: number; to: number }>;
}

/** Counters that call as soon as they are free, with a visitor always waiting. */
const run = ({ seed, hours, length, zoneOf = () => 'hall' }: Asked): Day => {
  const clock = new HandClock();
  const chance = randomOf(seed);
  const heard: Heard[] = [];
  const made: Day['made'] = new Map();
  let calls: BoardCall[] = [];
  const counters: BoardCounter[] = Array.from({ length: COUNTERS }, (_, n) => ({
    counterId: `c${n + 1}`,
    state: 'open',
    label: null,
  }));
  const announcer = new Announcer({
    now: () => clock.now(),
    zoneOf: (counterId) => zoneOf(Number(counterId.slice(1)) - 1),
    play: (sounding, done) => {
      const from = clock.now();
      const ms = length(sounding);
      const key = sounding.kind === 'chime' ? null : sounding.call.key;
      const form = sounding.kind === 'chime' ? 'chime' : sounding.form;
      heard.push({ kind: sounding.kind, key, form, from, to: from + ms });
      clock.after(ms, done);
    },
  });
  const show = (): void => announcer.take({ calls, counters, at: HALL_AT + clock.now() });
  let number = 0;
  const callNext = (n: number): void => {
    number = (number % 999) + 1;
    const key = `k${made.size}`;
    const label = { letter: { ar: 'أ', en: 'A' }, number };
    const language = chance.unit() < 0.85 ? 'ar' : 'en';
    const at = HALL_AT + clock.now();
    made.set(key, { from: clock.now(), to: Infinity });
    calls = [{ key, label, counterId: `c${n + 1}`, at, recalled: false, language }, ...calls];
    calls = calls.slice(0, 12) as BoardCall[];
    counters[n] = { counterId: `c${n + 1}`, state: 'called', label };
    show();
    const walk = 5_000 + chance.exponential(15_000);
    clock.after(walk, () => {
      made.get(key)!.to = clock.now();
      counters[n] = { ...counters[n]!, state: 'serving' };
      show();
      clock.after(chance.exponential(HANDLING_MS - 20_000), () => callNext(n));
    });
  };
  show();
  for (let n = 0; n < COUNTERS; n++) clock.after(chance.unit() * HANDLING_MS, () => callNext(n));
  clock.pass(hours * HOUR_MS);
  return { heard, made };
};

/** What must hold of every hall, whatever its voice and however long its clips. */
const holdBounds = ({ heard, made }: Day, hours: number): void => {
  const longest = Math.max(...heard.map(({ from, to }) => to - from));
  for (const [n, { from }] of heard.entries()) {
    if (n > 0 && from < heard[n - 1]!.to) expect(heard[n]).toBe('after the one before');
  }
  const sounded = new Map<string, number>();
  for (const { key, kind, from } of heard) {
    if (key === null || kind === 'again') continue;
    expect(from - made.get(key)!.from).toBeLessThanOrEqual(LATE_MS);
    expect(sounded.has(key)).toBe(false);
    sounded.set(key, from);
  }
  // A call that is not spoken is chimed for, by a chime of its own or by the next call's.
  for (const [key, { from, to }] of made) {
    const by = from + LATE_MS + longest;
    if (sounded.has(key) || to <= by || by > hours * HOUR_MS) continue;
    const chime = heard.find((one) => one.kind !== 'again' && one.from >= from && one.from <= by);
    expect(chime, `${key} at ${from}`).toBeDefined();
  }
};

const shares = ({ heard, made }: Day) => {
  const calls = heard.filter(({ kind }) => kind === 'call');
  const share = (count: number) => Math.round((100 * count) / made.size);
  const waits = calls.map(({ key, from }) => from - made.get(key!)!.from).sort((a, b) => a - b);
  return {
    calls: made.size,
    spoken: share(calls.length),
    full: share(calls.filter(({ form }) => form === 'full').length),
    twice: share(heard.filter(({ kind }) => kind === 'again').length),
    p95Ms: Math.round(waits[Math.floor(waits.length * 0.95)]!),
  };
};

describe('twenty counters that each take three minutes', () => {
  const HOURS = 8;

  test('[HEAR-3] in the ticket’s language: three of four calls are spoken, and none late', () => {
    for (const seed of [1, 2, 3]) {
      const day = run({ seed, hours: HOURS, length: (one) => lengthOf(one, 'ticket') });
      holdBounds(day, HOURS);
      const { calls, spoken } = shares(day);
      expect(calls).toBeGreaterThan(HOURS * 20 * 18);
      expect(spoken, JSON.stringify(shares(day))).toBeGreaterThanOrEqual(70);
    }
  });

  test('[HEAR-3] in both languages: half of the calls are spoken, and none late', () => {
    const day = run({ seed: 4, hours: HOURS, length: (one) => lengthOf(one, 'both') });
    holdBounds(day, HOURS);
    expect(shares(day).spoken, JSON.stringify(shares(day))).toBeGreaterThanOrEqual(45);
  });

  test('[HEAR-3] in two zones that one board speaks for', () => {
    const zoneOf = (index: number): string => (index % 2 === 0 ? 'hall' : 'upstairs');
    const length = (one: Sounding): number => lengthOf(one, 'ticket');
    const day = run({ seed: 5, hours: HOURS, length, zoneOf });
    holdBounds(day, HOURS);
  });

  test('[HEAR-1, HEAR-3] whatever the clips’ lengths, nothing overlaps and nothing is late', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 100, max: 15_000 }),
        fc.integer({ min: 0, max: 30_000 }),
        (seed, least, spread) => {
          const chance = randomOf(seed);
          const length = (): number => least + chance.unit() * spread;
          const hours = (20 * MINUTE_MS) / HOUR_MS;
          holdBounds(run({ seed, hours, length }), hours);
        },
      ),
      { numRuns: 60 },
    );
  });
});

import { configurationSchema, type Configuration } from '../../core/configuration.js';

/** A random source: whole numbers from 0, below `end`. */
export type Dice = (end: number) => number;

/** Dice from numbers in [0, 1). */
export const diceOf =
  (random: () => number): Dice =>
  (end) =>
    Math.floor(random() * end);

export const pick = <T>(dice: Dice, items: readonly T[]): T => items[dice(items.length)]!;

const words = (text: string) => ({ ar: text, en: text });
const some = <T>(dice: Dice, items: readonly T[]): T[] => items.filter(() => dice(2) === 0);
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const CLASSES = ['P1', 'P2'];
const REASONS = [
  'callTicket',
  'walkDirect',
  'front',
  'park',
  'pause',
  'setClass',
  'suspend',
  'void',
];

type Input = Parameters<typeof configurationSchema.parse>[0];

const matcher = (dice: Dice, services: readonly string[], classes: readonly string[]) => ({
  services: some(dice, services),
  classes: some(dice, classes),
});

interface Parts {
  readonly categories: readonly string[];
  readonly services: readonly string[];
  readonly classes: readonly string[];
}

/** Half of the profiles are plain, so that the plain bound is tried as often as the rules are. */
const profile = (dice: Dice, id: string, { categories, services, classes }: Parts): object => {
  const serving = {
    id,
    name: words(id),
    categories: id === 'p0' ? categories : some(dice, categories),
    services: some(dice, services),
  };
  if (dice(2) === 0) return serving;
  const match = () => matcher(dice, services, classes);
  return {
    ...serving,
    conditions: range(dice(3)).map(() => ({ when: match(), waitingMin: dice(6), first: match() })),
    weights: range(dice(2)).map(() => ({ of: match(), weight: 1 + dice(4) })),
    reserved: dice(3) === 0 ? match() : null,
    skipMaxMin: 5 + dice(25),
  };
};

const counters = (dice: Dice, count: number, profiles: readonly string[]): object[] =>
  range(count).map((i) => ({
    id: `c${i + 1}`,
    number: i + 1,
    floor: words('ground'),
    zone: 'hall',
    profiles: i === 0 ? profiles : ['p0', ...some(dice, profiles.slice(1))],
  }));

const rules = (dice: Dice): object => ({
  noShowCalls: 1 + dice(3),
  noShowAfterS: dice(3) * 30,
  returnWithinMin: dice(20),
  lapseAfterMin: dice(40),
  returnLegWithinMin: dice(40),
  followTargetMin: dice(20),
  delayMaxMin: dice(90),
  servicesMax: 1 + dice(4),
  waitingMax: pick(dice, [4, 20, 2000, 2000]),
  legOrder: pick(dice, ['asked', 'shortest']),
});

const services = (dice: Dice, ids: readonly string[], categories: readonly string[]): object[] =>
  ids.map((id, i) => ({
    id,
    name: words(id),
    sector: 'all',
    category: i < categories.length ? categories[i] : pick(dice, categories),
    kind: 'service',
    papers: null,
    targetMin: pick(dice, [5, 10, 10, 20, 30, 45]),
    handlingMin: 2 + dice(6),
  }));

/** The fixed part: every hall has the same week (Friday shut) and the same devices. */
const frame = {
  version: 1,
  centre: {
    id: 'random',
    name: words('Random'),
    governorate: words('Random'),
    zone: 'Africa/Cairo',
    digits: 'latn',
  },
  sectors: [{ id: 'all', name: words('All'), icon: 'file' }],
  zones: [{ id: 'hall', name: words('Hall') }],
  boards: [
    { id: 'board-1', name: words('Hall'), zones: ['hall'] },
    { id: 'board-2', name: words('Counter'), counter: 'c1' },
  ],
  kiosks: ['kiosk-1', 'kiosk-2'].map((id) => ({ id, name: words(id) })),
  agents: [{ id: 'agent-1', name: words('Agent'), kiosks: ['kiosk-1', 'kiosk-2'] }],
  reasons: Object.fromEntries(REASONS.map((kind) => [kind, [{ id: 'other', name: words('o') }]])),
};

const calendar = (dice: Dice): object => {
  const hours = [{ from: '08:00', to: pick(dice, ['12:00', '14:00']) }];
  return {
    week: { sat: hours, sun: hours, mon: hours, tue: hours, wed: hours, thu: hours },
    exceptions: [{ date: '2026-11-24', name: words('Feast'), hours: [] }],
    closeByMin: 30 + dice(200),
  };
};

export interface HallWish {
  readonly counters?: number;
  /** Most numbers of a series: few, so that they wrap and leases come near. */
  readonly numbersMax?: number;
  readonly changes?: object;
}

/**
 * A configuration that no person would write: services, targets, classes, caps and profiles at
 * random. Some services no counter serves.
 */
export const randomHall = (dice: Dice, wish: HallWish = {}): Configuration => {
  const { counters: count = 1 + dice(3), numbersMax = 40, changes = {} } = wish;
  const categories = range(1 + dice(3)).map((i) => `cat${i}`);
  const ids = range(categories.length + dice(4)).map((i) => `s${i}`);
  const classes = CLASSES.slice(0, dice(3));
  const served = dice(3) === 0 && categories.length > 1 ? categories.slice(1) : categories;
  const parts = { categories: served, services: ids, classes };
  const profiles = range(1 + dice(4)).map((i) => `p${i}`);
  return configurationSchema.parse({
    ...frame,
    categories: [
      ...categories.map((id, i) => ({
        id,
        name: words(id),
        letter: { ar: 'أبج'[i]!, en: 'ABC'[i]! },
        min: 1,
        max: 3 + dice(numbersMax),
      })),
      { id: 'pad', name: words('Pad'), letter: null, min: 900, max: 930, reserved: true },
    ],
    services: services(dice, ids, categories),
    classes: classes.map((id) => ({
      id,
      name: words(id),
      grounds: [words('ground')],
      basis: words('law'),
      targetMin: pick(dice, [0, 5, 15]),
      proof: 'none',
      everyMax: 1 + dice(4),
    })),
    profiles: profiles.map((id) =>
      profile(dice, id, id === 'p0' ? { ...parts, services: [] } : parts),
    ),
    counters: counters(dice, count, profiles),
    desks: range(count).map((i) => ({
      id: `desk-${i + 1}`,
      name: words('Desk'),
      counter: i % 2 === 0 ? null : `c${i + 1}`,
    })),
    calendar: calendar(dice),
    rules: rules(dice),
    ...changes,
  } as Input);
};

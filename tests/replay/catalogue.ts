import { LETTERS } from '../../core/check/series.js';
import { checkConfiguration } from '../../core/check.js';
import type { Configuration } from '../../core/configuration.js';
import type { LoggedDay } from './logs.js';
import type { ReplayPlan } from './plan.js';

const NUMBERS = 9999;
const ZONE = 'hall';
/** Two minutes ahead of others: the bank gave 90 seconds, and targets are whole minutes. */
const URGENT_MIN = 1;
const TARGET_MIN = { urgent: 3, plain: 20 } as const;

/** The id under which a category of the log is served. */
export const serviceIdOf = (category: string): string =>
  category
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 40);

const both = (text: string) => ({ ar: text.slice(0, 60), en: text.slice(0, 60) });
const reason = [{ id: 'other', name: both('Other') }];

const seriesOf = (count: number, index: number) => {
  const blocks = Math.ceil(count / LETTERS.length);
  const size = Math.floor(NUMBERS / blocks);
  const min = Math.floor(index / LETTERS.length) * size + 1;
  return { letter: LETTERS[index % LETTERS.length], min, max: min + size - 1 };
};

const places = ({ counters }: ReplayPlan) => ({
  profiles: counters.map(({ categories }, index) => ({
    id: `p${index + 1}`,
    name: both(`Profile ${index + 1}`),
    categories: categories.map(serviceIdOf),
  })),
  counters: counters.map((_, index) => ({
    id: `c${index + 1}`,
    number: index + 1,
    floor: both('Hall'),
    zone: ZONE,
    profiles: [`p${index + 1}`],
  })),
  desks: counters.map((_, index) => ({
    id: `desk-${index + 1}`,
    name: both(`Desk ${index + 1}`),
    counter: `c${index + 1}`,
  })),
});

const urgentClass = {
  id: 'P1',
  name: both('Priority'),
  grounds: [both('As logged')],
  basis: both('The log’s own priority'),
  targetMin: URGENT_MIN,
  proof: 'none',
};

/** A centre with one service for each category of the log. Throws if that is no valid one. */
export const catalogueOf = ({ day, zone }: LoggedDay, plan: ReplayPlan): Configuration => {
  const { categories, handlingMin, visits } = plan;
  const urgent = visits.some(({ priority }) => priority);
  const checked = checkConfiguration({
    version: 1,
    centre: {
      id: 'replay',
      name: both('Replay'),
      governorate: both('Replay'),
      zone,
      digits: 'latn',
      publicUrl: 'http://localhost',
    },
    sectors: [{ id: 'log', name: both('The log’s categories'), icon: 'list' }],
    categories: categories.map((category, index) => ({
      id: serviceIdOf(category),
      name: both(category),
      ...seriesOf(categories.length, index),
    })),
    services: categories.map((category) => ({
      id: serviceIdOf(category),
      name: both(category),
      sector: 'log',
      category: serviceIdOf(category),
      kind: 'service',
      papers: null,
      targetMin: urgent ? TARGET_MIN.urgent : TARGET_MIN.plain,
      handlingMin: handlingMin.get(category),
    })),
    classes: urgent ? [urgentClass] : [],
    ...places(plan),
    zones: [{ id: ZONE, name: both('Hall') }],
    boards: [{ id: 'board', name: both('Board'), zones: [ZONE] }],
    kiosks: [{ id: 'k1', name: both('Kiosk'), printer: false }],
    agents: [],
    // The manager opens the day of the log by hand, so that no hour of it is outside.
    calendar: {
      week: { sun: [{ from: '08:00', to: '16:00' }] },
      exceptions: [{ date: day, name: both('Replay'), hours: [] }],
    },
    rules: { waitingMax: 5000, ticketsPerMinuteMax: 600 },
    reasons: Object.fromEntries(
      ['callTicket', 'walkDirect', 'front', 'park', 'pause', 'setClass', 'suspend', 'void'].map(
        (kind) => [kind, reason],
      ),
    ),
  });
  if ('mistakes' in checked) throw new Error(JSON.stringify(checked.mistakes, null, 2));
  return checked.configuration;
};

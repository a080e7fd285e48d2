import type { LegKpis, Times, Use, DayReport, Share } from '../../core/kpi.js';
import type { Words } from '../words.svelte.js';
import { byName } from '../office/order.js';
import { levelPercentOf, percentOf } from './percent.js';

export interface FiguresTable {
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly id: string; readonly cells: readonly string[] }[];
}

/** What ids are called where the report is read. */
export interface Names {
  readonly service: (serviceId: string) => string;
  readonly counter: (counterId: string) => string;
  readonly clerk: (clerk: string) => string;
  readonly device: (deviceId: string) => string;
}

const NONE = '–';
const SPREAD = ['mean', 'p50', 'p90', 'p95', 'max'] as const;

/** Where there is nothing to count or to divide by, a dash. */
const figures = (words: Words) => {
  const time = (ms: number | undefined): string => (ms === undefined ? NONE : words.timer(ms));
  const told = (n: number | null): string => (n === null ? NONE : words.t('office.percent', { n }));
  const percent = (share: number | null): string => told(percentOf(share));
  return {
    time,
    percent,
    spread: (times: Times | null): readonly string[] =>
      times === null
        ? SPREAD.map(() => NONE)
        : [times.meanMs, times.p50Ms, times.p90Ms, times.p95Ms, times.maxMs].map(time),
    share: (share: Share): string => percent(share.share),
    level: (share: Share): string => told(levelPercentOf(share.share)),
    use: ({ openMs, pausedMs, utilisation }: Use): readonly string[] => [
      time(openMs),
      time(pausedMs),
      percent(utilisation),
    ],
    count: (value: number): string => words.number(value),
  };
};

type Row = FiguresTable['rows'][number];

/** Rows by the name that begins each. */
const named = (words: Words, rows: readonly Row[]): readonly Row[] => {
  const compare = byName(words.language);
  return [...rows].sort((one, other) => compare(one.cells[0] ?? '', other.cells[0] ?? ''));
};

const spreadHeads = (words: Words): readonly string[] =>
  SPREAD.map((name) => words.t(`report.${name}`));

const timesTable = (words: Words, { legs, visits }: DayReport): FiguresTable => {
  const { count, spread } = figures(words);
  const rows: readonly (readonly [string, Times | null])[] = [
    ['waits', legs.waits],
    ['walks', legs.walks],
    ['handlings', legs.handlings],
    ['totals', visits.totals],
  ];
  return {
    title: words.t('report.times'),
    columns: [words.t('report.time'), words.t('report.count'), ...spreadHeads(words)],
    rows: rows.map(([id, times]) => ({
      id,
      cells: [words.t(`report.${id}`), count(times?.count ?? 0), ...spread(times)],
    })),
  };
};

const waitHeads = (words: Words): readonly string[] => [
  ...['joined', 'called'].map((name) => words.t(`report.${name}`)),
  ...spreadHeads(words),
  ...['level', 'noShow', 'walkOuts', 'unserved'].map((name) => words.t(`report.${name}`)),
];

const waitCells = (words: Words, legs: LegKpis): readonly string[] => {
  const { count, level, share, spread } = figures(words);
  return [
    count(legs.joined),
    count(legs.called),
    ...spread(legs.waits),
    level(legs.serviceLevel),
    share(legs.noShow),
    count(legs.walkOuts),
    count(legs.unserved),
  ];
};

const hoursTable = (words: Words, { byHour }: DayReport): FiguresTable => ({
  title: words.t('report.byHour'),
  note: words.t('report.waitNote'),
  columns: [words.t('report.hour'), ...waitHeads(words), words.t('report.utilisation')],
  rows: byHour.map(({ from, legs, use }) => ({
    id: String(from),
    cells: [words.time(from), ...waitCells(words, legs), figures(words).percent(use.utilisation)],
  })),
});

const servicesTable = (words: Words, { byService }: DayReport, names: Names): FiguresTable => ({
  title: words.t('report.byService'),
  note: words.t('report.waitNote'),
  columns: [words.t('report.service'), ...waitHeads(words)],
  rows: byService.map(({ serviceId, legs }) => ({
    id: serviceId,
    cells: [names.service(serviceId), ...waitCells(words, legs)],
  })),
});

const workHeads = (words: Words): readonly string[] => [
  ...['called', 'served'].map((name) => words.t(`report.${name}`)),
  ...spreadHeads(words),
  ...['open', 'paused', 'utilisation'].map((name) => words.t(`report.${name}`)),
];

const workCells = (words: Words, legs: LegKpis, use: Use): readonly string[] => {
  const all = figures(words);
  return [
    all.count(legs.called),
    all.count(legs.outcomes.served),
    ...all.spread(legs.handlings),
    ...all.use(use),
  ];
};

const countersTable = (words: Words, { byCounter }: DayReport, names: Names): FiguresTable => ({
  title: words.t('report.byCounter'),
  note: words.t('report.handlingNote'),
  columns: [words.t('report.counter'), ...workHeads(words)],
  rows: named(
    words,
    byCounter.map(({ counterId, legs, use }) => ({
      id: counterId,
      cells: [names.counter(counterId), ...workCells(words, legs, use)],
    })),
  ),
});

const clerksTable = (words: Words, { byClerk }: DayReport, names: Names): FiguresTable => ({
  title: words.t('report.byClerk'),
  note: words.t('report.handlingNote'),
  columns: [words.t('report.clerk'), ...workHeads(words)],
  rows: named(
    words,
    byClerk.map(({ clerk, legs, use }) => ({
      id: clerk,
      cells: [names.clerk(clerk), ...workCells(words, legs, use)],
    })),
  ),
});

const integrityTable = (words: Words, report: DayReport, names: Names): FiguresTable => {
  const acts = Object.keys(report.integrityCounts) as (keyof typeof report.integrityCounts)[];
  const { count } = figures(words);
  return {
    title: words.t('report.integrity'),
    note: words.t('report.integrityNote'),
    columns: [words.t('report.clerk'), ...acts.map((act) => words.t(`act.${act}`))],
    rows: named(
      words,
      report.byClerk.map(({ clerk, integrity }) => ({
        id: clerk,
        cells: [names.clerk(clerk), ...acts.map((act) => count(integrity[act]))],
      })),
    ),
  };
};

const devicesTable = (words: Words, { devices }: DayReport, names: Names): FiguresTable => {
  const { time, percent } = figures(words);
  return {
    title: words.t('report.devices'),
    note: words.t('report.devicesNote'),
    columns: ['device', 'connected', 'availability'].map((name) => words.t(`report.${name}`)),
    rows: named(
      words,
      devices.map(({ deviceId: id, connectedMs, availability }) => ({
        id,
        cells: [names.device(id), time(connectedMs), percent(availability)],
      })),
    ),
  };
};

/** Counts by a closed list; what did not occur is left out. */
const tallyTable = (
  words: Words,
  name: 'outcomes' | 'results' | 'rules',
  tally: Readonly<Record<string, number>>,
): FiguresTable => ({
  title: words.t(`report.${name}`),
  columns: [words.t(`report.${name}`), words.t('report.count')],
  rows: Object.entries(tally)
    .filter(([, value]) => value > 0)
    .map(([id, value]) => ({
      id,
      cells: [words.t(`${name}.${id}`), figures(words).count(value)],
    })),
});

/** The tables of a day's report as people read them; times in minutes and seconds. */
export const tablesOf = (words: Words, report: DayReport, names: Names) => ({
  times: timesTable(words, report),
  hours: hoursTable(words, report),
  services: servicesTable(words, report, names),
  counters: countersTable(words, report, names),
  clerks: clerksTable(words, report, names),
  devices: devicesTable(words, report, names),
  integrity: integrityTable(words, report, names),
  outcomes: tallyTable(words, 'outcomes', report.visits.outcomes),
  results: tallyTable(words, 'results', report.legs.results),
  rules: tallyTable(words, 'rules', report.calls),
});

export type Tables = ReturnType<typeof tablesOf>;

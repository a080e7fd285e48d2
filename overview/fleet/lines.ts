import { governorateName } from '../../web/office/governorates.js';
import type { Language } from '../../core/lists.js';
import type { CentreLine, LineState } from '../../core/protocol/overview.js';
import type { Tone } from '../../web/office/tone.js';
import { fold } from '../../web/find.js';
import { byName } from '../../web/office/order.js';

/** Who is called in time less often than this keeps people waiting too long. */
export const LEVEL_WANTED = 0.8;
/** Fewer calls tell nothing of a day yet. */
export const CALLS_MIN = 10;

export const STATE_TONES: Readonly<Record<LineState, Tone | 'off'>> = {
  live: 'good',
  behind: 'warn',
  silent: 'bad',
  expected: 'off',
  revoked: 'off',
};

export const isQuiet = ({ state }: CentreLine): boolean => state === 'silent' || state === 'behind';

/** Enough of today's calls are there to judge the waits by. */
export const isJudged = ({ isToday, serviceLevel }: CentreLine): boolean =>
  isToday && serviceLevel.share !== null && serviceLevel.of >= CALLS_MIN;

/** Too many of those called today waited longer than their target. */
export const isLate = (line: CentreLine): boolean =>
  isJudged(line) && (line.serviceLevel.share ?? 1) < LEVEL_WANTED;

export const openAlarms = (lines: readonly CentreLine[]): number =>
  lines.reduce((sum, { alarms }) => sum + alarms, 0);

export const waitingNow = (lines: readonly CentreLine[]): number =>
  lines.reduce((sum, { live }) => sum + (live?.waiting ?? 0), 0);

export const SHOWN = ['all', 'late', 'quiet', 'alarms'] as const;
export type Shown = (typeof SHOWN)[number];

export const isShown = (line: CentreLine, shown: Shown): boolean =>
  shown === 'all' ||
  (shown === 'late' && isLate(line)) ||
  (shown === 'quiet' && isQuiet(line)) ||
  (shown === 'alarms' && line.alarms > 0);

export const SORTS = [
  ...['state', 'centre', 'governorate', 'visits', 'waiting'],
  ...['p50', 'p90', 'level', 'alarms'],
] as const;
export type SortName = (typeof SORTS)[number];

/** Which centres are listed, and in which order. */
export interface List {
  /** What their names hold. */
  readonly text: string;
  /** All for `''`. */
  readonly governorate: string;
  readonly shown: Shown;
  readonly sort: SortName;
  /** From the end: Z before A, few before many. */
  readonly reversed: boolean;
}
export const ALL: List = {
  ...{ text: '', governorate: '', shown: 'all', sort: 'state', reversed: false },
};

/** What needs somebody stands first: what rings, who is silent, who lags, who lets people wait. */
const URGENCY: Readonly<Record<LineState, number>> = {
  silent: 300,
  behind: 200,
  expected: 20,
  live: 10,
  revoked: 0,
};
const urgencyOf = (line: CentreLine): number =>
  (line.alarms > 0 ? 1_000 : 0) + URGENCY[line.state] + (isLate(line) ? 100 : 0);

const WORST: Readonly<Record<string, (line: CentreLine) => number | null>> = {
  state: urgencyOf,
  visits: ({ visits }) => visits,
  waiting: ({ live }) => live?.waiting ?? null,
  p50: ({ waits }) => waits?.p50Ms ?? null,
  p90: ({ waits }) => waits?.p90Ms ?? null,
  level: ({ serviceLevel: { share } }) => (share === null ? null : -share),
  alarms: ({ alarms }) => alarms,
};

type Order = Pick<List, 'sort' | 'reversed'> & { readonly language: Language };

/** Names begin at A, figures at the highest; what has no figure is last either way. */
export const sorted = (
  lines: readonly CentreLine[],
  { sort, reversed, language }: Order,
): CentreLine[] => {
  const compare = byName(language);
  const sign = reversed ? -1 : 1;
  const names = (one: CentreLine, other: CentreLine): number =>
    compare(one.name[language], other.name[language]);
  const figure = WORST[sort];
  if (figure === undefined) {
    const placeOf = ({ governorateId }: CentreLine): string =>
      sort === 'governorate' ? governorateName(governorateId)[language] : '';
    return lines.toSorted(
      (one, other) => sign * (compare(placeOf(one), placeOf(other)) || names(one, other)),
    );
  }
  const figures = new Map(lines.map((line) => [line, figure(line)]));
  return lines.toSorted((one, other) => {
    const [a, b] = [figures.get(one) ?? null, figures.get(other) ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (b - a) || names(one, other);
  });
};

/** Finds centres of whose names and id each part of a text is a part, however it is spelled. */
export const finder = (lines: readonly CentreLine[]): ((text: string) => CentreLine[]) => {
  const folded = lines.map((line) => {
    const { ar, en } = governorateName(line.governorateId);
    return fold([line.name.ar, line.name.en, line.centreId, ar, en].join(' '));
  });
  return (text) => {
    const parts = fold(text).split(/\s+/).filter(Boolean);
    return lines.filter((_, place) => parts.every((part) => folded[place]!.includes(part)));
  };
};

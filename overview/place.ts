import { ALL, SHOWN, SORTS, type List } from './fleet/lines.js';

/** The pages, in the order of their links. */
export const PAGES = ['centres', 'alarms', 'export', 'enrolment', 'accounts', 'audit'] as const;
export type PageName = (typeof PAGES)[number];

/** Days of an export, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/**
 * Where one is, and what one has asked to see there. Each has an address of its own, so that a
 * link, a reload and the way back lead to it.
 */
export type Place =
  | { readonly page: 'centres'; readonly list: List }
  /** `day` is `null` for the newest. */
  | { readonly page: 'centre'; readonly centreId: string; readonly day: string | null }
  /** Of one centre alone, or of all for `null`. */
  | { readonly page: 'alarms'; readonly centreId: string | null }
  /** `where`: `governorate` or `centre` and its id, `''` for all. */
  | { readonly page: 'export'; readonly days: Days | null; readonly where: string }
  | { readonly page: 'enrolment'; readonly text: string }
  | { readonly page: 'accounts' | 'audit' };

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TEXT_MAX = 100;

const dayIn = (query: URLSearchParams, name: string): string | null => {
  const day = query.get(name) ?? '';
  return DAY.test(day) ? day : null;
};
const textIn = (query: URLSearchParams, name: string): string =>
  (query.get(name) ?? '').slice(0, TEXT_MAX);

const listIn = (query: URLSearchParams): List => ({
  text: textIn(query, 'find'),
  governorate: textIn(query, 'governorate'),
  shown: SHOWN.find((shown) => shown === query.get('show')) ?? ALL.shown,
  sort: SORTS.find((sort) => sort === query.get('sort')) ?? ALL.sort,
  reversed: query.get('order') === 'reversed',
});

/** What is not an address of ours leads to all centres. */
export const parsePlace = (path: string, search: string): Place => {
  const [page = '', id = ''] = path.split('/').slice(1);
  const query = new URLSearchParams(search);
  if (page === 'centres' && id !== '') {
    return { page: 'centre', centreId: decodeURIComponent(id), day: dayIn(query, 'day') };
  }
  if (page === 'alarms') return { page, centreId: query.get('centre') };
  if (page === 'export') {
    const [from, to] = [dayIn(query, 'from'), dayIn(query, 'to')];
    const days = from === null || to === null ? null : { from, to };
    return { page, days, where: textIn(query, 'where') };
  }
  if (page === 'enrolment') return { page, text: textIn(query, 'find') };
  if (page === 'accounts' || page === 'audit') return { page };
  return { page: 'centres', list: listIn(query) };
};

/** A page as one comes to it first. */
export const plainPlace = (page: PageName): Place => parsePlace(`/${page}`, '');

/** What is as on a plain page is not in the address. */
const queried = (path: string, query: Readonly<Record<string, string | null>>): string => {
  const asked = Object.entries(query).filter(([, value]) => value !== null && value !== '');
  const text = new URLSearchParams(asked as [string, string][]).toString();
  return text === '' ? path : `${path}?${text}`;
};

export const makePath = (place: Place): string => {
  switch (place.page) {
    case 'centres': {
      const { text, governorate, shown, sort, reversed } = place.list;
      return queried('/', {
        ...{ find: text, governorate, show: shown === ALL.shown ? null : shown },
        ...{ sort: sort === ALL.sort ? null : sort, order: reversed ? 'reversed' : null },
      });
    }
    case 'centre':
      return queried(`/centres/${encodeURIComponent(place.centreId)}`, { day: place.day });
    case 'alarms':
      return queried('/alarms', { centre: place.centreId });
    case 'export':
      return queried('/export', { ...place.days, where: place.where });
    case 'enrolment':
      return queried('/enrolment', { find: place.text });
    default:
      return `/${place.page}`;
  }
};

/** The pages, in the order of their links. */
export const PAGES = ['centres', 'alarms', 'export', 'enrolment', 'accounts'] as const;
export type PageName = (typeof PAGES)[number];

/** Where one is. Each has an address of its own, so that a link and a reload lead back to it. */
export type Place =
  | { readonly page: Exclude<PageName, 'alarms'> }
  /** Of one centre alone, or of all for `null`. */
  | { readonly page: 'alarms'; readonly centreId: string | null }
  /** `day` is `null` for the newest. */
  | { readonly page: 'centre'; readonly centreId: string; readonly day: string | null };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What is not an address of ours leads to all centres. */
export const parsePlace = (path: string, search: string): Place => {
  const [page = '', id = ''] = path.split('/').slice(1);
  const query = new URLSearchParams(search);
  if (page === 'centres' && id !== '') {
    const day = query.get('day') ?? '';
    return { page: 'centre', centreId: decodeURIComponent(id), day: DAY.test(day) ? day : null };
  }
  if (page === 'alarms') return { page, centreId: query.get('centre') };
  const known = PAGES.find((name) => name === page);
  return { page: known === undefined || known === 'alarms' ? 'centres' : known };
};

export const makePath = (place: Place): string => {
  if (place.page === 'centres') return '/';
  if (place.page === 'centre') {
    const { centreId, day } = place;
    return `/centres/${encodeURIComponent(centreId)}${day === null ? '' : `?day=${day}`}`;
  }
  if (place.page === 'alarms' && place.centreId !== null) {
    return `/alarms?centre=${encodeURIComponent(place.centreId)}`;
  }
  return `/${place.page}`;
};

import { serves } from '../../core/calling.js';
import { profileOf } from '../../core/catalogue.js';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { KioskView } from '../../core/protocol/views.js';
import { openPage, Screen, type Jar } from '../play/client.js';
import { besideClock } from './clock.js';
import { ReplayError, type LoggedDay } from './logs.js';
import type { ReplayPlan } from './plan.js';
import type { Site } from './site.js';

const FIRST_KIOSK = 'k1';

const catalogueAt = async (url: string, jar: Jar, hash: string): Promise<Configuration> => {
  const response = await fetch(`${url}/configuration/${hash}.json`, {
    headers: { cookie: jar.header() },
  });
  if (!response.ok) throw new ReplayError(`${url} shows no catalogue: ${response.status}`);
  return (await response.json()) as Configuration;
};

/** The catalogue of a centre whose kiosk `k1` this machine may be. */
const configurationAt = async (url: string): Promise<Configuration> => {
  const jar = await openPage(url, 'kiosk', FIRST_KIOSK);
  const kiosk = new Screen<KioskView>(url, 'kiosk', { deviceId: FIRST_KIOSK, jar });
  try {
    return await catalogueAt(url, jar, (await kiosk.ready()).configuration);
  } finally {
    kiosk.close();
  }
};

/** How a running centre is reached. */
export interface OtherPlace {
  readonly url: string;
  readonly from: Millis;
  readonly speed: number;
}

/**
 * A centre that runs already (a demo, whose clerks are `clerk-1` to `clerk-n`, with the secret in
 * DAWR_CLERK_SECRET). Its clock is real: the day is squeezed, so waits are shorter than logged by
 * the speed. Categories take its services in turn.
 */
export const otherSite = async (
  { url, from, speed }: OtherPlace,
  { categories }: ReplayPlan,
): Promise<Site> => {
  const configuration = await configurationAt(url);
  const clerk = process.env['DAWR_CLERK_SECRET'];
  if (clerk === undefined) throw new ReplayError('set DAWR_CLERK_SECRET to the clerks’ secret');
  const lanes = configuration.categories.map(({ id }) => id);
  const service = (category: string): string => {
    const lane = lanes[categories.indexOf(category) % lanes.length];
    return configuration.services.find((entry) => entry.category === lane)?.id ?? '';
  };
  return {
    url,
    phoneUrl: null,
    configuration,
    clock: besideClock(from, speed),
    now: Date.now,
    begin: () => undefined,
    speed,
    scaled: false,
    secrets: { clerk, manager: process.env['DAWR_MANAGER_SECRET'] },
    serviceOf: service,
    addClerk: () => Promise.resolve(),
    verified: () => null,
    log: () => null,
    stop: () => Promise.resolve(),
  };
};

/** The plan at another centre: its own counters, all open all day, and nobody who does not come. */
export const planAt = (site: Site, plan: ReplayPlan, day: LoggedDay): ReplayPlan => {
  const { configuration } = site;
  const times = day.tickets.map(({ arrivedAt, calledAt }) => calledAt ?? arrivedAt);
  const open = [{ from: day.tickets[0]?.arrivedAt ?? 0, to: Math.max(...times) }];
  const counters = configuration.counters.map(({ profiles }) => {
    const profile = profileOf(configuration, profiles[0] ?? '');
    const served = plan.categories.filter(
      (category) =>
        profile !== undefined && serves(configuration, profile, site.serviceOf(category)),
    );
    return { categories: served, open: served.length === 0 ? [] : open, speed: 1 };
  });
  return {
    ...plan,
    counters,
    visits: plan.visits.map((visit) => ({ ...visit, priority: false, absence: 1 })),
    asLogged: ['arrivals'],
    generated: [
      'handling times and the pause after each visitor',
      'counters: those of the centre, open all day; nobody has priority or is absent',
    ],
  };
};

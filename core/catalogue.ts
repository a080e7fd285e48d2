import type { Configuration, ProfileConfig, ServiceConfig } from './configuration.js';

interface Index {
  readonly services: ReadonlyMap<string, ServiceConfig>;
  readonly profiles: ReadonlyMap<string, ProfileConfig>;
  readonly counters: ReadonlyMap<string, Configuration['counters'][number]>;
  readonly categories: ReadonlyMap<string, Configuration['categories'][number]>;
  /** By service, the profiles that serve it. */
  readonly serving: ReadonlyMap<string, ReadonlySet<string>>;
}

const NONE: ReadonlySet<string> = new Set();

const indexes = new WeakMap<Configuration, Index>();

const byId = <T extends { readonly id: string }>(entries: readonly T[]): ReadonlyMap<string, T> =>
  new Map(entries.map((entry) => [entry.id, entry]));

const servingOf = ({ services, profiles }: Configuration): Index['serving'] =>
  new Map(
    services.map(({ id, category }) => {
      const serving = profiles.filter(
        (profile) => profile.services.includes(id) || profile.categories.includes(category),
      );
      return [id, new Set(serving.map((profile) => profile.id))];
    }),
  );

/** A configuration is never changed in place, so its index is made once. */
const indexOf = (configuration: Configuration): Index => {
  const known = indexes.get(configuration);
  if (known !== undefined) return known;
  const made = {
    services: byId(configuration.services),
    profiles: byId(configuration.profiles),
    counters: byId(configuration.counters),
    categories: byId(configuration.categories),
    serving: servingOf(configuration),
  };
  indexes.set(configuration, made);
  return made;
};

export const serviceOf = (configuration: Configuration, id: string): ServiceConfig | undefined =>
  indexOf(configuration).services.get(id);

export const profileOf = (configuration: Configuration, id: string): ProfileConfig | undefined =>
  indexOf(configuration).profiles.get(id);

export const counterOf = (
  configuration: Configuration,
  id: string,
): Configuration['counters'][number] | undefined => indexOf(configuration).counters.get(id);

export const categoryOf = (
  configuration: Configuration,
  id: string,
): Configuration['categories'][number] | undefined => indexOf(configuration).categories.get(id);

/** The profiles that serve a service, by its category or by name. */
export const profilesServing = (
  configuration: Configuration,
  serviceId: string,
): ReadonlySet<string> => indexOf(configuration).serving.get(serviceId) ?? NONE;

/** Series of numbers on pads, which people give out by hand. */
export const padsOf = ({ categories }: Configuration): Configuration['categories'] =>
  categories.filter(({ reserved }) => reserved);

/** Kiosks beside which an enrolled agent stands, in the order of the configuration. */
export const kiosksWithAgent = (
  { kiosks, agents }: Configuration,
  enrolled: ReadonlyMap<string, string>,
): readonly string[] => {
  const served = new Set(
    agents.filter(({ id }) => enrolled.has(id)).flatMap((agent) => agent.kiosks),
  );
  return kiosks.flatMap(({ id }) => (served.has(id) ? [id] : []));
};

/** Whether a closed list of the configuration holds a reason. */
export const hasReason = (
  configuration: Configuration,
  kind: keyof Configuration['reasons'],
  id: string,
): boolean => configuration.reasons[kind]?.some((entry) => entry.id === id) ?? false;

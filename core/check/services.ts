import type { Configuration } from '../configuration.js';
import { FREQUENT_MAX } from '../lists.js';
import { twice, unknown, type Mistake, type Sections } from './sections.js';

/** Sectors, services and priority classes: ids, references, and what visitors could not find. */
export const serviceMistakes = (sections: Sections): Mistake[] => {
  const { services, sectors, ids } = sections;
  const used = new Set(services.map(({ value }) => value.sector));
  const empty = services.length < ids.services.length ? [] : sectors;
  return [
    ...twice(ids.sectors),
    ...twice(ids.services),
    ...twice(ids.classes),
    ...services.flatMap(({ path, value }) => [
      ...unknown(sections, { list: 'sectors', one: 'sector' }, [
        { path: `${path}.sector`, value: value.sector },
      ]),
      ...unknown(sections, { list: 'categories', one: 'category' }, [
        { path: `${path}.category`, value: value.category },
      ]),
    ]),
    ...empty
      .filter(({ value }) => !used.has(value.id))
      .map(({ path }) => ({ path, reason: 'no service is in this sector: add one, or remove it' })),
    ...services.flatMap(repeatedTexts),
    ...mixedCategories(sections),
    ...tooFrequent(sections),
    ...idleClasses(sections),
  ];
};

/** A list of papers, steps or fees holds each once. */
const repeatedTexts = ({ path, value }: Sections['services'][number]): Mistake[] =>
  (['papers', 'procedure', 'fees'] as const).flatMap((list) =>
    twice(
      (value[list] ?? []).map(({ en }, index) => ({
        path: `${path}.${list}[${index}].en`,
        value: en,
      })),
    ),
  );

/** Enquiries are answered at once: they have a series and a lane of their own. */
const mixedCategories = ({ services }: Sections): Mistake[] => {
  const kinds = new Map<string, string>();
  const told = new Set<string>();
  return services.flatMap(({ path, value: { category, kind } }) => {
    const first = kinds.get(category) ?? kind;
    kinds.set(category, first);
    if (first === kind || told.has(category)) return [];
    told.add(category);
    const reason = `category "${category}" mixes services and enquiries: give enquiries their own`;
    return [{ path: `${path}.category`, reason }];
  });
};

const tooFrequent = ({ services }: Sections): Mistake[] => {
  const frequent = services.filter(({ value }) => value.frequent);
  const seventh = frequent[FREQUENT_MAX];
  if (seventh === undefined) return [];
  const reason = `is one of ${frequent.length} frequent services: at most ${FREQUENT_MAX} fit`;
  return [{ path: `${seventh.path}.frequent`, reason }];
};

const idleClasses = ({ classes, services, ids }: Sections): Mistake[] => {
  if (services.length === 0 || services.length < ids.services.length) return [];
  const longest = Math.max(...services.map(({ value }) => value.targetMin));
  return classes
    .filter(({ value }) => value.targetMin >= longest)
    .map(({ path }) => ({
      path: `${path}.targetMin`,
      reason: `helps nobody: no service has a longer target (the longest is ${longest})`,
    }));
};

/** Services that no counter could ever call. */
export const unserved = (configuration: Configuration): Mistake[] => {
  const inUse = new Set(configuration.counters.flatMap(({ profiles }) => profiles));
  const profiles = configuration.profiles.filter(({ id }) => inUse.has(id));
  const categories = new Set(profiles.flatMap((profile) => profile.categories));
  const services = new Set(profiles.flatMap((profile) => profile.services));
  return configuration.services.flatMap(({ id, category }, index) =>
    categories.has(category) || services.has(id)
      ? []
      : [
          {
            path: `services[${index}]`,
            reason: `no counter serves "${id}": add it, or its category, to a counter's profile`,
          },
        ],
  );
};

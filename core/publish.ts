import type { Configuration } from './configuration.js';

/** Those that stay, in the new words, with those of today that the new list no longer holds. */
const keepGone = <T extends { readonly id: string }>(
  today: readonly T[],
  published: readonly T[],
): { merged: T[]; gone: string[] } => {
  const still = new Set(published.map(({ id }) => id));
  const gone = today.filter(({ id }) => !still.has(id));
  return { merged: [...published, ...gone], gone: gone.map(({ id }) => id) };
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * [PUBLISH-2] What of a published configuration may hold on the open day: texts, counters,
 * profiles, hours and targets at once; series, removed services, counters or profiles, and the
 * zone only from the next day. `waiting` names what waits, as paths of the file.
 */
export const todayOf = (
  today: Configuration,
  published: Configuration,
): { readonly configuration: Configuration; readonly waiting: readonly string[] } => {
  const waiting: string[] = [];
  const keep = <K extends 'sectors' | 'services' | 'counters' | 'profiles' | 'zones' | 'classes'>(
    part: K,
  ): Configuration[K] => {
    const { merged, gone } = keepGone<{ readonly id: string }>(today[part], published[part]);
    waiting.push(...gone.map((id) => `${part}.${id}`));
    return merged as Configuration[K];
  };
  const services = keep('services').map((service) => {
    const before = today.services.find(({ id }) => id === service.id);
    const known = today.categories.some(({ id }) => id === service.category);
    if (known || before === undefined) return service;
    return { ...service, category: before.category };
  });
  const usable = services.filter(({ id, category }) => {
    const known = today.categories.some((entry) => entry.id === category);
    if (!known) waiting.push(`services.${id}`);
    return known;
  });
  if (!same(today.categories, published.categories)) waiting.push('categories');
  const zoned = today.centre.zone === published.centre.zone;
  if (!zoned) waiting.push('centre.zone');
  return {
    configuration: {
      ...published,
      centre: { ...published.centre, zone: today.centre.zone },
      categories: today.categories,
      sectors: keep('sectors'),
      zones: keep('zones'),
      classes: keep('classes'),
      counters: keep('counters'),
      profiles: keep('profiles').map((profile) => ({
        ...profile,
        categories: profile.categories.filter((id) =>
          today.categories.some((category) => category.id === id),
        ),
        services: profile.services.filter((id) => usable.some((service) => service.id === id)),
      })),
      services: usable,
    },
    waiting,
  };
};

import type { Matcher, ProfileConfig } from '../configuration.js';
import { each, twice, unknown, type Mistake, type Part, type Sections } from './sections.js';

const SERVICE = { list: 'services', one: 'service' } as const;
const CLASS = { list: 'classes', one: 'class' } as const;

/** What counters may serve, and the rules that bend the calling order there. */
export const profileMistakes = (sections: Sections): Mistake[] => [
  ...twice(sections.ids.profiles),
  ...sections.profiles.flatMap((profile) => [
    ...unknown(
      sections,
      { list: 'categories', one: 'category' },
      each(`${profile.path}.categories`, profile.value.categories),
    ),
    ...unknown(sections, SERVICE, each(`${profile.path}.services`, profile.value.services)),
    ...nothing(profile),
    ...matchersOf(profile).flatMap((matcher) => matcherMistakes(sections, profile, matcher)),
  ]),
];

const nothing = ({ path, value }: Part<ProfileConfig>): Mistake[] =>
  value.categories.length + value.services.length > 0
    ? []
    : [{ path, reason: 'serves nothing: name categories or services' }];

const matchersOf = ({ path, value }: Part<ProfileConfig>): Part<Matcher>[] => [
  ...value.conditions.flatMap(({ when, first }, index) => [
    { path: `${path}.conditions[${index}].when`, value: when },
    { path: `${path}.conditions[${index}].first`, value: first },
  ]),
  ...value.weights.map(({ of }, index) => ({ path: `${path}.weights[${index}].of`, value: of })),
  ...(value.reserved === null ? [] : [{ path: `${path}.reserved`, value: value.reserved }]),
];

const matcherMistakes = (
  sections: Sections,
  { value: profile }: Part<ProfileConfig>,
  { path, value }: Part<Matcher>,
): Mistake[] => {
  if (value.services.length + value.classes.length === 0) {
    return [{ path, reason: 'matches nobody: name services or classes' }];
  }
  const services = each(`${path}.services`, value.services);
  const wrong = unknown(sections, SERVICE, services);
  const told = new Set(wrong.map((mistake) => mistake.path));
  return [
    ...wrong,
    ...unknown(sections, CLASS, each(`${path}.classes`, value.classes)),
    ...services
      .filter((service) => !told.has(service.path) && !served(sections, profile, service.value))
      .map((service) => ({
        path: service.path,
        reason: `"${service.value}" is not served by this profile: add it there, or remove it here`,
      })),
  ];
};

/** True also for a service that cannot be read, which is a mistake told elsewhere. */
const served = (sections: Sections, profile: ProfileConfig, id: string): boolean => {
  const service = sections.services.find(({ value }) => value.id === id)?.value;
  if (service === undefined) return true;
  return profile.services.includes(id) || profile.categories.includes(service.category);
};

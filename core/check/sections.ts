import type { z } from 'zod';
import { configurationSchema } from '../configuration.js';

/** What is wrong at one place of a configuration, and what to do about it. */
export interface Mistake {
  readonly path: string;
  readonly reason: string;
}

/** A part of a configuration whose shape is right, with its place. */
export interface Part<T> {
  readonly path: string;
  readonly value: T;
}

const { shape } = configurationSchema;
const lists = {
  sectors: shape.sectors.element,
  categories: shape.categories.element,
  services: shape.services.element,
  classes: shape.classes.unwrap().element,
  profiles: shape.profiles.element,
  zones: shape.zones.element,
  counters: shape.counters.element,
  boards: shape.boards.element,
  kiosks: shape.kiosks.element,
  agents: shape.agents.element,
  desks: shape.desks.element,
} as const;
export type ListName = keyof typeof lists;

const singles = {
  centre: shape.centre,
  calendar: shape.calendar,
  rules: shape.rules,
  voice: shape.voice,
  reasons: shape.reasons,
  paper: shape.paper,
} as const;
type SingleName = keyof typeof singles;

/** The parts of a configuration that can be read, whatever the state of the others. */
export type Sections = {
  readonly [N in ListName]: readonly Part<z.output<(typeof lists)[N]>>[];
} & {
  readonly [N in SingleName]: Part<z.output<(typeof singles)[N]>> | null;
} & {
  /** Every id of a list, also those of parts whose shape is wrong. */
  readonly ids: Readonly<Record<ListName, readonly Part<string>[]>>;
  /** Lists that are not there, or hold a part without an id: no reference to them can be judged. */
  readonly unsure: ReadonlySet<ListName>;
};

const fieldOf = (raw: unknown, name: string): unknown =>
  typeof raw === 'object' && raw !== null
    ? Object.getOwnPropertyDescriptor(raw, name)?.value
    : undefined;

const itemsOf = (raw: unknown, name: ListName): readonly Part<unknown>[] => {
  const list = fieldOf(raw, name);
  if (!Array.isArray(list)) return [];
  return list.map((value: unknown, index) => ({ path: `${name}[${index}]`, value }));
};

const readable = (parts: readonly Part<unknown>[], schema: z.ZodType): Part<unknown>[] =>
  parts.flatMap(({ path, value }) => {
    const parsed = schema.safeParse(value);
    return parsed.success ? [{ path, value: parsed.data }] : [];
  });

const idsOf = (parts: readonly Part<unknown>[]): Part<string>[] =>
  parts.flatMap(({ path, value }) => {
    const id = fieldOf(value, 'id');
    return typeof id === 'string' ? [{ path: `${path}.id`, value: id }] : [];
  });

const isList = (raw: unknown, name: ListName): boolean =>
  Array.isArray(fieldOf(raw, name)) || (name === 'classes' && fieldOf(raw, name) === undefined);

/** Reads what can be read of a configuration. */
export const sectionsOf = (raw: unknown): Sections => {
  const names = Object.keys(lists) as ListName[];
  const found: Record<string, unknown> = {};
  const ids = {} as Record<ListName, readonly Part<string>[]>;
  for (const name of names) {
    const items = itemsOf(raw, name);
    found[name] = readable(items, lists[name]);
    ids[name] = idsOf(items);
  }
  for (const [name, schema] of Object.entries(singles)) {
    const [part] = readable([{ path: name, value: fieldOf(raw, name) }], schema);
    found[name] = part ?? null;
  }
  const unsure: ReadonlySet<ListName> = new Set(
    names.filter((name) => !isList(raw, name) || ids[name].length < itemsOf(raw, name).length),
  );
  // Each field was read by its own schema just above; the compiler cannot follow the loop.
  return { ...found, ids, unsure } as Sections;
};

/** Ids, numbers or dates that appear a second time. */
export const twice = (ids: readonly Part<string>[]): Mistake[] => {
  const seen = new Map<string, string>();
  return ids.flatMap(({ path, value }) => {
    const first = seen.get(value);
    if (first !== undefined) {
      return [{ path, reason: `"${value}" is already at ${first}: choose another` }];
    }
    seen.set(value, path);
    return [];
  });
};

/** References to what is not there, or to the same thing twice. */
export const unknown = (
  sections: Sections,
  kind: { readonly list: ListName; readonly one: string },
  references: readonly Part<string>[],
): Mistake[] => {
  const known = new Set(sections.ids[kind.list].map(({ value }) => value));
  const seen = new Set<string>();
  return references.flatMap(({ path, value }) => {
    if (seen.has(value)) return [{ path, reason: `"${value}" is named twice here: remove one` }];
    seen.add(value);
    if (known.has(value) || sections.unsure.has(kind.list)) return [];
    const reason = `there is no ${kind.one} "${value}": correct it, or add it to ${kind.list}`;
    return [{ path, reason }];
  });
};

/** The entries of a list of ids, each with its place. */
export const each = (path: string, ids: readonly string[]): Part<string>[] =>
  ids.map((value, index) => ({ path: `${path}[${index}]`, value }));

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIRMWARE } from './centre.js';

/** A file of a machine. `mode` is octal, as chmod takes it. */
export interface Rendered {
  readonly text: string;
  readonly mode: '644' | '755';
}

/** The files of one machine by their whole path on it. */
export type Tree = ReadonlyMap<string, Rendered>;

/** Lines between `{{#name}}` and `{{/name}}` stay if the flag is set; both marks stand alone. */
const choose = (text: string, flags: Readonly<Record<string, boolean>>): string => {
  return text.replaceAll(
    /^\{\{#(\w+)\}\}\n([^]*?)^\{\{\/\1\}\}\n/gm,
    (_, name: string, inner: string) => {
      if (flags[name] === undefined) throw new Error(`a template asks whether ${name}`);
      return flags[name] ? choose(inner, flags) : '';
    },
  );
};

/**
 * A file of `firmware-config/templates` with each `{{key}}` replaced, and the parts chosen for
 * which a flag is set. Throws if the template asks for what is not given.
 */
export const fill = (
  name: string,
  values: Readonly<Record<string, string>> = {},
  flags: Readonly<Record<string, boolean>> = {},
): string => {
  const template = readFileSync(join(FIRMWARE, 'templates', name), 'utf8');
  return choose(template, flags).replaceAll(/\{\{([^}]*)\}\}/g, (_, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name} asks for ${key}, which is not given`);
    return value;
  });
};

/** A value as JSON for people: indented, with a newline at its end. */
export const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** A word for a shell, in single quotes. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

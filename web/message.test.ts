import { readFileSync, readdirSync } from 'node:fs';
import { IntlMessageFormat } from 'intl-messageformat';
import { describe, expect, test } from 'vitest';
import { textOf } from './message.js';
import { compile } from './messages/compile.js';

const FOLDER = new URL('messages/', import.meta.url);
const FILES = readdirSync(FOLDER, { encoding: 'utf8', recursive: true }).filter((name) =>
  name.endsWith('.json'),
);
const LOCALES = { ar: 'ar-EG-u-nu-arab', en: 'en-GB' } as const;

/** A count for each argument that chooses by one, and a text for every other. */
const paramsOf = (text: string, count: number): Record<string, string | number> => ({
  ...Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, 'x'])),
  ...Object.fromEntries([...text.matchAll(/\{(\w+), plural/g)].map(([, name]) => [name, count])),
});

const NO_TAGS = { ignoreTag: true };

describe.each(FILES)('%s', (file) => {
  test('reads as the reference formatter reads it, for every count', () => {
    const table = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as object;
    const locale = file.endsWith('.ar.json') ? LOCALES.ar : LOCALES.en;
    const rules = new Intl.PluralRules(locale);
    const numbers = new Intl.NumberFormat(locale, { useGrouping: false });
    const counting = {
      number: (value: number) => numbers.format(value),
      plural: (value: number) => rules.select(value),
    };
    for (const [key, text] of Object.entries(table) as [string, string][]) {
      for (const count of [0, 1, 2, 3, 10, 11, 99, 100, 102, 999]) {
        const params = paramsOf(text, count);
        const formatter = new IntlMessageFormat(text, locale, undefined, NO_TAGS);
        const expected = String(formatter.format(params));
        expect([key, textOf(compile(text), params, counting)]).toEqual([key, expected]);
      }
    }
  });
});

test('what no message needs is refused while building', () => {
  expect(() => compile('{when, date}')).toThrow('plurals only');
  expect(() => compile('{open')).toThrow();
});

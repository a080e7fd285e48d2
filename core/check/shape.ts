import type { z } from 'zod';
import type { Mistake } from './sections.js';

type Issue = z.core.$ZodIssue;
type Key = PropertyKey;

const PLAIN = /^[A-Za-z_$][\w$-]*$/;

/** `services[3].name.ar` of the keys `services 3 name ar`; the whole file is `(file)`. */
const pathOf = (keys: readonly Key[]): string =>
  keys
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return PLAIN.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
    })
    .join('')
    .replace(/^\./, '') || '(file)';

const valueAt = (raw: unknown, keys: readonly Key[]): unknown =>
  keys.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? Object.getOwnPropertyDescriptor(value, key)?.value
        : undefined,
    raw,
  );

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text in quotes',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'a group in { }',
  record: 'a group in { }',
};

const kindOf = (value: unknown): string => {
  if (value === null || typeof value === 'number') return String(value);
  return KINDS[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
};

const bound = (issue: Issue & { code: 'too_small' | 'too_big' }): string => {
  const small = issue.code === 'too_small';
  const limit = small ? issue.minimum : issue.maximum;
  if (issue.origin === 'string') {
    return small ? 'is empty: write it' : `is too long: at most ${limit} characters`;
  }
  if (issue.origin === 'array') {
    return small ? `needs at least ${limit}: add one` : `has too many: at most ${limit}`;
  }
  return small ? `is too small: at least ${limit}` : `is too large: at most ${limit}`;
};

const listed = (values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join(', ');

const absent = (issue: Issue): string => {
  if (issue.code === 'invalid_type') return `is missing: add ${KINDS[issue.expected] ?? 'it'}`;
  if (issue.code === 'invalid_value') return `is missing: write one of ${listed(issue.values)}`;
  return 'is missing: add it';
};

const reasonOf = (issue: Issue, value: unknown): string => {
  if (value === undefined) return absent(issue);
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(value)}`;
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'invalid_value':
      return `${JSON.stringify(value)} is not known here: write one of ${listed(issue.values)}`;
    case 'invalid_format':
      if (issue.format === 'url') return 'is not a web address such as https://example.org';
      return `${JSON.stringify(value)} ${issue.message}`;
    case 'invalid_key':
      return 'is not known here: remove it, or correct its spelling';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
};

/** What an issue of the schema says to the person who wrote the file; one for each unknown key. */
export const mistakeOf = (issue: Issue, raw: unknown): Mistake[] => {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf([...issue.path, key]),
      reason: 'is not known here: remove it, or correct its spelling',
    }));
  }
  return [{ path: pathOf(issue.path), reason: reasonOf(issue, valueAt(raw, issue.path)) }];
};

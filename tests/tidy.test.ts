import { describe, expect, test } from 'vitest';
import { CHECKS } from './tidy/checks.js';
import { EXCEPTIONS } from './tidy/exceptions.js';
import { sources } from './tidy/tree.js';

const ALL = sources();

describe.each(CHECKS)('$name', ({ name, complaints, broken, said }) => {
  test('what breaks the rule is found', () => {
    const found = complaints(broken.map(([path, text]) => ({ path, text })));
    expect(found.map(({ words }) => words)).toEqual(said);
  });

  test('the project keeps the rule', () => {
    const excepted = EXCEPTIONS.filter(({ check }) => check === name).map(({ path }) => path);
    const found = complaints(ALL).filter(({ path }) => !excepted.includes(path));
    expect(found.map(({ path, words }) => `${path}: ${words}`)).toEqual([]);
  });
});

test('every exception is still needed', () => {
  const idle = EXCEPTIONS.filter(({ check, path }) => {
    const found = CHECKS.find(({ name }) => name === check)?.complaints(ALL) ?? [];
    return !found.some((complaint) => complaint.path === path);
  });
  expect(idle).toEqual([]);
});

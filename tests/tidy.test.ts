import { expect, test } from 'vitest';
import { CHECKS } from './tidy/checks.js';
import { EXCEPTIONS } from './tidy/exceptions.js';
import { sources } from './tidy/tree.js';

const ALL = sources();

test.each(CHECKS)('$name: what breaks the rule is found', ({ complaints, broken, said }) => {
  const found = complaints(broken.map(([path, text]) => ({ path, text })));
  expect(found.map(({ words }) => words)).toEqual(said);
});

test.each(CHECKS)('$name: the project keeps the rule', ({ name, complaints }) => {
  const excepted = EXCEPTIONS.filter(({ check }) => check === name).map(({ path }) => path);
  const found = complaints(ALL).filter(({ path }) => !excepted.includes(path));
  expect(found.map(({ path, words }) => `${path}: ${words}`)).toEqual([]);
});

test('every exception is still needed', () => {
  const idle = EXCEPTIONS.filter(({ check, path }) => {
    const found = CHECKS.find(({ name }) => name === check)?.complaints(ALL) ?? [];
    return !found.some((complaint) => complaint.path === path);
  });
  expect(idle).toEqual([]);
});

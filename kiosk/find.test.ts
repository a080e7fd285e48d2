import { expect, test } from 'vitest';
import { largeConfiguration } from '../tests/fixtures/large.js';
import { findServices, fold } from './find.js';

const configuration = largeConfiguration();
const ids = (text: string): string[] => findServices(configuration, text).map(({ id }) => id);

test('spellings that people mix up are the same', () => {
  expect(fold('رُخصـة إعلانات أولى ٢٠')).toBe(fold('رخصه اعلانات اولي 20'));
});

test('every service is found by its whole name, in both languages, first', () => {
  for (const { id, name } of configuration.services) {
    expect(ids(name.ar)[0]).toBe(id);
    expect(ids(name.en)[0]).toBe(id);
  }
});

test('every part must be found; the beginning of a word is enough', () => {
  expect(ids('تجديد محال')).toEqual(['s2-2']);
  expect(ids('renew shop')).toEqual(['s2-2']);
  expect(ids('جواز سفر')).toEqual([]);
});

test('nothing typed finds nothing', () => {
  expect(ids('  ')).toEqual([]);
});

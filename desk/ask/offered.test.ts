import { expect, test } from 'vitest';
import { hallConfiguration } from '../../tests/fixtures/board.js';
import { offered } from './offered.js';

const configuration = hallConfiguration();
const ids = (typed: string, except: string) =>
  offered(configuration, typed, except).map(({ id }) => id);

test('nothing typed offers every service but the one that is left out', () => {
  expect(ids(' ', 'building-permit')).toHaveLength(configuration.services.length - 1);
  expect(ids('', '')).toEqual(configuration.services.map(({ id }) => id));
});

test('what is typed never finds the one that is left out', () => {
  expect(ids('رخصة', '')).toEqual(['building-permit']);
  expect(ids('رخصة', 'building-permit')).toEqual([]);
});

import { expect, test } from 'vitest';
import { hallConfiguration } from '../../tests/fixtures/board.js';
import { findServices } from './find.js';

const { services } = hallConfiguration();
const found = (typed: string, except?: string) =>
  findServices(services, typed, except).map(({ id }) => id);

test('words are found in either language, without marks, article or exact alef', () => {
  expect(found('ايجار')).toEqual(['rent-payment']);
  expect(found('اجتماعى اسكان')).toEqual(['enquiry-housing']);
  expect(found('SHOP lic')).toEqual(['shop-licence']);
  expect(found('ترخيص')).toEqual(['shop-licence', 'advert-licence']);
});

test('nothing typed finds every service but the one that is left out', () => {
  expect(found('', 'building-permit')).toHaveLength(services.length - 1);
  expect(found('رخصة', 'building-permit')).toEqual([]);
});

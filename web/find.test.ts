import { expect, test } from 'vitest';
import { hallConfiguration } from '../tests/fixtures/board.js';
import { largeConfiguration } from '../tests/fixtures/large.js';
import { findServices, fold, latinDigits } from './find.js';

const large = largeConfiguration();
const hall = hallConfiguration();
const ids = (text: string, configuration = large): string[] =>
  findServices(configuration, text).map(({ id }) => id);

test('spellings that people mix up are the same', () => {
  expect(fold('رُخصـة إعلانات أولى ٢٠')).toBe(fold('رخصه اعلانات اولي 20'));
  expect(fold('ٱلآن إنشاء مسئول مسؤول ۲۰')).toBe('الان انشا مسيول مسوول 20');
  expect(fold('CAFÉ')).toBe(fold('cafe'));
});

test('digits of Arabic and Persian keyboards become ASCII; the rest stays', () => {
  expect(latinDigits('أ ١٠٥ 7 ۴۹')).toBe('أ 105 7 49');
});

test('every service is found by its whole name, in both languages, first', () => {
  for (const { id, name } of large.services) {
    expect(ids(name.ar)[0]).toBe(id);
    expect(ids(name.en)[0]).toBe(id);
  }
});

test('every part must be found; the beginning of a word is enough', () => {
  expect(ids('تجديد محال')).toEqual(['s2-2']);
  expect(ids('renew shop')).toEqual(['s2-2']);
  expect(ids('جواز سفر')).toEqual([]);
});

test('words are found in either language, without marks, article or exact alef', () => {
  expect(ids('ايجار', hall)).toEqual(['rent-payment']);
  expect(ids('اجتماعى اسكان', hall)).toEqual(['enquiry-housing']);
  expect(ids('SHOP lic', hall)).toEqual(['shop-licence']);
  expect(ids('ترخيص', hall)).toEqual(['shop-licence', 'advert-licence']);
});

test('nothing typed finds nothing', () => {
  expect(ids('  ')).toEqual([]);
});

import { expect, test } from 'vitest';
import { phoneNumber } from './number.js';

test('a mobile of Egypt with or without its country, in either digits', () => {
  for (const written of ['01012345678', '٠١٠١٢٣٤٥٦٧٨', '+20 101 234 5678', '0020-1012345678']) {
    expect(phoneNumber(written)).toBe('+201012345678');
  }
  expect(phoneNumber('+966 50 123 4567')).toBe('+966501234567');
});

test('what is no mobile number is none', () => {
  for (const written of [
    '',
    '0643221234',
    '01312345678',
    '0101234567',
    '+20643221234',
    '15',
    'x',
  ]) {
    expect(phoneNumber(written)).toBe(null);
  }
});

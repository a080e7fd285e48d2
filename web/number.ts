import { PHONE_NUMBER } from '../core/protocol/forms.js';

const ARABIC_DIGITS = /[\u0660-\u0669]/g;
const ARAB_ZERO = 0x0660;

/**
 * A number in E.164 of what a visitor wrote; `null` where it is none. Egypt's mobiles may be
 * written without their country: 01, one of 0 1 2 5, eight digits.
 */
export const phoneNumber = (written: string): string | null => {
  const digits = written
    .replace(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) - ARAB_ZERO))
    .replace(/[\s().-]/g, '')
    .replace(/^00/, '+');
  if (/^01[0125]\d{8}$/.test(digits)) return `+2${digits}`;
  if (/^\+201[0125]\d{8}$/.test(digits)) return digits;
  if (digits.startsWith('+20')) return null;
  return PHONE_NUMBER.test(digits) ? digits : null;
};

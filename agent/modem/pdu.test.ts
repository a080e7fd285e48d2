import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeSubmit } from '../../tests/fixtures/submit.js';
import { statusReport, submitParts } from './pdu.js';

const TO = '+201012345678';
const order = (text: string) => ({ to: TO, text, validMinutes: 10 });

describe('an SMS-SUBMIT', () => {
  test('has the octets of 3GPP TS 23.040 §9.2.2.2, in UCS-2 for Arabic', () => {
    const [part, ...more] = submitParts(order('حان دورك'), true);
    expect(more).toEqual([]);
    const octets = [
      '00', // SCA: the card's own centre
      '31', // MTI 01, VPF 10 (relative), SRR 1: §9.2.3.1, .3, .5
      '00', // TP-MR: the modem's to give
      '0C91020121436587', // TP-DA: 12 digits, international, swapped: §9.1.2.5
      '00', // TP-PID
      '08', // TP-DCS: UCS-2, 23.038 §4
      '01', // TP-VP: (1 + 1) · 5 minutes, §9.2.3.12.1
      '10', // TP-UDL: 16 octets
      '062D062706460020062F064806310643', // U+062D U+0627 U+0646 …
    ];
    expect(part).toEqual({ hex: octets.join(''), octets: octets.join('').length / 2 - 1 });
  });

  test('packs seven bits as 23.038 §6.1.2.1 does: the published "hellohello"', () => {
    // Lars Pettersson, "SMS and the PDU format": 0B916407281553F8 … 0AE8329BFD4697D9EC37.
    const [part] = submitParts({ to: '+46708251358', text: 'hellohello', validMinutes: 5 }, false);
    expect(part?.hex).toBe('0011000B916407281553F80000000AE8329BFD4697D9EC37');
    expect(part?.octets).toBe(23);
  });

  test('is read back by a decoder that is not the library: text, number, validity', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'ابتثجحخدذرزسش أإآةىءئؤ٠١٢٩،؟:. A105xyz'),
      minLength: 1,
      maxLength: 70,
    });
    const property = fc.property(text, fc.integer({ min: 5, max: 720 }), (said, minutes) => {
      const parts = submitParts({ to: TO, text: said, validMinutes: minutes }, true);
      const read = decodeSubmit(parts[0]!.hex, parts[0]!.octets);
      expect(parts).toHaveLength(1);
      expect(read).toMatchObject({ to: TO, text: said, isReported: true, part: null });
      const { validMinutes } = read as Exclude<typeof read, string>;
      expect(Math.abs(validMinutes! - minutes)).toBeLessThan(5);
    });
    fc.assert(property);
  });

  test('that is too long comes in numbered parts of one message, no letter lost', () => {
    for (const length of [71, 134, 150, 200]) {
      const said = Array.from({ length }, (_, n) => String.fromCharCode(0x0627 + (n % 8))).join('');
      const read = submitParts(order(said), true).map(({ hex, octets }) =>
        decodeSubmit(hex, octets),
      );
      const parts = read.map((one) => {
        if (typeof one === 'string') throw new Error(one);
        return one;
      });
      expect(parts.map(({ text }) => text).join('')).toBe(said);
      expect(parts.map(({ part }) => part?.n)).toEqual(parts.map((_, n) => n + 1));
      expect(new Set(parts.map(({ part }) => `${part?.id} ${part?.of}`)).size).toBe(1);
      expect(parts[0]?.part?.of).toBe(parts.length);
    }
  });
});

describe('an SMS-STATUS-REPORT', () => {
  const report = (status: string): string =>
    `00062A0C91020121436587${'62112201542180'.repeat(2)}${status}`;

  test.each([
    ['00', 'delivered'],
    // Forwarded, but the centre cannot tell: nobody may call that delivered.
    ['01', 'open'],
    ['20', 'open'],
    ['3F', 'open'],
    ['40', 'failed'],
    ['46', 'failed'],
    ['63', 'failed'],
  ] as const)('with TP-ST %s (23.040 §9.2.3.15) is %s', (status, end) => {
    expect(statusReport(report(status))).toEqual({ reference: 0x2a, end });
  });

  test('with the address of its centre before it is the same', () => {
    expect(statusReport(`07910221436587F9${report('00').slice(2)}`)).toEqual({
      ...{ reference: 0x2a, end: 'delivered' },
    });
  });

  test('is none where it was cut off, garbled, or is another message', () => {
    for (const text of ['', '00', report('00').slice(0, -10), 'x'.repeat(50), '+CDS: 25']) {
      expect(statusReport(text)).toBeUndefined();
    }
    const deliver = '07917238010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37';
    expect(statusReport(deliver)).toBeUndefined();
  });
});

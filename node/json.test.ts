import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, parseJson } from './json.js';

const slips: readonly (readonly [text: string, line: number, column: number, reason: RegExp])[] = [
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, /expected , or }, found "/],
  ['{"a": 1,}', 1, 9, /no comma may stand before }/],
  ['[1,\n2,\n]', 3, 1, /no comma may stand before ]/],
  ['{"a" 1}', 1, 6, /expected : after "a", found 1/],
  ['{a: 1}', 1, 2, /expected a name in quotes, found a/],
  ['{"a": x}', 1, 7, /expected a value, found x/],
  ["{'a': 1}", 1, 2, /expected a name in quotes/],
  ['{\n// why\n"a": 1}', 2, 1, /JSON has no comments/],
  ['{"a": "b\n"}', 1, 7, /no closing quote/],
  ['{"a": "\\q"}', 1, 7, /a wrong \\/],
  ['{"a": 1, "b": 2,\n "a": 3}', 2, 2, /"a" is written twice/],
  ['{"a": [1, 2', 1, 12, /the file ends here: expected , or ]/],
  ['', 1, 1, /the file ends here: expected a value/],
  ['{} {}', 1, 4, /nothing may follow/],
  ['01', 1, 2, /nothing may follow/],
  ['['.repeat(65), 1, 65, /nested deeper than 64/],
];

describe('a slip in JSON', () => {
  test.each(slips)('%j is at line %i, column %i', (text, line, column, reason) => {
    expect(parseJson(text)).toEqual({
      line,
      column,
      reason: expect.stringMatching(reason) as string,
    });
  });
});

const standard = (text: string): unknown => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
};

test('reads every JSON text as the standard does', () => {
  const layouts = fc.constantFrom(undefined, 1, '\t');
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), layouts, (value, layout) => {
      const text = JSON.stringify(value, null, layout);
      expect(parseJson(text)).toEqual(standard(text));
    }),
  );
});

test('refuses what the standard refuses, whatever character is put anywhere', () => {
  const signs = fc.constantFrom(...'{}[],:"\\/ -+.0e1tfn\n\u0001');
  const text = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify({ value }));
  fc.assert(
    fc.property(text, fc.nat(), signs, (sound, place, sign) => {
      const at = place % sound.length;
      const spoilt = sound.slice(0, at) + sign + sound.slice(at + 1);
      const own = parseJson(spoilt);
      const twice = 'reason' in own && own.reason.includes('written twice');
      // A doubled name stops the reader, whatever the standard would say of the rest.
      if (!twice) expect('value' in own).toBe(standard(spoilt) !== undefined);
    }),
    { numRuns: 1000 },
  );
});

test('equal values have one canonical text', () => {
  expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe('{"a":null,"b":[{"c":2,"d":1}]}');
});

import { expect, test } from 'vitest';
import { Plurals } from './plurals.js';

test.each(['ar-EG-u-nu-arab', 'en-GB-u-nu-latn'])('%s counts as new browsers do', (locale) => {
  const known = new Intl.PluralRules(locale);
  const own = new Plurals(locale);
  for (let n = 0; n <= 2000; n += 1)
    expect(`${n} ${own.select(n)}`).toBe(`${n} ${known.select(n)}`);
});

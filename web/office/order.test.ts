import { expect, test } from 'vitest';
import { byName } from './order.js';

test.each([
  ['en', ['Desk of counter 1', 'Desk of counter 2', 'Desk of counter 10']],
  ['ar', ['موظف ١', 'موظف ٢', 'موظف ١٠']],
])('names stand in the order of their numbers: %s', (language, names) => {
  expect(names.toReversed().sort(byName(language))).toEqual(names);
});

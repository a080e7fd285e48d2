import { expect, test } from 'vitest';
import { hallConfiguration } from '../tests/fixtures/board.js';
import { quietRows } from './quiet.js';

const { categories } = hallConfiguration();
const shown = (waiting: Record<string, number>, rowsMax: number) =>
  quietRows(categories, waiting, rowsMax).map((row) => [row.category?.id ?? 'others', row.waiting]);

test('categories where nobody waits are left out; the order is the catalogue’s', () => {
  expect(shown({ enquiry: 2, building: 1, shops: 0 }, 6)).toEqual([
    ['building', 1],
    ['enquiry', 2],
  ]);
});

test('more categories than rows: the longest stay, nobody is left uncounted', () => {
  const waiting = { building: 5, shops: 1, estates: 9, utilities: 2, enquiry: 4 };
  expect(shown(waiting, 3)).toEqual([
    ['building', 5],
    ['estates', 9],
    ['others', 7],
  ]);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Book } from './book.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-book-'));
afterAll(() => rmSync(folder, { recursive: true }));

const DAYS = 30;
const TICKETS_A_DAY = 3;
const dayOf = (n: number): string => `2026-11-${String(n + 1).padStart(2, '0')}`;

test('what is settled and of long ago leaves memory and file; what the server lacks stays', () => {
  const file = join(folder, 'given.log');
  const book = new Book(file);
  const give = (requestId: string, day: string, number: number): void =>
    book.give({
      ...{ requestId, kioskId: 'k1', day, seriesId: 'A', number, services: ['s'] },
      ...{ classId: '', language: 'ar', takenAt: 0, unanswered: `ask-${requestId}` },
    });
  const lines = (): number => readFileSync(file, 'utf8').split('\n').length - 1;
  give('owed', dayOf(0), 900);
  for (let day = 0; day < DAYS; day += 1) {
    for (let n = 0; n < TICKETS_A_DAY; n += 1) {
      const requestId = `${day}-${n}`;
      give(requestId, dayOf(day), 101 + n);
      if (n === 0) book.refuse(requestId, 'service.unknown');
      else book.enter(requestId, `s:${requestId}`);
    }
    expect(lines()).toBeLessThanOrEqual(1 + 8 * TICKETS_A_DAY * 2);
  }
  const again = new Book(file);
  for (const one of [book, again]) {
    expect(one.open().map(({ requestId }) => requestId)).toEqual(['owed']);
    expect(one.withTicket(`s:${DAYS - 1}-1`)?.number).toBe(102);
    expect(one.withTicket('s:0-1')).toBeUndefined();
    expect(one.refusals().map(({ requestId }) => requestId)).toEqual([`${DAYS - 1}-0`]);
    expect(one.isUsed(dayOf(DAYS - 1), 'A', 101)).toBe(true);
    expect(one.isUsed(dayOf(0), 'A', 101)).toBe(false);
    expect(one.isUsed(dayOf(0), 'A', 900)).toBe(true);
    one.close();
  }
});

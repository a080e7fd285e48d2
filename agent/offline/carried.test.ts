import { expect, test } from 'vitest';
import type { PrintJob } from '../../core/protocol/views.js';
import { slipOf } from '../../server/papers/slip.js';
import { demoCentre } from '../../tests/fixtures/manager.js';
import { plainPaper } from '../../tests/fixtures/paper.js';
import { job, START } from '../../tests/fixtures/printing.js';
import { Carried, CARRIED_KEPT } from './carried.js';

const request = (n: number): string => n.toString(16).padStart(32, '0');
const jobOf = (n: number): PrintJob => ({ ...job(`s:${n}/0`), request: request(n) });
const ask = (n: number, kioskId = 'kiosk-1') => ({
  kioskId,
  requestId: request(n),
  services: ['b1'],
  classId: '',
  language: 'ar' as const,
});

test('[ENTER-5] a page is told the ticket of its request, and then of its paper', () => {
  const carried = new Carried();
  carried.add(jobOf(1));
  carried.add(jobOf(2));
  carried.note('s:1/0', 'sent');
  carried.note('s:2/0', 'confirmed');
  expect(carried.papers('kiosk-1')).toEqual({});
  const { label, link, takenAt } = plainPaper;
  const told = { requestId: request(1), label, link, takenAt, printing: true };
  expect(carried.ticketOf(ask(1))).toEqual(told);
  expect(carried.papers('kiosk-1')).toEqual({ [request(1)]: 'sent' });
  carried.add(jobOf(1));
  carried.note('s:1/0', 'confirmed');
  expect(carried.papers('kiosk-1')).toEqual({ [request(1)]: 'confirmed' });
});

test('[ENTER-5] what is of another kiosk, of no ticket or not known tells nothing', () => {
  const carried = new Carried();
  carried.add(jobOf(1));
  carried.add(job('s:2/0'));
  const centre = demoCentre();
  const slip = slipOf(centre, centre.services[0]!, { at: START, language: 'ar' });
  carried.add({ ...jobOf(3), paper: slip });
  expect(carried.ticketOf(ask(1, 'kiosk-2'))).toBeUndefined();
  expect([2, 3, 4].map((n) => carried.ticketOf(ask(n)))).toEqual([undefined, undefined, undefined]);
  carried.note('s:9/0', 'confirmed');
});

test('only the newest tickets are kept', () => {
  const carried = new Carried();
  for (let n = 0; n <= CARRIED_KEPT; n += 1) carried.add(jobOf(n));
  expect(carried.ticketOf(ask(0))).toBeUndefined();
  expect(carried.ticketOf(ask(1))?.requestId).toBe(request(1));
});

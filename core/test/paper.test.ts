import { describe, expect, test } from 'vitest';
import { Hall, MORNING, PAD, smallHall, typesOf } from '../../tests/fixtures/hall.js';
import { canonical } from '../canonical.js';
import { isPaperless } from '../state.js';

const both = (text: string) => ({ ar: text, en: text });
/** Two kiosks with a printer, and one without. */
const KIOSKS = [
  { id: 'k1', name: both('First') },
  { id: 'k2', name: both('Second') },
  { id: 'k3', name: both('Third'), printer: false },
];
const hallOfKiosks = (): Hall => new Hall({ kiosks: KIOSKS });
const MANAGER = { actor: 'mona', deviceId: 'manager' };
const KIOSK = { actor: 'k1', deviceId: 'k1' };

const report = (paperId: string, part = 0, state: 'confirmed' | 'assumed' = 'confirmed') =>
  ({ type: 'reportPrint', paperId, part, state }) as const;
const lost = (ticketId: string, kioskId = 'k1') =>
  ({ type: 'reprint', ticketId, kioskId, why: 'lost' }) as const;

describe('[PRINT-1] a paper', () => {
  test('keeps its first final state only', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    expect(hall.must(report(ticketId))).toHaveLength(1);
    expect(hall.must(report(ticketId, 0, 'assumed'))).toEqual([]);
    expect(hall.ticket(ticketId).paper).toMatchObject({ copy: 0, state: 'confirmed' });
    expect(hall.now(report('x'))).toEqual({ refused: 'ticket.unknown' });
  });

  test('of an earlier copy changes nothing', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    hall.must({ ...lost(ticketId, 'k2'), why: 'again' }, MANAGER);
    expect(hall.must(report(ticketId, 0))).toEqual([]);
    expect(hall.ticket(ticketId).paper?.state).toBe('pending');
    expect(hall.must(report(ticketId, 1))).toHaveLength(1);
  });
});

describe('[PRINT-2] a further copy', () => {
  test('is ordered at any kiosk with a printer, and told from the first', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    hall.must(report(ticketId));
    hall.wait(5);
    const ordered = { type: 'paper.ordered', ticketId, copy: 1, why: 'lost', kioskId: 'k2' };
    expect(hall.must(lost(ticketId, 'k2'))).toEqual([ordered]);
    expect(hall.ticket(ticketId).paper).toEqual({
      ...{ copy: 1, why: 'lost', kioskId: 'k2', state: 'pending' },
      orderedAt: MORNING + 5 * 60_000,
    });
    expect(hall.replayed()).toBe(canonical(hall.state));
  });

  test('gives up the one that still waits', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    const events = hall.must(lost(ticketId, 'k2'));
    expect(typesOf(events)).toEqual(['ticket.printed', 'paper.ordered']);
    expect(events[0]).toMatchObject({ copy: 0, state: 'abandoned' });
  });

  test('is not ordered while one is on its way out of the same printer', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    hall.wait(1);
    expect(hall.now(lost(ticketId))).toEqual({ refused: 'paper.onItsWay' });
    hall.at += 1;
    expect(hall.must(lost(ticketId))).toHaveLength(2);
  });

  test('is the first where there was none', () => {
    const hall = hallOfKiosks();
    hall.must({ type: 'stopPaper', kioskId: 'k1' }, MANAGER);
    const ticketId = hall.take(['build']);
    expect(hall.ticket(ticketId).paper).toBeNull();
    expect(hall.must(lost(ticketId, 'k2'))).toMatchObject([{ copy: 0 }]);
  });

  test('needs a printer, paper and an open ticket', () => {
    const hall = hallOfKiosks();
    const ticketId = hall.take(['build']);
    expect(hall.now(lost(ticketId, 'k3'))).toEqual({ refused: 'printer.unknown' });
    expect(hall.now(lost(ticketId, 'k9'))).toEqual({ refused: 'printer.unknown' });
    hall.must({ type: 'stopPaper', kioskId: 'k2' }, MANAGER);
    expect(hall.now(lost(ticketId, 'k2'))).toEqual({ refused: 'paper.stopped' });
    hall.must({ type: 'leave', ticketId }, KIOSK);
    expect(hall.now(lost(ticketId))).toEqual({ refused: 'ticket.closed' });
  });
});

test('[PRINT-3] at the kiosk, paper that did not come out may come out elsewhere', () => {
  const hall = hallOfKiosks();
  const ticketId = hall.take(['build']);
  const elsewhere = { type: 'printElsewhere', ticketId, kioskId: 'k2' } as const;
  expect(hall.now({ ...elsewhere, kioskId: 'k1' }, KIOSK)).toEqual({ refused: 'paper.onItsWay' });
  const [, ordered] = hall.must(elsewhere, KIOSK);
  expect(ordered).toMatchObject({ copy: 1, why: 'again', kioskId: 'k2' });
  hall.must(report(ticketId, 1));
  expect(hall.now({ ...elsewhere, kioskId: 'k1' }, KIOSK)).toEqual({
    refused: 'paper.notWaiting',
  });
});

test('[PRINT-4] a manager gives up one paper, or all that have waited too long', () => {
  const hall = hallOfKiosks();
  const all = { type: 'giveUpPaper', paperId: null } as const;
  const [first, second, third] = ['build', 'build', 'build'].map((service) => hall.take([service]));
  expect(hall.now(all, MANAGER)).toEqual({ refused: 'paper.notWaiting' });
  hall.must({ ...all, paperId: first! }, MANAGER);
  expect(hall.ticket(first!).paper?.state).toBe('abandoned');
  hall.wait(2);
  const fresh = hall.take(['shop']);
  expect(hall.must(all, MANAGER)).toMatchObject([{ ticketId: second }, { ticketId: third }]);
  expect([...hall.state.day!.unprinted]).toEqual([fresh]);
  expect(hall.now({ ...all, paperId: first! }, MANAGER)).toEqual({ refused: 'paper.notWaiting' });
});

test('[PRINT-4] papers about a service are given up as tickets are, pads are not', () => {
  const hall = new Hall({ kiosks: KIOSKS, categories: [...smallHall().categories, PAD] });
  const slip = { type: 'printInformation', serviceId: 'build', language: 'ar' } as const;
  const ordered = ['k1', 'k2'].flatMap((kioskId) => hall.must({ ...slip, kioskId }));
  hall.must({ type: 'printPad', seriesId: 'pad', from: 900, to: 900, kioskId: 'k1' });
  const [first = ''] = ordered.map((event) => ('sheetId' in event ? event.sheetId : ''));
  hall.must({ type: 'giveUpPaper', paperId: first }, MANAGER);
  const all = { type: 'giveUpPaper', paperId: null } as const;
  expect(hall.now(all, MANAGER)).toEqual({ refused: 'paper.notWaiting' });
  hall.wait(2);
  expect(typesOf(hall.must(all, MANAGER))).toEqual(['sheet.cancelled']);
  expect([...hall.state.day!.sheets.values()].map(({ of }) => of.kind)).toEqual(['pad']);
});

test('[PRINT-5] nobody waits for the paper of a visit that is over', () => {
  const hall = hallOfKiosks();
  const ticketId = hall.take(['build']);
  hall.must({ type: 'leave', ticketId }, KIOSK);
  expect(hall.state.day!.unprinted.size).toBe(0);
  expect(hall.must(report(ticketId))).toEqual([]);
});

test('[PAPER-1] without paper tickets are taken all the same, until it is resumed', () => {
  const hall = hallOfKiosks();
  const stop = (kioskId: string | null) => hall.now({ type: 'stopPaper', kioskId }, MANAGER);
  const resume = (kioskId: string | null) => hall.now({ type: 'resumePaper', kioskId }, MANAGER);
  expect(stop('k3')).toEqual({ refused: 'printer.unknown' });
  expect(stop('k1')).toEqual([{ type: 'paper.stopped', kioskId: 'k1' }]);
  expect(stop('k1')).toEqual({ refused: 'paper.stopped' });
  expect([isPaperless(hall.state, 'k1'), isPaperless(hall.state, 'k2')]).toEqual([true, false]);
  expect(hall.ticket(hall.take(['build'])).paper).toBeNull();
  hall.must({ type: 'closeDay' }, MANAGER);
  expect(isPaperless(hall.state, 'k1')).toBe(true);
  expect(resume('k1')).toHaveLength(1);
  expect(resume('k1')).toEqual({ refused: 'paper.running' });
  expect(stop(null)).toHaveLength(1);
  expect(isPaperless(hall.state, 'k2')).toBe(true);
  expect(hall.replayed()).toBe(canonical(hall.state));
});

test('[PAPER-2] that a printer has a new roll is an event with its time', () => {
  const hall = hallOfKiosks();
  hall.must({ type: 'loadPaper', kioskId: 'k2' }, MANAGER);
  expect([...hall.state.centre.rolls]).toEqual([['k2', MORNING]]);
  expect(hall.now({ type: 'loadPaper', kioskId: 'k3' }, MANAGER)).toEqual({
    refused: 'printer.unknown',
  });
});

import { expect, test } from 'vitest';
import { Hall, minutes, MORNING, PAD, smallHall, typesOf } from '../../tests/fixtures/hall.js';
import { PAPER_AGE_MS_MAX } from '../paper.js';

const hallWithPad = (): Hall =>
  new Hall({ categories: [...smallHall().categories, { ...PAD, min: 1, max: 80 }] });

const information = (serviceId: string, kioskId = 'k1') =>
  ({ type: 'printInformation', serviceId, kioskId, language: 'ar' }) as const;
const pad = (from: number, to: number, seriesId = 'pad') =>
  ({ type: 'printPad', seriesId, from, to, kioskId: 'k1' }) as const;

test('[SHEET-1] all about a service is printed beside a kiosk, one paper at a time', () => {
  const hall = hallWithPad();
  expect(typesOf(hall.must(information('build')))).toEqual(['sheet.ordered']);
  expect(hall.now(information('ask'))).toEqual({ refused: 'paper.onItsWay' });
  expect(hall.now(information('none'))).toEqual({ refused: 'service.unknown' });
  expect(hall.now(information('build', 'k9'))).toEqual({ refused: 'printer.unknown' });
  hall.must({ type: 'stopPaper', kioskId: null });
  expect(hall.now(information('build'))).toEqual({ refused: 'paper.stopped' });
});

test('[CLOCK-2] a clock set back leaves papers on their way as old as they are', () => {
  const hall = hallWithPad();
  hall.must(information('build'));
  const clock = { confirmed: true, differenceMs: -minutes(60) };
  hall.must({ type: 'confirmClock' }, { clock });
  const [sheet] = hall.state.day!.sheets.values();
  expect(sheet).toMatchObject({ orderedAt: MORNING - minutes(60), left: new Set([0]) });
});

test('[SHEET-1] a paper that did not come out in time keeps nobody from asking', () => {
  const hall = hallWithPad();
  hall.must(information('build'));
  hall.at += PAPER_AGE_MS_MAX + 1;
  expect(typesOf(hall.must(information('ask')))).toEqual(['sheet.cancelled', 'sheet.ordered']);
  expect([...hall.state.day!.sheets.values()].map(({ of }) => of)).toMatchObject([
    { serviceId: 'ask' },
  ]);
});

test('[SHEET-2] a pad has numbers of a reserved series alone, and may be cancelled', () => {
  const hall = hallWithPad();
  const refused = { refused: 'pad.unknown' };
  expect(hall.now(pad(1, 5, 'a'))).toEqual(refused);
  expect(hall.now(pad(79, 81))).toEqual(refused);
  expect(hall.now(pad(5, 4))).toEqual(refused);
  expect(hall.now(pad(1, 51))).toEqual(refused);
  expect(hall.now({ type: 'cancelPad' })).toEqual({ refused: 'paper.notWaiting' });
  hall.must(pad(1, 50));
  expect(hall.state.day?.padNext.get('pad')).toBe(51);
  expect([...hall.state.day!.sheets.values()][0]?.left.size).toBe(50);
  hall.must({ type: 'cancelPad' });
  expect(hall.state.day?.sheets.size).toBe(0);
});

test('[SHEET-3] each part of a sheet ends once', () => {
  const hall = hallWithPad();
  const [ordered] = hall.must(pad(1, 2));
  const paperId = ordered?.type === 'sheet.ordered' ? ordered.sheetId : '';
  const report = (part: number) =>
    ({ type: 'reportPrint', paperId, part, state: 'confirmed' }) as const;
  expect(typesOf(hall.must(report(0)))).toEqual(['sheet.printed']);
  expect(hall.must(report(0))).toEqual([]);
  expect(typesOf(hall.must(report(1)))).toEqual(['sheet.printed']);
  expect(hall.now(report(1))).toEqual({ refused: 'ticket.unknown' });
});

import { expect, test, vi } from 'vitest';
import type { VisitorAsk } from '../core/protocol/commands.js';
import type { Answer } from '../core/protocol/wire.js';
import { MINUTE_MS } from '../core/time.js';
import { receipt } from '../tests/fixtures/kiosk.js';
import ar from '../web/messages/kiosk.ar.json' with { type: 'json' };
import { UNANSWERED, type Outcome } from '../web/outbox.js';
import { Words } from '../web/words.svelte.js';
import { Flow } from './flow.svelte.js';

const issued: Answer = { done: true, seq: 7, receipt: receipt() };

/** A visitor before a server that answers when told to. */
const visitor = () => {
  const asks: VisitorAsk[] = [];
  const waiting: ((outcome: Outcome) => void)[] = [];
  const flow = new Flow(
    (command) => {
      asks.push(command);
      return new Promise((resolve) => waiting.push(resolve));
    },
    new Words({ ar: {}, en: {} }, 'ar'),
  );
  const answer = async (given: Outcome): Promise<void> => {
    waiting.shift()?.(given);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { flow, asks, answer };
};

test('touching twice takes one ticket', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  void flow.take(['a']);
  await answer(issued);
  expect(asks).toEqual([{ type: 'takeTicket', services: ['a'], classId: '', language: 'ar' }]);
  expect(flow.step.name).toBe('ticket');
});

test('several services and a class go into one ticket', () => {
  const { flow, asks } = visitor();
  flow.open('a');
  flow.addAnother('a');
  flow.addAnother('a');
  flow.choose('P1');
  void flow.take([...flow.basket, 'b']);
  expect(asks).toEqual([
    { type: 'takeTicket', services: ['a', 'b'], classId: 'P1', language: 'ar' },
  ]);
});

test('a refusal stays on the page, until the visitor goes on', async () => {
  const { flow, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer({ refused: 'hall.full' });
  expect([flow.step.name, flow.refused, flow.taking]).toEqual(['service', 'hall.full', false]);
  flow.back();
  expect(flow.refused).toBeNull();
});

test('nobody starts over while a ticket is being issued', () => {
  const { flow } = visitor();
  flow.open('a');
  void flow.take(['a']);
  flow.startOver();
  expect(flow.step.name).toBe('service');
});

test('the next visitor finds nothing of the one before', () => {
  const { flow } = visitor();
  flow.addAnother('a');
  flow.choose('P2');
  flow.query = 'x';
  flow.largeText = true;
  flow.lowReach = true;
  flow.go({ name: 'search' });
  expect(flow.used).toBe(true);
  flow.startOver();
  expect(flow.used).toBe(false);
  expect([flow.basket, flow.classId, flow.query]).toEqual([[], '', '']);
});

const AT = 1_795_000_000_000;
const asked: VisitorAsk = { type: 'takeTicket', services: ['a'], language: 'ar' };
const late = { command: asked, sentAt: AT };
const numbers = (flow: Flow) => flow.noted.map(({ number }) => number);

test('a ticket issued across a reload is shown, but never to somebody else', () => {
  const { flow } = visitor();
  flow.open('b');
  flow.late(late, issued, AT + 2_000);
  expect([flow.step.name, numbers(flow)]).toEqual(['service', [105]]);
  flow.startOver();
  flow.late(late, issued, AT + 2_000);
  expect(flow.step.name).toBe('ticket');
});

test('without an answer nobody hears of nothing done, nor takes a second ticket', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer({ refused: UNANSWERED });
  expect([flow.refused, flow.unsureOfTicket, flow.used]).toEqual([null, true, true]);
  void flow.take(['a']);
  expect(asks).toHaveLength(1);
  flow.late({ command: asks[0]!, sentAt: AT }, issued, AT + 5 * MINUTE_MS);
  expect([flow.step.name, flow.unsure]).toEqual(['ticket', null]);
});

test('a late word that nothing was done lets the visitor try again', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer({ refused: UNANSWERED });
  flow.late({ command: asks[0]!, sentAt: AT }, { refused: 'request.stale' }, AT + 11 * MINUTE_MS);
  expect([flow.refused, flow.unsure]).toEqual(['request.stale', null]);
  void flow.take(['a']);
  expect(asks).toHaveLength(2);
});

test('the number of a visitor who has gone is noted for a minute, and nothing else', async () => {
  vi.useFakeTimers();
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer({ refused: UNANSWERED });
  flow.startOver();
  flow.late({ command: asks[0]!, sentAt: AT }, issued, AT + 2 * MINUTE_MS);
  expect([flow.step.name, flow.used, numbers(flow)]).toEqual(['welcome', false, [105]]);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(numbers(flow)).toEqual([]);
  vi.useRealTimers();
});

test('what a visitor asked is wanted until the visitor has gone', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer({ refused: UNANSWERED });
  const ask = { command: asks[0]!, sentAt: AT, requestId: '1' };
  expect(flow.wants(ask, AT + 5 * MINUTE_MS)).toBe(true);
  flow.startOver();
  expect(flow.wants(ask, AT + 5 * MINUTE_MS)).toBe(false);
});

test('what was asked before a reload is wanted for a minute, unless somebody begins anew', () => {
  const { flow } = visitor();
  const ask = { ...late, requestId: '1' };
  expect([30_000, 90_000].map((ms) => flow.wants(ask, AT + ms))).toEqual([true, false]);
  flow.open('b');
  void flow.take(['b']);
  expect(flow.wants(ask, AT + 30_000)).toBe(false);
});

test('paper that fails here is asked for elsewhere once, and a refusal is shown', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer(issued);
  void flow.printAt('k2');
  void flow.printAt('k2');
  await answer({ refused: 'paper.stopped' });
  expect([flow.printedAt, flow.refused]).toEqual([null, 'paper.stopped']);
  void flow.printAt('k3');
  await answer({ done: true, seq: 8 });
  expect(flow.printedAt).toBe('k3');
  const ticketId = receipt().ticketId;
  expect(asks.slice(1)).toEqual([
    { type: 'printElsewhere', ticketId, kioskId: 'k2' },
    { type: 'printElsewhere', ticketId, kioskId: 'k3' },
  ]);
});

test('a number that is on the screen only stays in sight when nobody touches it', async () => {
  vi.useFakeTimers();
  const { flow, answer } = visitor();
  flow.open('a');
  void flow.take(['a']);
  await answer(issued);
  flow.leave();
  expect([flow.step.name, flow.used, numbers(flow)]).toEqual(['welcome', false, [105]]);
  vi.advanceTimersByTime(MINUTE_MS);
  expect(numbers(flow)).toEqual([]);
  vi.useRealTimers();
});

test('each visitor finds the language that the kiosk began with', () => {
  const words = new Words({ ar: {}, en: {} }, 'en');
  const flow = new Flow(() => new Promise(() => undefined), words);
  expect(flow.used).toBe(false);
  words.language = 'ar';
  expect(flow.used).toBe(true);
  flow.startOver();
  expect(words.language).toBe('en');
});

test('help that was already asked for is no refusal', async () => {
  const { flow, answer } = visitor();
  void flow.callForHelp();
  expect(flow.calling).toBe(true);
  await answer({ refused: 'help.pending' });
  expect([flow.calling, flow.refused]).toEqual([false, null]);
});

test('while a paper is asked for, nobody is told that help is coming', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.printInformation('a', 'k1');
  void flow.printInformation('a', 'k1');
  expect([flow.calling, flow.printing !== null, asks.length]).toEqual([false, true, 1]);
  void flow.callForHelp();
  expect([flow.calling, asks.length]).toEqual([true, 2]);
  await answer({ done: true, seq: 8 });
  expect([flow.informed, flow.printing, flow.calling]).toEqual(['a', null, true]);
});

test.each([
  ['a paper elsewhere', 'printElsewhere'],
  ['all about a service', 'printInformation'],
] as const)('%s without an answer is told of, and asked for once', async (_, type) => {
  const { flow, asks, answer } = visitor();
  flow.go({ name: 'ticket', receipt: receipt(), services: ['a'] });
  const print = () =>
    type === 'printElsewhere' ? flow.printAt('k2') : flow.printInformation('a', 'k2');
  void print();
  await answer({ refused: UNANSWERED });
  expect(flow.unsure?.type).toBe(type);
  expect(ar).toHaveProperty([`unsure.${type}`]);
  void print();
  expect(asks).toHaveLength(1);
  flow.late({ command: asks[0]!, sentAt: AT }, { done: true, seq: 9 }, AT + 2 * MINUTE_MS);
  expect([flow.unsure, flow.printing]).toEqual([null, null]);
  expect(flow.printedAt ?? flow.informed).toBe(type === 'printElsewhere' ? 'k2' : 'a');
});

test('a late word about a paper is not for the next visitor', async () => {
  const { flow, asks, answer } = visitor();
  flow.open('a');
  void flow.printInformation('a', 'k1');
  flow.startOver();
  expect(flow.printing).toBeNull();
  await answer({ refused: 'paper.stopped' });
  expect(flow.refused).toBeNull();
  flow.open('a');
  flow.late({ command: asks[0]!, sentAt: AT }, { done: true, seq: 9 }, AT + MINUTE_MS);
  expect(flow.informed).toBeNull();
});

import { expect, test } from 'vitest';
import type { VisitorAsk } from '../core/protocol/commands.js';
import type { Answer } from '../core/protocol/wire.js';
import { receipt } from '../tests/fixtures/kiosk.js';
import { Words } from '../web/words.svelte.js';
import { Flow } from './flow.svelte.js';

const issued: Answer = { done: true, seq: 7, receipt: receipt() };

/** A visitor before a server that answers when told to. */
const visitor = () => {
  const asks: VisitorAsk[] = [];
  const waiting: ((answer: Answer) => void)[] = [];
  const flow = new Flow(
    (command) => {
      asks.push(command);
      return new Promise((resolve) => waiting.push(resolve));
    },
    new Words({ ar: {}, en: {} }, 'ar'),
  );
  const answer = async (given: Answer): Promise<void> => {
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

test('a ticket issued across a reload is shown, but never to somebody else', () => {
  const { flow } = visitor();
  const command: VisitorAsk = { type: 'takeTicket', services: ['a'], language: 'ar' };
  flow.open('b');
  flow.late(command, issued);
  expect(flow.step.name).toBe('service');
  flow.startOver();
  flow.late(command, issued);
  expect(flow.step.name).toBe('ticket');
});

test('help that was already asked for is no refusal', async () => {
  const { flow, answer } = visitor();
  void flow.callForHelp();
  expect(flow.calling).toBe(true);
  await answer({ refused: 'help.pending' });
  expect([flow.calling, flow.refused]).toEqual([false, null]);
});

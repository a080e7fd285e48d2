import { expect, test } from 'vitest';
import type { ClerkAsk } from '../core/protocol/commands.js';
import { label } from '../tests/fixtures/board.js';
import { UNANSWERED, type Outcome } from '../web/outbox.js';
import { Acts, SETTLE_MS, type Undo } from './acts.svelte.js';

const call: ClerkAsk = { type: 'callNext', counterId: 'c3' };
const absent: ClerkAsk = { type: 'noShow', counterId: 'c3' };
const undo: Undo = {
  label: label(0, 105),
  done: 'noShow',
  ask: { type: 'returnTicket', ticketId: 'demostream:1' },
};

/** Acts whose commands are answered, and whose pauses end, by hand. */
function byHand() {
  const sent: ClerkAsk[] = [];
  const pauses: { ms: number; act: () => void }[] = [];
  let answer: (outcome: Outcome) => void = () => undefined;
  const acts = new Acts(
    (command) => {
      sent.push(command);
      return new Promise((resolve) => (answer = resolve));
    },
    (ms, act) => pauses.push({ ms, act }),
  );
  return { acts, sent, pauses, answer: (given: Outcome) => answer(given) };
}

test('one command at a time, and none in the moment after it', async () => {
  const { acts, sent, pauses, answer } = byHand();
  const first = acts.send(call);
  expect(await acts.send(call)).toBe(false);
  answer({ done: true, seq: 7 });
  expect(await first).toBe(true);
  expect(await acts.send(absent)).toBe(false);
  expect(sent).toEqual([call]);
  expect(pauses.map(({ ms }) => ms)).toEqual([SETTLE_MS]);
  pauses[0]?.act();
  void acts.send(absent);
  expect(sent).toEqual([call, absent]);
});

test('a refusal is kept until the next command, and offers nothing to take back', async () => {
  const { acts, pauses, answer } = byHand();
  const first = acts.send(absent, undo);
  answer({ refused: 'noShow.tooSoon' });
  expect(await first).toBe(false);
  expect(acts.refused).toEqual({ code: 'noShow.tooSoon', type: 'noShow' });
  expect(acts.undo).toBeNull();
  pauses[0]?.act();
  const second = acts.send(absent, undo);
  expect(acts.refused).toBeNull();
  answer({ done: true, seq: 8 });
  await second;
  expect(acts.undo).toBe(undo);
});

test('what was not answered is no longer in doubt once it was done after all', async () => {
  const { acts, answer } = byHand();
  void acts.send(call);
  answer({ refused: UNANSWERED });
  await Promise.resolve();
  expect(acts.refused).toEqual({ code: UNANSWERED, type: 'callNext' });
  acts.late(absent, { done: true, seq: 3 });
  expect(acts.refused).not.toBeNull();
  acts.late(call, { done: true, seq: 4 });
  expect(acts.refused).toBeNull();
});

import { expect, test } from 'vitest';
import { hallConfiguration } from '../tests/fixtures/board.js';
import { deskView } from '../tests/fixtures/desk.js';
import { Choice } from './choice.svelte.js';

const configuration = hallConfiguration();
const memory = () => {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
};
const choiceAt = (deviceId: string, kept = memory()) =>
  new Choice(() => ({ view: deskView({ counter: null }), configuration }), deviceId, kept);

test('only closed counters can be opened, and the first of them is offered', () => {
  const choice = choiceAt('desk-2');
  expect(choice.counters).toHaveLength(6);
  expect(choice.free.map(({ id }) => id)).toEqual(['c2', 'c4', 'c5']);
  expect([choice.counter?.id, choice.profile?.id]).toEqual(['c2', 'all']);
});

test('a desk with a counter of its own offers no other, and nothing while that is open', () => {
  const choice = choiceAt('desk-1');
  expect(choice.counters.map(({ id }) => id)).toEqual(['c3']);
  expect(choice.counter).toBeUndefined();
});

test('the last choice comes back, unless its counter is taken', () => {
  const kept = memory();
  choiceAt('desk-2', kept).want({ counterId: 'c5', profileId: 'enquiries' });
  const again = choiceAt('desk-2', kept);
  expect([again.counter?.id, again.profile?.id]).toEqual(['c5', 'enquiries']);
  again.want({ counterId: 'c1' });
  expect(again.counter?.id).toBe('c2');
});

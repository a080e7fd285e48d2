import { expect, test } from 'vitest';
import { wayOf } from './way.js';

test('one centre that is refused, or one post that failed, is not the way', () => {
  const away = { is: 'away', since: 1, why: 'x' } as const;
  const stopped = { is: 'stopped', why: 'revoked' } as const;
  const seen = { isJoined: true, refused: [] };
  expect(wayOf({ ...seen, passed: [away, { is: 'sending' }, stopped] })).toEqual({ is: 'live' });
  expect(wayOf({ ...seen, passed: [away, stopped] })).toEqual(away);
  expect(wayOf({ ...seen, passed: [stopped, null] })).toBe(null);
  expect(wayOf({ ...seen, passed: [stopped] })).toEqual(stopped);
  expect(wayOf({ ...seen, refused: ['revoked'], passed: [] })).toEqual(stopped);
  expect(wayOf({ ...seen, passed: [] })).toBe(null);
});

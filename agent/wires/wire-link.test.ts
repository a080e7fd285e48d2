import { expect, test } from 'vitest';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { END_MS_MAX, WireLink, type Wire } from './wire-link.js';

test('a connection whose end hangs is left to itself', async () => {
  const clock = new FakeClock();
  const hangs: Wire = { send: (_, done) => done(), end: () => new Promise(() => undefined) };
  let made = 0;
  const link = new WireLink(async () => {
    made += 1;
    return hangs;
  }, clock);
  await link.open();
  const closed = link.close();
  await clock.pass(END_MS_MAX);
  await closed;
  await link.open();
  await link.write(Uint8Array.of(1));
  expect(made).toBe(2);
});

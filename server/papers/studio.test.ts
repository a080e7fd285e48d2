import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import type { PreviewWish } from '../../paper/preview.js';
import type { Timers } from '../../node/time.js';
import { DRAWN_MS_MAX, Studio, WISHES_MAX } from './studio.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-studio-'));
const program = join(folder, 'painter.mjs');
/** Answers each wish with itself, but for the one of which it draws for ever. */
writeFileSync(
  program,
  `import { parentPort } from 'node:worker_threads';
   parentPort.on('message', ({ id, wish }) => {
     if (wish !== 'stuck') parentPort.postMessage({ id, preview: wish });
   });`,
);
afterAll(() => rmSync(folder, { recursive: true }));

/** Time passes when a test says so. */
class Hands implements Pick<Timers, 'after' | 'every'> {
  private readonly due = new Map<() => void, number>();

  after = (ms: number, run: () => void): (() => void) => {
    this.due.set(run, ms);
    return () => this.due.delete(run);
  };
  every = this.after;

  come(ms: number): void {
    for (const [run, when] of this.due) if (when === ms) run();
  }
}

let hands: Hands;
let studio: Studio;

beforeEach(() => {
  hands = new Hands();
  studio = new Studio(hands, program);
});
afterEach(() => studio.close());

const draw = async (wish: string) => studio.preview(wish as unknown as PreviewWish);

test('an idle thread ends, and its end fails no wish of the next', async () => {
  expect(await draw('first')).toBe('first');
  hands.come(60_000);
  hands.come(60_000);
  const wishes = ['second', 'third'].map(draw);
  expect(await Promise.all(wishes)).toEqual(['second', 'third']);
});

test('a stuck thread is ended with all that it was to draw, and another draws', async () => {
  const failed = ['stuck', 'stuck'].map((wish) =>
    expect(draw(wish)).rejects.toThrow('the painter ended'),
  );
  hands.come(DRAWN_MS_MAX);
  await Promise.all(failed);
  expect(await draw('next')).toBe('next');
});

test('what is drawn in time is never ended for it', async () => {
  expect(await draw('first')).toBe('first');
  const second = draw('second');
  expect(await second).toBe('second');
  hands.come(DRAWN_MS_MAX);
  expect(await draw('third')).toBe('third');
});

test('so many wishes wait and no more', async () => {
  const waiting = Array.from({ length: WISHES_MAX }, () => draw('stuck'));
  const ended = Promise.allSettled(waiting);
  expect(await draw('one more')).toBeUndefined();
  await studio.close();
  expect((await ended).map(({ status }) => status)).not.toContain('fulfilled');
  expect(await draw('later')).toBe('later');
});

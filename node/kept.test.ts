import { spawn, type ChildProcess } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { Kept } from './kept.js';

/** A test that fails leaves none behind. */
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that lives until it is ended; the pauses before each start; a clock for hand. */
const keep = async (ready: () => Promise<void> = async () => undefined) => {
  const said: string[] = [];
  const pauses: number[] = [];
  let now = 0;
  let next = (): void => undefined;
  let told = (): void => undefined;
  const kept = await Kept.of({
    name: 'The agent',
    start: async () => {
      await ready();
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      children.push(child);
      return child;
    },
    say: (line) => {
      said.push(line);
      told();
    },
    time: { monotonicMs: () => now },
    timers: {
      after: (ms, run) => {
        pauses.push(ms);
        next = run;
        return () => (next = () => undefined);
      },
    },
  });
  const kill = async (): Promise<void> => {
    const heard = new Promise<void>((resolve) => (told = resolve));
    process.kill(kept.pid!, 'SIGKILL');
    await heard;
  };
  /** Time goes on to the next start. */
  const comeBack = async (): Promise<void> => {
    next();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { kept, said, pauses, kill, comeBack, pass: (ms: number) => void (now += ms) };
};

test('a process that is killed is started again, later each time, and that is said', async () => {
  const { kept, said, pauses, kill, comeBack } = await keep();
  const first = kept.pid;
  await kill();
  expect(kept.pid).toBeUndefined();
  expect(said).toEqual(['The agent ended by itself (SIGKILL); it is started again in 1 s.']);
  await comeBack();
  expect(kept.pid).not.toBe(first);
  await kill();
  await comeBack();
  await kill();
  expect(pauses).toEqual([1_000, 2_000, 4_000]);
  await kept.stop();
});

test('one that has lasted is started again soon', async () => {
  const { kept, pauses, kill, comeBack, pass } = await keep();
  await kill();
  await comeBack();
  pass(60_001);
  await kill();
  expect(pauses).toEqual([1_000, 1_000]);
  await kept.stop();
});

test('one that cannot be started again for a while is tried again, and that is said', async () => {
  let isReady = true;
  const ready = () => (isReady ? Promise.resolve() : Promise.reject(new Error('no answer')));
  const { kept, said, pauses, kill, comeBack } = await keep(ready);
  await kill();
  isReady = false;
  await comeBack();
  await comeBack();
  expect(kept.pid).toBeUndefined();
  expect(said.slice(1)).toEqual([
    'The agent could not be started (no answer); it is started again in 2 s.',
    'The agent could not be started (no answer); it is started again in 4 s.',
  ]);
  isReady = true;
  await comeBack();
  expect(kept.pid).toBeDefined();
  expect(pauses).toEqual([1_000, 2_000, 4_000]);
  await kept.stop();
});

test('one that is stopped stays so, and nothing is said', async () => {
  const { kept, said } = await keep();
  await kept.stop();
  expect([kept.pid, said]).toEqual([undefined, []]);
});

test('one that is stopped in a pause is not started again', async () => {
  const { kept, kill, comeBack } = await keep();
  await kill();
  await kept.stop();
  await comeBack();
  expect(kept.pid).toBeUndefined();
});

test('one that is stopped while it is being started has ended then', async () => {
  let isReady = Promise.resolve();
  let go = (): void => undefined;
  const { kept, kill, comeBack } = await keep(() => isReady);
  await kill();
  isReady = new Promise((resolve) => (go = resolve));
  await comeBack();
  const stopped = kept.stop();
  go();
  await stopped;
  await comeBack();
  expect(kept.pid).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { job, printBench, states } from '../../tests/fixtures/printing.js';

/** What the printer says goes through, but for process ids. */
const withoutIds = (it: ReturnType<typeof printBench>) => {
  const tell = it.heard();
  return (bytes: Uint8Array): void => {
    if (bytes[0] !== 0x37 || bytes[1] !== 0x22) tell(bytes);
  };
};

describe('what a printer tells', () => {
  test.each([{ asb: true }, { asb: false }])('is known within two seconds: %o', async (status) => {
    const changes = [
      [{ isNearEnd: true }, 'nearEnd'],
      [{ paperRows: 0 }, 'paperEnd'],
      [{ paperRows: Infinity, isNearEnd: false }, 'ready'],
      [{ isCutterStuck: true }, 'jam'],
      [{ isCutterStuck: false }, 'ready'],
      [{ isUnplugged: true }, 'away'],
    ] as const;
    const it = printBench(status);
    it.queue.take(job());
    await it.clock.pass(30_000);
    for (const [change, state] of changes) {
      it.printer.set(change);
      await it.clock.pass(status.asb ? 0 : 2_000);
      expect(it.printerStates.at(-1)).toBe(state);
      await it.clock.pass(700);
    }
  });

  test('without process ids of its own it is asked whether it is through', async () => {
    const it = printBench();
    await it.clock.pass(0);
    // It says that it knows process ids, and never sends one.
    it.printer.onData(withoutIds(it));
    it.queue.take(job());
    await it.clock.pass(8_000);
    expect(states(it)).toEqual(['queued', 'sending', 'sent', 'confirmed']);
    expect(it.slips).toHaveLength(1);
  });

  test('of the paper left is asked once a minute', async () => {
    const it = printBench({ paperLeft: 'custom' });
    it.printer.set({ paperRows: 8_000 });
    await it.clock.pass(0);
    expect(it.paperLeft).toEqual([1_000]);
    it.queue.take(job());
    await it.clock.pass(61_000);
    expect(it.paperLeft).toHaveLength(2);
    expect(it.paperLeft[1]).toBeLessThan(1_000);
  });
});

test('a device that comes and goes is not hunted', async () => {
  const it = printBench();
  let opened = 0;
  const open = it.link.open;
  it.link.open = async () => {
    opened += 1;
    await open();
    it.printer.set({ isUnplugged: true });
    it.printer.set({ isUnplugged: false });
  };
  await it.clock.pass(30_000);
  expect(opened).toBeLessThan(12);
  it.link.open = open;
  it.queue.retry();
  await it.clock.pass(0);
  expect(it.printerStates.at(-1)).toBe('ready');
});

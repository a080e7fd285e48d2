import { describe, expect, test } from 'vitest';
import { job, printBench, states } from '../../tests/fixtures/printing.js';
import { profileOf } from '../../tests/fixtures/slips.js';
import { HELD_MS_MAX } from './machine.js';

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

  test.each(['custom-kpm', 'custom-vkp80'])('in the full status of the %s is known', async (id) => {
    const { fullStatus } = profileOf(id).status;
    const it = printBench({ fullStatus, asb: false });
    await it.clock.pass(0);
    const changes = [
      [{ isNearEnd: true }, 'nearEnd'],
      [{ isCoverOpen: true }, 'coverOpen'],
      [{ isCoverOpen: false, paperRows: 0 }, 'paperEnd'],
      [{ paperRows: Infinity, isNearEnd: false }, 'ready'],
      [{ isCutterStuck: true }, 'jam'],
      [{ isCutterStuck: false }, 'ready'],
    ] as const;
    for (const [change, state] of changes) {
      it.printer.set(change);
      await it.clock.pass(2_000);
      expect(it.printerStates.at(-1)).toBe(state);
    }
  });

  test('a ticket in the mouth lets the next one wait, but not for ever', async () => {
    const it = printBench({ fullStatus: profileOf('custom-vkp80').status.fullStatus, asb: false });
    it.queue.take(job());
    await it.clock.pass(5_000);
    it.printer.set({ isTicketHeld: true });
    it.queue.take(job('s:2/1'));
    it.queue.take(job('s:3/1'));
    await it.clock.pass(5_000);
    expect(it.slips).toHaveLength(1);
    it.printer.set({ isTicketHeld: false });
    await it.clock.pass(1_500);
    expect(it.slips.length).toBeGreaterThan(1);
    it.printer.set({ isTicketHeld: true });
    it.queue.take(job('s:4/1'));
    await it.clock.pass(HELD_MS_MAX + 10_000);
    expect(it.slips).toHaveLength(4);
  });

  test('one without a full status is asked by the commands that all have', async () => {
    const it = printBench({ fullStatus: profileOf('custom-kpm').status.fullStatus, asb: false });
    const { write } = it.link;
    it.link.write = async (bytes) => {
      if (bytes[1] !== 0x04 || bytes[2] !== 20) await write.call(it.link, bytes);
    };
    it.printer.set({ isNearEnd: true });
    await it.clock.pass(3_000);
    expect(it.printerStates.at(-1)).toBe('nearEnd');
    it.queue.take(job());
    await it.clock.pass(5_000);
    expect(states(it).at(-1)).toBe('confirmed');
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

import { describe, expect, test } from 'vitest';
import { slipOf } from '../../server/papers/slip.js';
import { demoCentre } from '../../tests/fixtures/manager.js';
import { plainPaper } from '../../tests/fixtures/paper.js';
import { job, press, printBench, START, states } from '../../tests/fixtures/printing.js';

describe('a ticket in a healthy printer', () => {
  test('is confirmed by the printer itself, not by what was written', async () => {
    const it = printBench();
    it.queue.take(job());
    await it.clock.pass(0);
    expect(states(it)).toEqual(['queued', 'sending', 'sent', 'confirmed']);
    expect(it.slips).toHaveLength(1);
    expect(it.printerStates).toEqual(['ready']);
  });

  test('is confirmed by GS r where there are no process ids', async () => {
    const it = printBench({ processId: false });
    it.queue.take(job());
    await it.clock.pass(0);
    expect(states(it).at(-1)).toBe('confirmed');
  });

  test('is assumed, and called so, where the printer says nothing of jobs', async () => {
    const it = printBench({ processId: false, gsR: false });
    it.queue.take(job());
    await it.clock.pass(1_000);
    expect(states(it).at(-1)).toBe('sent');
    await it.clock.pass(1_000);
    expect(states(it).at(-1)).toBe('assumed');
  });

  test('is printed once, however often it is asked for, also after a restart', async () => {
    const it = printBench();
    it.queue.take(job());
    it.queue.take(job());
    await it.clock.pass(20_000);
    it.queue.take(job());
    await it.clock.pass(20_000);
    it.restart();
    it.queue.take(job());
    await it.clock.pass(20_000);
    expect(it.slips).toHaveLength(1);
    expect(states(it)).toEqual(['confirmed']);
  });

  test('waits for the one before it', async () => {
    const it = printBench();
    it.queue.take(job('s:1/1'));
    it.queue.take(job('s:2/1'));
    await it.clock.pass(0);
    const order = it.told.map(({ jobId, state }) => `${jobId} ${state}`);
    expect(order.indexOf('s:2/1 sending')).toBeGreaterThan(order.indexOf('s:1/1 confirmed'));
    expect(it.slips).toHaveLength(2);
  });
});

test('a ticket goes before a slip that waits', async () => {
  const it = printBench({ processId: false, gsR: false });
  const demo = demoCentre();
  const slip = slipOf(demo, demo.services[0]!, { at: START, language: 'ar' });
  it.queue.take(job('s:1/1'));
  it.queue.take({ ...job('s:2/0'), paper: slip });
  it.queue.take(job('s:3/1'));
  await it.clock.pass(20_000);
  const ended = it.told.filter(({ state }) => state === 'assumed').map(({ jobId }) => jobId);
  expect(ended).toEqual(['s:1/1', 's:3/1', 's:2/0']);
});

describe('a ticket without paper', () => {
  test('waits, unprinted, until there is paper', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 0 });
    it.queue.take(job());
    await it.clock.pass(20_000);
    expect(states(it)).toEqual(['queued']);
    expect(it.printerStates).toEqual(['paperEnd']);
    it.printer.loadPaper();
    await it.clock.pass(1_000);
    expect(states(it)).toEqual(['queued', 'sending', 'sent', 'confirmed']);
  });

  test('that ends in its middle is interrupted, then printed whole and marked', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 150 });
    it.queue.take(job());
    await it.clock.pass(2_000);
    expect(states(it)).toEqual(['queued', 'sending', 'sent', 'interrupted']);
    it.printer.loadPaper();
    await it.clock.pass(2_000);
    expect(states(it).slice(4)).toEqual(['reprinting', 'sent', 'confirmed']);
    // The scrap that was cut off, and one whole ticket.
    expect(it.slips.map(({ codes }) => codes.length)).toEqual([0, 1]);
    const whole = press({ ...plainPaper, copy: 'again' });
    expect(it.slips[1]!.lengthMm).toBeCloseTo(whole.paperMm, 5);
  });

  test('is never printed late: after 60 s it waits for staff, who order another copy', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 0 });
    it.queue.take(job());
    await it.clock.pass(62_000);
    expect(it.told.at(-1)).toEqual({ jobId: 's:1/1', state: 'queued', waitsForStaff: true });
    it.printer.loadPaper();
    await it.clock.pass(60_000);
    expect(it.slips).toHaveLength(0);
    it.queue.keep(new Set(['s:1/2']));
    it.queue.take(job('s:1/2', it.clock.now()));
    await it.clock.pass(0);
    expect(it.told.at(-1)).toEqual({ jobId: 's:1/2', state: 'confirmed', waitsForStaff: false });
    expect(it.slips).toHaveLength(1);
  });

  test('for which nobody waits at the printer is printed however late', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 0 });
    it.queue.take(job('s:1/1', null));
    await it.clock.pass(600_000);
    expect(it.told.at(-1)).toEqual({ jobId: 's:1/1', state: 'queued', waitsForStaff: false });
    it.printer.loadPaper();
    await it.clock.pass(60_000);
    expect(it.slips).toHaveLength(1);
  });

  test('that is given up is wiped from the printer, and not printed', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 150 });
    it.queue.take(job());
    await it.clock.pass(5_000);
    expect(it.told.at(-1)).toMatchObject({ state: 'interrupted', waitsForStaff: false });
    it.queue.keep(new Set());
    it.printer.loadPaper();
    await it.clock.pass(10_000);
    expect(it.slips.flatMap(({ codes }) => codes)).toEqual([]);
    expect(states(it).at(-1)).toBe('interrupted');
  });

  test('that is given up while it is in the printer is not printed once more', async () => {
    const it = printBench();
    it.printer.set({ paperRows: 150 });
    it.queue.take(job());
    await it.clock.pass(0);
    expect(states(it).at(-1)).toBe('sent');
    it.queue.keep(new Set());
    await it.clock.pass(2_000);
    expect(states(it).at(-1)).toBe('interrupted');
    it.printer.loadPaper();
    await it.clock.pass(10_000);
    expect(it.slips.flatMap(({ codes }) => codes)).toEqual([]);
  });
});

describe('a printer in trouble', () => {
  test.each([
    ['open', { isCoverOpen: true }, { isCoverOpen: false }, 'coverOpen'],
    ['with a stuck cutter', { isCutterStuck: true }, { isCutterStuck: false }, 'jam'],
    ['unplugged', { isUnplugged: true }, { isUnplugged: false }, 'away'],
  ] as const)('%s keeps its tickets', async (_, trouble, repair, state) => {
    const it = printBench();
    it.printer.set(trouble);
    it.queue.take(job());
    await it.clock.pass(10_000);
    expect(it.printerStates.at(-1)).toBe(state);
    expect(it.slips).toHaveLength(0);
    it.printer.set(repair);
    await it.clock.pass(10_000);
    expect(states(it).at(-1)).toBe('confirmed');
    expect(it.printerStates.at(-1)).toBe('ready');
  });

  test('that is near the end of its paper prints', async () => {
    const it = printBench();
    it.printer.set({ isNearEnd: true });
    it.queue.take(job());
    await it.clock.pass(0);
    expect(states(it).at(-1)).toBe('confirmed');
    expect(it.printerStates).toEqual(['nearEnd']);
  });

  test('that falls silent is away; the ticket is not taken for printed', async () => {
    const it = printBench();
    await it.clock.pass(0);
    it.printer.set({ isMute: true });
    it.queue.take(job());
    await it.clock.pass(5_000);
    expect(it.printerStates.at(-1)).toBe('away');
    expect(states(it)).toEqual(['queued']);
  });

  test('whose line breaks at any byte of a ticket ends with one whole, marked ticket', async () => {
    for (const bytes of [1, 2, 7, 900, 5_000, 17_000]) {
      const it = printBench();
      it.link.breaksAfter = bytes;
      it.queue.take(job());
      await it.clock.pass(30_000);
      expect(states(it).at(-1)).toBe('confirmed');
      expect(it.slips.flatMap(({ codes }) => codes)).toHaveLength(1);
    }
  });

  test('that never confirms is asked three times, then a person decides', async () => {
    const it = printBench({ dleEot: false, clearBuffer: false });
    it.printer.set({ isMute: true });
    it.queue.take(job());
    await it.clock.pass(59_000);
    const tries = states(it).filter((state) => state === 'sending' || state === 'reprinting');
    expect(tries).toHaveLength(3);
    expect(it.told.at(-1)).toMatchObject({ state: 'interrupted', waitsForStaff: true });
  });
});

test('an answer in turn that says that the paper is out confirms nothing', async () => {
  const it = printBench({ processId: false });
  it.printer.set({ isTalkative: true, paperRows: 200 });
  it.queue.take(job());
  await it.clock.pass(2_000);
  expect(states(it)).toEqual(['queued', 'sending', 'sent', 'interrupted']);
  it.printer.loadPaper();
  await it.clock.pass(20_000);
  expect(states(it).at(-1)).toBe('confirmed');
  expect(it.slips.map(({ codes }) => codes.length)).toEqual([0, 1]);
});

describe('an agent that was killed', () => {
  test('knows the ticket that was in the printer, and prints it again, marked', async () => {
    const it = printBench();
    await it.clock.pass(0);
    it.printer.set({ paperRows: 200 });
    it.queue.take(job());
    await it.clock.pass(500);
    expect(states(it).at(-1)).toBe('sent');
    it.restart();
    expect(it.journal.get('s:1/1')).toMatchObject({ state: 'interrupted', tries: 1 });
    it.queue.take(job());
    await it.clock.pass(2_000);
    it.printer.loadPaper();
    await it.clock.pass(2_000);
    expect(states(it)).toEqual(['interrupted', 'reprinting', 'sent', 'confirmed']);
    expect(it.slips.map(({ codes }) => codes.length)).toEqual([0, 1]);
  });

  test('does not print an old ticket when it comes back', async () => {
    const it = printBench();
    it.queue.take(job('s:1/1', START - 61_000));
    await it.clock.pass(20_000);
    expect(it.told.at(-1)).toMatchObject({ state: 'queued', waitsForStaff: true });
    expect(it.slips).toHaveLength(0);
  });

  test("is told the age of a ticket anew when the centre's clock is set", async () => {
    const it = printBench();
    it.queue.take(job('s:1/1', START - 61_000));
    await it.clock.pass(20_000);
    expect(it.slips).toHaveLength(0);
    it.queue.take(job('s:1/1', START));
    await it.clock.pass(0);
    expect(states(it).at(-1)).toBe('confirmed');
  });
});

test('an agent that stops lets the ticket in the printer end', async () => {
  const it = printBench();
  it.queue.take(job());
  it.queue.stop();
  await it.clock.pass(0);
  await it.running;
  expect(states(it).at(-1)).toBe('queued');
  const other = printBench({ processId: false, gsR: false });
  other.queue.take(job());
  await other.clock.pass(100);
  other.queue.stop();
  await other.clock.pass(3_000);
  await other.running;
  expect(states(other).at(-1)).toBe('assumed');
});

import { describe, expect, test } from 'vitest';
import { job, printBench, states } from '../../tests/fixtures/printing.js';
import { ASK_AGAIN_MS } from './session.js';

describe('a printer that need not tell anything', () => {
  const SILENT = {
    ...{ dleEot: false, processId: false, gsR: false, clearBuffer: false, asb: false },
  };

  test('without paper brings out nothing old with the next roll but the last ticket', async () => {
    const it = printBench(SILENT);
    await it.clock.pass(1_000);
    it.printer.set({ paperRows: 0 });
    for (let n = 1; n <= 5; n += 1) {
      it.queue.take(job(`s:${n}/1`, it.clock.now()));
      await it.clock.pass(20_000);
      expect(states(it, `s:${n}/1`).at(-1)).toBe('assumed');
    }
    it.printer.loadPaper();
    await it.clock.pass(20_000);
    expect(it.slips).toHaveLength(1);
  });

  test('is believed as soon as it answers: without paper nothing is sent to it', async () => {
    const it = printBench(SILENT);
    let paper = 0x12;
    it.link.write = async (bytes) => {
      if (bytes[0] !== 0x10 || bytes[1] !== 0x04) return it.printer.write(bytes);
      return it.heard()(Uint8Array.of(bytes[2] === 4 ? paper : 0x12));
    };
    await it.clock.pass(ASK_AGAIN_MS);
    expect(it.printerStates).toEqual(['ready']);
    paper = 0x7e;
    await it.clock.pass(2_000);
    expect(it.printerStates.at(-1)).toBe('paperEnd');
    it.queue.take(job('s:1/1', it.clock.now()));
    await it.clock.pass(20_000);
    expect(states(it)).toEqual(['queued']);
    paper = 0x12;
    await it.clock.pass(5_000);
    expect(states(it).at(-1)).toBe('assumed');
    expect(it.slips).toHaveLength(1);
  });
});

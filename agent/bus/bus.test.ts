import { describe, expect, test } from 'vitest';
import { call, counter, display, hallWith, labelled } from '../../tests/fixtures/bus.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { LinkLost, type DeviceLink } from '../wires/link.js';
import { Bus } from './bus.js';
import { BLINK_MS, Displays, shownAt, type DisplayUnit } from './displays.js';
import type { Exchange } from './exchange.js';
import { displayPlayer, UnknownFrame } from './players.js';
import { VirtualBus } from './virtual-bus.js';

const stx = display('stxetx-4');
const apertum = display('apertum-6');
const dm = display('dm56');

const c1: DisplayUnit = { address: 1, profile: stx, shows: { counter: 'c1' } };
const c2: DisplayUnit = { address: 2, profile: dm, shows: { counter: 'c2' } };
const main: DisplayUnit = { address: 48, profile: apertum, shows: { call: 1, part: 'both' } };

const bench = (units: readonly DisplayUnit[] = [c1, c2, main]) => {
  const clock = new FakeClock();
  const line = new VirtualBus(units.map(({ profile, address }) => displayPlayer(profile, address)));
  const answers: string[] = [];
  const states: string[] = [];
  const bus: Bus = new Bus({
    ...{ link: line, clock },
    onOpen: () => displays.start(),
    onState: (state) => states.push(state),
    onHeard: () => undefined,
  });
  const displays = new Displays({
    ...{ bus, units, clock },
    onAnswer: (address, outcome) => answers.push(`${address} ${outcome}`),
  });
  const running = bus.run();
  const looks = (): string[] =>
    line.looks().map(({ text, blinks }) => (blinks ? `*${text.trim()}*` : text.trim()));
  const frames = (): number => line.looks().reduce((sum, face) => sum + face.frames, 0);
  return { clock, line, bus, displays, running, answers, states, looks, frames };
};

describe('what a display shows', () => {
  const at = (unit: DisplayUnit, hall: Parameters<typeof shownAt>[1], now = 0) =>
    shownAt(unit, hall, now);

  test('a counter: who is called or served, or why nobody is', () => {
    const letter = { ar: 'ب', en: 'B' };
    const label = labelled(105, letter);
    const texts = (['closed', 'open', 'called', 'serving', 'paused'] as const).map((state) => {
      const shown = state === 'called' || state === 'serving' ? label : null;
      return at(c1, hallWith([counter('c1', state, shown)])).text;
    });
    expect(texts).toEqual(['', '', 'b105', 'b105', 'PA']);
    expect(at(c1, null).text).toBe('----');
    expect(at(c1, hallWith([])).text).toBe('');
  });

  test('a label without a shape is no other label', () => {
    const label = labelled(105, { ar: 'م', en: 'M' });
    expect(at(c1, hallWith([counter('c1', 'called', label)])).text).toBe('----');
  });

  test('a main board: the newest calls, with their counters', () => {
    const hall = hallWith(
      [counter('c1', 'called', labelled(7)), counter('c12', 'called', labelled(105))],
      [call('c12', 105, 1_000), call('c1', 7, 0)],
    );
    const row = (shows: DisplayUnit['shows']) => at({ ...main, shows }, hall, 60_000).text;
    expect(row({ call: 1, part: 'both' })).toBe('105 12');
    expect(row({ call: 2, part: 'both' })).toBe('7    1');
    expect(row({ call: 2, part: 'counter' })).toBe('1');
    expect(row({ call: 1, part: 'label' })).toBe('105');
    expect(row({ call: 3, part: 'both' })).toBe('');
  });
});

describe('the displays of a bus', () => {
  test('dashes until the server is heard, then the hall, and dashes when it is lost', async () => {
    const it = bench();
    await it.clock.pass(2_000);
    expect(it.looks()).toEqual(['----', '----', '------']);
    const now = it.clock.now();
    const called = counter('c1', 'called', labelled(105));
    it.displays.see(hallWith([called, counter('c2', 'paused')], [call('c1', 105, now - 60_000)]));
    await it.clock.pass(2_000);
    expect(it.looks()).toEqual(['105', 'PA', '105  1']);
    it.displays.see(null);
    await it.clock.pass(2_000);
    expect(it.looks()).toEqual(['----', '----', '------']);
  });

  test('a new call blinks for some seconds where the model can, a recall again', async () => {
    const it = bench();
    await it.clock.pass(2_000);
    const show = (at: number) => {
      const called = counter('c1', 'called', labelled(105));
      it.displays.see(hallWith([called, counter('c2', 'open')], [call('c1', 105, at)]));
    };
    show(it.clock.now());
    await it.clock.pass(1_000);
    expect(it.looks()).toEqual(['105', '', '*105  1*']);
    await it.clock.pass(BLINK_MS);
    expect(it.looks()).toEqual(['105', '', '105  1']);
    show(it.clock.now());
    await it.clock.pass(1_000);
    expect(it.looks()).toEqual(['105', '', '*105  1*']);
  });

  test('the newest value of an address wins: a slow line has no backlog', async () => {
    const it = bench([main]);
    await it.clock.pass(1_000);
    const before = it.frames();
    for (let number = 1; number <= 50; number += 1) {
      const counters = [counter('c1', 'called', labelled(number))];
      it.displays.see(hallWith(counters, [call('c1', number, it.clock.now() - 60_000)]));
    }
    await it.clock.pass(1_000);
    expect(it.looks()).toEqual(['50   1']);
    expect(it.frames() - before).toBeLessThanOrEqual(2);
  });

  test('everything is written again each refresh, and after the line was lost', async () => {
    const it = bench([c1]);
    it.displays.see(hallWith([counter('c1', 'serving', labelled(9))]));
    await it.clock.pass(1_000);
    const before = it.frames();
    await it.clock.pass(stx.refreshMs * 3);
    expect(it.frames() - before).toBe(3);
    it.line.unplug();
    it.displays.see(hallWith([counter('c1', 'serving', labelled(10))]));
    expect(it.looks()).toEqual(['9']);
    await it.clock.pass(1_000);
    expect(it.looks()).toEqual(['10']);
    expect(it.states).toEqual(['ready', 'away', 'ready']);
  });

  test('a display that does not answer is told, and keeps the others from nothing', async () => {
    const gone: DisplayUnit = { ...c2, address: 3 };
    const clock = new FakeClock();
    const line = new VirtualBus([displayPlayer(stx, 1), { address: 3, take: takesSilently }]);
    const answers: string[] = [];
    const bus: Bus = new Bus({
      ...{ link: line, clock, onHeard: () => undefined, onState: () => undefined },
      onOpen: () => displays.start(),
    });
    const displays = new Displays({
      ...{ bus, units: [gone, c1], clock },
      onAnswer: (address, outcome) => answers.push(`${address} ${outcome}`),
    });
    void bus.run();
    await clock.pass(2_000);
    expect(answers).toEqual(['3 silent', '1 done']);
    expect(line.looks()).toMatchObject([{ address: 1, text: '----' }]);
  });

  test('goes dark when the agent stops, and ends though the line takes nothing', async () => {
    const it = bench();
    it.displays.see(hallWith([counter('c1', 'serving', labelled(9))]));
    await it.clock.pass(2_000);
    it.displays.clear();
    it.bus.stop();
    await it.clock.pass(2_000);
    await it.running;
    expect(it.looks()).toEqual(['', '', '']);
  });

  test('a line that is lost as soon as it is open is not hunted', async () => {
    const clock = new FakeClock();
    const line = new VirtualBus([]);
    let opened = 0;
    const bus = new Bus({
      ...{ link: line, clock, onHeard: () => undefined, onState: () => undefined },
      onOpen: () => {
        opened += 1;
        line.unplug();
      },
    });
    const running = bus.run();
    await clock.pass(60_000);
    expect(opened).toBeGreaterThan(3);
    expect(opened).toBeLessThan(12);
    bus.stop();
    await clock.pass(10_000);
    await running;
  });

  test('a bug ends the bus: it is not taken for a lost line', async () => {
    const wrong: DisplayUnit = { ...c1, address: 9 };
    const clock = new FakeClock();
    const bus: Bus = new Bus({
      ...{ link: new VirtualBus([displayPlayer(stx, 1)]), clock },
      ...{ onHeard: () => undefined, onState: () => undefined },
      onOpen: () => displays.start(),
    });
    const onAnswer = (): void => undefined;
    const displays = new Displays({ bus, units: [wrong], clock, onAnswer });
    const running = expect(bus.run()).rejects.toThrow(UnknownFrame);
    await clock.pass(100);
    await running;
  });
});

/** A line on which everything goes well, but for what a test says otherwise. */
const lineWith = (own: Partial<DeviceLink>): DeviceLink => ({
  open: async () => undefined,
  write: async () => undefined,
  onData: () => undefined,
  onLost: () => undefined,
  close: async () => undefined,
  ...own,
});

/** A bus whose one order is put each time the line opens. */
const busOn = (link: DeviceLink, exchange: Exchange) => {
  const clock = new FakeClock();
  const outcomes: string[] = [];
  const unasked: number[] = [];
  const bus: Bus = new Bus({
    ...{ link, clock, onState: () => undefined },
    onHeard: (bytes) => void unasked.push(...bytes),
    onOpen: () => bus.put('it', { exchange, onEnd: (outcome) => void outcomes.push(outcome) }),
  });
  return { clock, bus, outcomes, unasked, running: bus.run() };
};
const FRAME: Exchange = { bytes: Uint8Array.of(1), reply: null, gapMs: 0 };

describe('a line that fails', () => {
  test('a write that failed takes no answer from the next connection', async () => {
    let tell: (bytes: Uint8Array) => void = () => undefined;
    let writes = 0;
    const link = lineWith({
      onData: (listener) => void (tell = listener),
      write: async (bytes) => {
        writes += 1;
        if (writes === 1) throw new LinkLost('pulled out');
        it.clock.after(1_800, () => tell(bytes));
      },
    });
    const reply = { withinMs: 2_000, retries: 0, judge: () => 'accepted' as const };
    const it = busOn(link, { ...FRAME, reply });
    await it.clock.pass(5_000);
    expect(it.outcomes).toEqual(['done']);
    expect(it.unasked).toEqual([]);
  });

  test('what comes while a silent device is waited for was a key, and is not lost', async () => {
    let tell: (bytes: Uint8Array) => void = () => undefined;
    const link = lineWith({
      onData: (listener) => void (tell = listener),
      write: async () => void it.clock.after(50, () => tell(Uint8Array.of(1, 33, 0x31, 7))),
    });
    const reply = { withinMs: 150, retries: 0, judge: () => 'more' as const };
    const it = busOn(link, { ...FRAME, reply });
    await it.clock.pass(1_000);
    expect(it.outcomes).toEqual(['silent']);
    expect(it.unasked).toEqual([1, 33, 0x31, 7]);
  });

  test('one that cannot be closed is a fault of the bus, which its owner hears', async () => {
    const link = lineWith({
      write: () => new Promise(() => undefined),
      close: () => Promise.reject(new Error('the port hangs')),
    });
    const it = busOn(link, FRAME);
    const ended = expect(it.running).rejects.toThrow('the port hangs');
    await it.clock.pass(100);
    it.bus.stop();
    await it.clock.pass(2_000);
    await ended;
  });

  test('a bus that has ended waits for nothing more', async () => {
    const it = busOn(lineWith({}), FRAME);
    await it.clock.pass(100);
    it.bus.stop();
    await it.running;
    it.bus.stop();
    expect(it.clock.pending).toBe(0);
  });
});

/** A device that hears its frames and says nothing. */
const takesSilently = (bytes: Uint8Array) =>
  bytes[0] === 3 ? ({ length: bytes.length } as const) : ('no' as const);

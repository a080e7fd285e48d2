import { describe, expect, test } from 'vitest';
import type { Answer } from '../../core/protocol/wire.js';
import { call, counter, hallWith, keypad, relay } from '../../tests/fixtures/bus.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { Bus } from './bus.js';
import { Keypads, type Press } from './keypads.js';
import { lampPlayer, relayPlayer, type Player } from './players.js';
import { CHECK_MS, OFF_AGAIN_MS, ON_MS_MAX, Relays, type RelayUnit } from './relays.js';
import { VirtualBus } from './virtual-bus.js';

const keys = keypad('apertum-keys');
const NEXT = [0x01, 0x21, 0x31, 0x07];
const RECALL = [0x01, 0x21, 0x32, 0x07];
const DONE: Answer = { done: true, seq: 7 };

const keyBench = () => {
  const clock = new FakeClock();
  const lamps: string[] = [];
  const presses: Press[] = [];
  const line = new VirtualBus([lampPlayer(keys, 0x21, (is) => lamps.push(is))]);
  const answers: (Answer | undefined)[] = [];
  const bus: Bus = new Bus({
    ...{ link: line, clock, onOpen: () => undefined, onState: () => undefined },
    onHeard: (bytes) => void keypads.hear(bytes),
  });
  let ids = 0;
  const keypads: Keypads = new Keypads({
    ...{ bus, clock, units: [{ address: 0x21, profile: keys, counter: 'c1' }] },
    newId: () => `id-${(ids += 1)}`,
    ask: async (press) => {
      presses.push(press);
      return answers.length > 0 ? answers.shift() : DONE;
    },
  });
  void bus.run();
  const say = async (bytes: readonly number[], ms = 1_000): Promise<void> => {
    line.say(Uint8Array.from(bytes));
    await clock.pass(ms);
  };
  return { clock, lamps, presses, answers, say, asked: () => presses.map(({ key }) => key) };
};

describe('a keypad', () => {
  test('a key is asked for its counter; the lamp lights when the server has taken it', async () => {
    const it = keyBench();
    await it.clock.pass(0);
    await it.say(NEXT);
    const press = { requestId: 'id-1', counterId: 'c1', key: 'next' };
    expect(it.presses).toMatchObject([press]);
    expect(it.lamps).toEqual(['accepted']);
    it.answers.push({ refused: 'queue.empty' });
    await it.say(NEXT);
    expect(it.asked()).toEqual(['next', 'next']);
    expect(it.lamps).toEqual(['accepted']);
  });

  test('a contact that bounces is one press, another key is another', async () => {
    const it = keyBench();
    await it.clock.pass(0);
    await it.say([...NEXT, ...NEXT], 100);
    await it.say(NEXT, 100);
    await it.say(RECALL, 1_000);
    expect(it.asked()).toEqual(['next', 'recall']);
  });

  test('a press that nobody answered is the same command when made again', async () => {
    const it = keyBench();
    await it.clock.pass(0);
    it.answers.push(undefined);
    await it.say(NEXT);
    expect(it.lamps).toEqual([]);
    await it.say(NEXT);
    expect(it.presses.map(({ requestId }) => requestId)).toEqual(['id-1', 'id-1']);
    expect(it.lamps).toEqual(['accepted']);
    await it.say(NEXT);
    expect(it.presses.at(-1)?.requestId).toBe('id-2');
  });

  test('noise, halves, unknown keys and other keypads are no press', async () => {
    const it = keyBench();
    await it.clock.pass(0);
    await it.say([0xff, 0x00, 0x01, 0x22, 0x31, 0x07, 0x01, 0x21, 0x39, 0x07]);
    expect(it.asked()).toEqual([]);
    await it.say([0x55, 0x01]);
    await it.say([0x21, 0x31]);
    await it.say([0x07]);
    expect(it.asked()).toEqual(['next']);
  });
});

const bellBench = (profileId: string, onMs = 800) => {
  const clock = new FakeClock();
  const set: (readonly [ms: number, is: unknown])[] = [];
  const profile = relay(profileId);
  const began = clock.now();
  const onSet = (_coil: number, is: unknown) => set.push([clock.now() - began, is]);
  const player = relayPlayer(profile, 5, onSet);
  let isMute = false;
  let isNoisy = false;
  const take: Player['take'] = (bytes) => {
    if (isNoisy) return { length: bytes.length };
    const taken = player.take(bytes);
    return isMute && typeof taken !== 'string' ? { length: taken.length } : taken;
  };
  const line = new VirtualBus([{ address: 5, take }]);
  const unit: RelayUnit = { address: 5, coil: 0, profile, counters: ['c1'], onMs };
  const bus: Bus = new Bus({
    ...{ link: line, clock, onHeard: () => undefined, onState: () => undefined },
    onOpen: () => relays.start(),
  });
  const answers: string[] = [];
  const onAnswer = (address: number, is: string) => answers.push(`${address} ${is}`);
  const relays = new Relays({ bus, units: [unit], clock, onAnswer });
  void bus.run();
  const ring = (counterId: string, at = clock.now()): void =>
    relays.see(hallWith([counter(counterId, 'called')], [call(counterId, 1, at)]));
  const states = () => set.map(([, is]) => is);
  const silence = (): void => void (isMute = true);
  const noise = (is: boolean): void => void (isNoisy = is);
  return { clock, line, relays, set, ring, states, answers, silence, noise };
};

describe('a bell', () => {
  test('is off at the start, and rings once for a new call at its counters', async () => {
    const it = bellBench('modbus-coils');
    await it.clock.pass(100);
    expect(it.states()).toEqual(['off']);
    it.ring('c2');
    it.ring('c1', it.clock.now() - 60_000);
    await it.clock.pass(2_000);
    expect(it.states()).toEqual(['off']);
    const at = it.clock.now();
    it.ring('c1', at);
    it.ring('c1', at);
    await it.clock.pass(2_000);
    expect(it.states()).toEqual(['off', 'on', 'off']);
    expect(it.set[2]![0] - it.set[1]![0]).toBe(800);
  });

  test('never rings longer than its most, and one that rings is not rung', async () => {
    const it = bellBench('modbus-coils', 60_000);
    await it.clock.pass(100);
    for (let calls = 0; calls < 10; calls += 1) {
      it.ring('c1', it.clock.now());
      await it.clock.pass(400);
    }
    await it.clock.pass(10_000);
    expect(it.states()).toEqual(['off', 'on', 'off']);
    expect(it.set[2]![0] - it.set[1]![0]).toBe(ON_MS_MAX);
  });

  test('is switched off until it is off, though a disturbed line loses the frames', async () => {
    const it = bellBench('modbus-coils');
    await it.clock.pass(100);
    it.ring('c1');
    await it.clock.pass(700);
    it.noise(true);
    await it.clock.pass(5_000);
    expect(it.states()).toEqual(['off', 'on']);
    it.noise(false);
    await it.clock.pass(OFF_AGAIN_MS + 1_000);
    expect(it.states()).toEqual(['off', 'on', 'off']);
  });

  test('is switched off again when the line that was lost meanwhile is back', async () => {
    const it = bellBench('modbus-coils');
    await it.clock.pass(100);
    it.ring('c1');
    await it.clock.pass(200);
    it.line.unplug();
    await it.clock.pass(5_000);
    expect(it.states()).toEqual(['off', 'on', 'off']);
  });

  test('a board with a timer of its own ends the pulse by itself, in its own units', async () => {
    const it = bellBench('waveshare-8', 750);
    await it.clock.pass(100);
    it.ring('c1');
    await it.clock.pass(2_000);
    expect(it.states()).toEqual(['off', { forMs: 800 }, 'off']);
  });

  test('a board that nobody rings is asked whether it is there', async () => {
    const it = bellBench('waveshare-8');
    await it.clock.pass(CHECK_MS - 1);
    it.answers.length = 0;
    await it.clock.pass(500);
    expect(it.answers).toEqual(['5 done']);
    it.silence();
    await it.clock.pass(CHECK_MS);
    await it.clock.pass(2_000);
    expect(it.answers).toEqual(['5 done', '5 silent']);
    expect(it.states()).toEqual(['off']);
  });
});

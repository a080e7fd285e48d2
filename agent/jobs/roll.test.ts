import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { PrinterState, Roll } from '../../core/protocol/views.js';
import { DAY_MS } from '../../core/time.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { NEAR_END_MM, RollMeter } from './roll.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-roll-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
const bench = ({ hasSensor = true, file = join(folder, `roll-${(count += 1)}.json`) } = {}) => {
  const clock = new FakeClock();
  const told: { state: PrinterState; roll: Roll }[] = [];
  const begin = () =>
    new RollMeter({
      ...{ file, lengthMm: 80_000, hasSensor, clock },
      onChange: (state, roll) => told.push({ state, roll }),
    });
  const last = () => told.at(-1)!;
  return { meter: begin(), begin, clock, told, last, file };
};

test('what was fed is counted, also over a restart', () => {
  const it = bench();
  it.meter.see('ready');
  it.meter.feed(60);
  it.meter.feed(60);
  const again = it.begin();
  again.see('ready');
  expect(it.last().roll).toEqual({ leftMm: 79_880, mmPerDay: null, by: 'count' });
});

test('the forecast goes by days of use, today not among them', async () => {
  const it = bench();
  it.meter.see('ready');
  it.meter.feed(6_000);
  await it.clock.pass(DAY_MS);
  expect(it.last().roll.mmPerDay).toBeNull();
  it.meter.feed(4_000);
  expect(it.last().roll.mmPerDay).toBe(6_000);
  await it.clock.pass(3 * DAY_MS);
  it.meter.feed(1);
  expect(it.last().roll).toMatchObject({ leftMm: 69_999, mmPerDay: 5_000 });
});

test('paper after its end is a new roll', () => {
  const it = bench();
  it.meter.see('ready');
  it.meter.feed(70_000);
  it.meter.see('paperEnd');
  it.meter.see('coverOpen');
  const again = it.begin();
  again.see('ready');
  expect(it.last()).toMatchObject({ state: 'ready', roll: { leftMm: 80_000 } });
});

test('staff tell of a new roll once, however often it is heard', () => {
  const it = bench();
  it.meter.see('ready');
  it.meter.feed(70_000);
  it.meter.loaded(it.clock.now());
  expect(it.last().roll.leftMm).toBe(80_000);
  it.meter.feed(1_000);
  const again = it.begin();
  again.see('ready');
  again.loaded(it.clock.now());
  expect(it.last().roll.leftMm).toBe(79_000);
});

test('near end is told once per roll, however the sensor flickers', async () => {
  const it = bench();
  for (const state of ['ready', 'nearEnd', 'ready', 'nearEnd', 'ready'] as const) {
    it.meter.see(state);
    await it.clock.pass(60_000);
  }
  expect(it.told.map(({ state }) => state)).toEqual(['ready', 'nearEnd']);
  it.meter.see('paperEnd');
  it.meter.see('ready');
  expect(it.told.slice(2).map(({ state }) => state)).toEqual(['paperEnd', 'ready']);
});

test('a roll changed before its end is new once the sensor has been quiet', async () => {
  const it = bench();
  it.meter.feed(75_000);
  it.meter.see('nearEnd');
  it.meter.see('coverOpen');
  it.meter.see('ready');
  await it.clock.pass(9_000);
  expect(it.last()).toMatchObject({ state: 'nearEnd', roll: { leftMm: 5_000 } });
  await it.clock.pass(1_000);
  expect(it.last()).toMatchObject({ state: 'ready', roll: { leftMm: 80_000 } });
});

test('a cover that is opened for another reason leaves the warning', async () => {
  const it = bench();
  it.meter.see('nearEnd');
  it.meter.see('coverOpen');
  it.meter.see('ready');
  await it.clock.pass(5_000);
  it.meter.see('nearEnd');
  it.meter.see('ready');
  await it.clock.pass(60_000);
  expect(it.last().state).toBe('nearEnd');
});

test('without a sensor the count warns', () => {
  const it = bench({ hasSensor: false });
  it.meter.see('ready');
  it.meter.feed(80_000 - NEAR_END_MM);
  expect(it.last().state).toBe('ready');
  it.meter.feed(1);
  expect(it.last().state).toBe('nearEnd');
  it.meter.feed(200_000);
  expect(it.last().roll.leftMm).toBe(0);
});

test('a printer that measures its paper is believed', () => {
  const it = bench();
  it.meter.see('ready');
  it.meter.told(51_000);
  it.meter.feed(60);
  expect(it.last().roll).toEqual({ leftMm: 50_940, mmPerDay: null, by: 'printer' });
});

test('a damaged file is put aside, and tickets are printed', () => {
  const file = join(folder, 'damaged.json');
  writeFileSync(file, '{"usedMm":');
  const it = bench({ file });
  it.meter.see('ready');
  expect(it.last().roll.leftMm).toBe(80_000);
  expect(readdirSync(folder)).toContain('damaged.json.damaged');
});

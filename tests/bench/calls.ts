import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from './child.js';
import { percentile, round } from './figures.js';
import { raised } from './limits.js';
import type { Calling } from './load.js';
import { atMost, type Aim, type Place, type Row, type Section } from './report.js';
import { Stand } from './stand.js';
import type { Door } from './wire.js';

const LISTENERS = [1, 50, 500, 2_000];
const CALLS = 100;
const QUICK_CALLS = 20;
const WARM_CALLS = 5;
const COUNTER = 'c1';

const SYSTEMS = ['hall', 'echo', 'raw'] as const;
type Times = Readonly<Record<(typeof SYSTEMS)[number], number[]>>;

interface Stage {
  readonly stand: Stand;
  readonly board: Door;
  readonly echoBoard: Door;
  readonly rawUrl: string;
}

const FLUSHES = 40;
const REST_MS = 100;

/** Times in ms of single flushes of a page, each after a rest as long as that between calls. */
const restedFlushes = async (folder: string): Promise<number[]> => {
  const file = openSync(join(folder, 'flush'), 'w');
  const page = Buffer.alloc(4096);
  const found: number[] = [];
  for (let n = 0; n < FLUSHES; n += 1) {
    await pause(REST_MS);
    const started = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    found.push(performance.now() - started);
  }
  closeSync(file);
  return found;
};

const openDesks = async (stand: Stand, echoUrl: string): Promise<void> => {
  const desk = await stand.door('desk', 'desk-1');
  const echoDesk: Door = { url: echoUrl, role: 'desk', deviceId: 'desk-1', cookie: '' };
  await stand.load.tell('connect', { name: 'desk', door: desk, count: 1 });
  await stand.load.tell('connect', { name: 'echo desk', door: echoDesk, count: 1 });
  const [service] = stand.opened.services;
  await stand.hall.tell('fill', { service, count: 1 });
  const commands = [
    { type: 'openCounter', counterId: COUNTER, profileId: 'all' },
    { type: 'callNext', counterId: COUNTER },
  ];
  await stand.load.tell('serve', { name: 'desk', commands });
};

const timesOf = async (stage: Stage, listeners: number, calls: number): Promise<Times> => {
  const { stand, board, echoBoard, rawUrl } = stage;
  const { load, hall } = stand;
  await load.tell('connect', { name: 'boards', door: board, count: listeners });
  await load.tell('connect', { name: 'echo boards', door: echoBoard, count: listeners });
  await load.tell('connectRaw', { url: rawUrl, count: listeners });
  const [service] = stand.opened.services;
  await hall.tell('fill', { service, count: calls + WARM_CALLS });
  const calling = (count: number): Calling => ({ counterId: COUNTER, calls: count });
  await load.tell('call', calling(WARM_CALLS));
  return load.tell<Times>('call', calling(calls));
};

/** The other servers send the very view that a board of the hall has got. */
const shareView = async ({ stand, board }: Stage, others: readonly Child[]): Promise<number> => {
  await stand.load.tell('connect', { name: 'boards', door: board, count: 1 });
  const shown = stand.load.tell<string>('nextView', 'boards');
  const [service] = stand.opened.services;
  await stand.hall.tell('fill', { service, count: 1 });
  const text = await shown;
  const [, view] = JSON.parse(text.slice(text.indexOf('['))) as [string, object];
  for (const other of others) await other.tell('show', view);
  return Buffer.byteLength(JSON.stringify(view));
};

const rowOf = (listeners: number, times: Times): Row => {
  const figures = SYSTEMS.flatMap((name) => [
    [`${name} p50 ms`, round(percentile(times[name], 0.5))] as const,
    [`${name} p99 ms`, round(percentile(times[name], 0.99))] as const,
  ]);
  const ratio = percentile(times.hall, 0.99) / percentile(times.echo, 0.99);
  return { listeners, ...Object.fromEntries(figures), 'p99 ÷ echo': round(ratio) };
};

const aimOf = (listeners: number, { hall, echo }: Times): Aim =>
  atMost(
    `call → board p99 ÷ bare Socket.IO, ${listeners} listeners`,
    percentile(hall, 0.99) / percentile(echo, 0.99),
    1.3,
  );

/** From a clerk's call to each board, beside Socket.IO and `ws` with nothing behind them. */
export const calls = async ({ folder, quick }: Place): Promise<Section> => {
  const count = quick ? QUICK_CALLS : CALLS;
  const load = await Child.start('load');
  const stand = await Stand.open(load, join(folder, 'calls'));
  const [echo, raw] = [await Child.start('bare'), await Child.start('bare')];
  const echoUrl = await echo.tell<string>('echo', { done: true, seq: 1 });
  const stage: Stage = {
    stand,
    board: await stand.door('board', 'hall-1'),
    echoBoard: { url: echoUrl, role: 'board', deviceId: 'hall-1', cookie: '' },
    rawUrl: await raw.tell<string>('raw'),
  };
  await openDesks(stand, echoUrl);
  const bytes = await shareView(stage, [echo, raw]);
  const found = new Map<number, Times>();
  for (const listeners of LISTENERS) found.set(listeners, await timesOf(stage, listeners, count));
  for (const child of [load, stand.hall, echo, raw]) await child.stop();
  const flushes = await restedFlushes(folder);
  const [p50, p99] = [0.5, 0.99].map((share) => round(percentile(flushes, share)));
  return {
    title: 'Call to board',
    notes: [
      raised,
      `${count} calls of each, in turn, at least 100 ms apart; every listener’s time counts`,
      `A view of ${bytes} bytes; all three send the same`,
      'hall: command, rules, log on disk, view. echo: Socket.IO alone. raw: ws alone',
      `One flush of this disk after ${REST_MS} ms of rest: ${p50} ms (p50), ${p99} ms (p99)`,
    ],
    rows: [...found].map(([listeners, times]) => rowOf(listeners, times)),
    aims: [...found].map(([listeners, times]) => aimOf(listeners, times)),
  };
};

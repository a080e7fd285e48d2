import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { io } from 'socket.io-client';
import type { ViewBase } from '../core/protocol/views.js';
import type { Answer, Ask } from '../core/protocol/wire.js';
import { Connection, type ConnectionOptions } from './connection.svelte.js';
import { UNANSWERED } from './outbox.js';

interface View extends ViewBase {
  readonly text?: string;
}
type Command = { readonly type: string };
type Reply = (late: Error | null, answer?: Answer) => void;
const done: Answer = { done: true, seq: 3 };

/** The socket as the screen sees it; the test is the server and the network. */
class Wire {
  connected = false;
  active = true;
  readonly sent: { readonly ask: Ask<Command>; readonly reply: Reply }[] = [];
  opened = 0;
  readonly #heard = new Map<string, (value: unknown) => void>();
  on(name: string, hear: (value: never) => void): void {
    this.#heard.set(name, hear as (value: unknown) => void);
  }
  timeout(): this {
    return this;
  }
  emit(_name: string, ask: Ask<Command>, reply: Reply): void {
    this.sent.push({ ask, reply });
  }
  connect(): void {
    this.opened += 1;
  }
  disconnect(): void {
    this.connected = false;
  }
  hear(name: string, value?: unknown): void {
    if (name === 'connect') this.connected = true;
    if (name === 'disconnect') this.connected = false;
    this.#heard.get(name)?.(value);
  }
}

const AT = 1_795_000_000_000;
const view = (version: number, changes: Partial<View> = {}): View => ({
  stream: 's',
  version,
  at: AT,
  configuration: 'h',
  training: false,
  ...changes,
});
const memory = (): NonNullable<ConnectionOptions<View, Command>['store']> => {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) };
};
const made: Connection<View, Command>[] = [];
const connect = (options: Partial<ConnectionOptions<View, Command>> = {}) => {
  const wire = new Wire();
  const connection = new Connection<View, Command>({
    role: 'kiosk',
    auth: { device: 'k1' },
    store: memory(),
    open: (() => wire) as unknown as typeof io,
    ...options,
  });
  made.push(connection);
  return { wire, connection };
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const connection of made.splice(0)) connection.close();
  vi.useRealTimers();
});

test('it is live from the first view after connecting until it is cut', () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  expect(connection.live).toBe(false);
  wire.hear('view', view(1));
  expect(connection.live).toBe(true);
  wire.hear('disconnect');
  expect([connection.live, connection.view?.version]).toEqual([false, 1]);
});

test('an older view of the same stream is ignored, another stream begins anew', () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  for (const next of [view(5), view(4)]) wire.hear('view', next);
  expect(connection.view?.version).toBe(5);
  wire.hear('view', view(1, { stream: 'other' }));
  expect(connection.view?.stream).toBe('other');
});

test('an ask made while cut is sent on connecting', async () => {
  const { wire, connection } = connect();
  const answer = connection.ask({ type: 'a' });
  expect(wire.sent).toHaveLength(0);
  wire.hear('connect');
  wire.sent[0]?.reply(null, done);
  expect(await answer).toEqual(done);
  expect(connection.pending).toBe(0);
});

test('an ask without an answer is sent again with the same id, after a time-out and a cut', () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  void connection.ask({ type: 'a' });
  wire.sent[0]?.reply(new Error('late'));
  wire.hear('disconnect');
  wire.hear('connect');
  expect(wire.sent.map(({ ask }) => ask)).toEqual(Array(3).fill(wire.sent[0]?.ask));
  expect(wire.sent[0]?.ask.requestId).toMatch(/^[0-9a-f]{32}$/);
});

test('only the first answer counts', async () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  const answer = connection.ask({ type: 'a' });
  wire.sent[0]?.reply(null, { refused: 'hall.full' });
  wire.sent[0]?.reply(null, done);
  expect(await answer).toEqual({ refused: 'hall.full' });
});

test('an ask outlives a reload, and its answer is told as late', () => {
  const store = memory();
  const first = connect({ store });
  void first.connection.ask({ type: 'a' });
  const late = vi.fn();
  const { wire } = connect({ store, onLate: late });
  wire.hear('connect');
  wire.sent[0]?.reply(null, done);
  expect(late).toHaveBeenCalledExactlyOnceWith(wire.sent[0]?.ask, done);
  expect(wire.sent[0]?.ask.command).toEqual({ type: 'a' });
  expect(connect({ store }).connection.pending).toBe(0);
});

test('an ask without an answer is asked on by its id until there is one', async () => {
  const late = vi.fn();
  const { wire, connection } = connect({ patienceMs: 60_000, onLate: late });
  const answer = connection.ask({ type: 'a' });
  await vi.advanceTimersByTimeAsync(62_000);
  expect(await answer).toEqual({ refused: UNANSWERED });
  expect(connection.pending).toBe(1);
  await vi.advanceTimersByTimeAsync(3_600_000);
  wire.hear('connect');
  wire.sent[0]?.reply(null, done);
  expect(late).toHaveBeenCalledExactlyOnceWith(wire.sent[0]?.ask, done);
  expect(connection.pending).toBe(0);
});

test('what nobody wants any more is only asked after', () => {
  let isWanted = true;
  const { wire, connection } = connect({ wants: () => isWanted });
  void connection.ask({ type: 'a' });
  wire.hear('connect');
  isWanted = false;
  wire.sent[0]?.reply(new Error('late'));
  wire.sent[1]?.reply(new Error('late'));
  isWanted = true;
  wire.sent[2]?.reply(new Error('late'));
  const asks = wire.sent.map(({ ask }) => ask);
  expect(asks.map(({ sentAt }) => sentAt === 0)).toEqual([false, true, true, false]);
  expect(new Set(asks.map(({ requestId }) => requestId)).size).toBe(1);
  expect(connection.pending).toBe(1);
});

test('the clock is the server’s', async () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  wire.hear('view', view(1));
  await vi.advanceTimersByTimeAsync(2000);
  expect(connection.now()).toBe(AT + 2000);
});

test('a view that was lost on the way opens the link anew', () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  wire.hear('view', view(1));
  wire.hear('beat', { at: AT, version: 2 });
  expect(wire.opened).toBe(0);
  wire.hear('beat', { at: AT, version: 2 });
  expect([wire.opened, connection.live]).toEqual([1, false]);
});

test('silence is a cut', async () => {
  const { wire, connection } = connect();
  wire.hear('connect');
  wire.hear('view', view(1));
  await vi.advanceTimersByTimeAsync(17_000);
  expect([wire.opened, connection.live]).toEqual([1, false]);
});

test('a refused connection says why and is tried again', async () => {
  const onLost = vi.fn();
  const { wire, connection } = connect({ onLost });
  wire.active = false;
  wire.hear('connect_error', new Error('notEnrolled'));
  expect([connection.refused, onLost.mock.calls.length]).toEqual(['notEnrolled', 1]);
  await vi.advanceTimersByTimeAsync(4000);
  expect(wire.opened).toBe(1);
  wire.hear('connect');
  expect(connection.refused).toBeNull();
});

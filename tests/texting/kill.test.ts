import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { SmsOrder } from '../../core/protocol/sms.js';
import { openDoors } from '../fixtures/doors.js';

const TEXTER = fileURLToPath(new URL('../../build/tests/texting/texter.js', import.meta.url));

/** Runs a server until it says `now`, and kills it as a power cut would; what it said. */
const killed = async (data: string, when: string): Promise<readonly string[]> => {
  const child = spawn(process.execPath, [TEXTER, data, when], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  let text = '';
  let faults = '';
  child.stderr.on('data', (chunk: Buffer) => (faults += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (/^now$/m.test(text)) child.kill('SIGKILL');
  });
  await once(child, 'close');
  if (child.signalCode !== 'SIGKILL') throw new Error(`the server ended by itself: ${faults}`);
  said.push(...text.split('\n').filter((line) => line !== ''));
  return said;
};

const started = async (when: string) => {
  const data = mkdtempSync(join(tmpdir(), 'dawr-texts-'));
  const said = await killed(data, when);
  const orders: SmsOrder[] = [];
  const doors = await openDoors({
    ...{ data, staff: false },
    gateway: {
      onceById: false,
      send: async (order) => {
        orders.push(order);
        return { is: 'taken', reference: null };
      },
    },
  });
  const ticketId = said.find((line) => line.startsWith('ticket '))?.slice(7) ?? '';
  await doors.centre.sms?.outbox.settled();
  return { said, orders, ticketId, doors, data };
};

const end = async ({ doors, data }: Awaited<ReturnType<typeof started>>): Promise<void> => {
  await doors.close();
  rmSync(data, { recursive: true, force: true });
};

test('[SMS-3] killed while the gateway was away: it goes out later, once', async () => {
  const it = await started('away');
  expect(it.orders.map(({ text }) => text.includes('اقترب'))).toEqual([true]);
  expect(it.doors.centre.sms?.newsOf(it.ticketId)?.state).toBe('sent');
  await end(it);
});

test.each(['before', 'after'])(
  '[SMS-3] killed %s the gateway had it: it is not sent twice',
  async (when) => {
    const it = await started(when);
    expect(it.orders).toEqual([]);
    expect(it.doors.centre.sms?.newsOf(it.ticketId)).toEqual({ state: 'failed', reason: 'unsure' });
    expect(it.said.filter((line) => line.startsWith('sent '))).toHaveLength(
      when === 'after' ? 1 : 0,
    );
    await end(it);
  },
);

test('[SMS-3] killed between a call and looking whom to tell: the visitor is told', async () => {
  const it = await started('call');
  await vi.waitUntil(() => it.orders.length > 0, { timeout: 10_000 });
  expect(it.orders.map(({ text }) => text.includes('حان دورك'))).toEqual([true]);
  await end(it);
});

import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { io } from 'socket.io-client';
import { afterAll, expect, test } from 'vitest';
import { agentView, AgentWire } from '../tests/fixtures/agent.js';
import { FakeClock, job, profile } from '../tests/fixtures/printing.js';
import { Agent } from './agent.js';
import { Journal } from './jobs/journal.js';
import { PICTURES_KEPT } from './printer/pictures.js';
import { startPrinter } from './printers.js';

const data = mkdtempSync(join(tmpdir(), 'dawr-growth-'));
afterAll(() => rmSync(data, { recursive: true }));

const WARM_UP = 60;
const TICKETS = 200;
/** Four states of a job, of some hundred bytes each. */
const JOURNAL_BYTES_MAX = 4 * 120;

/**
 * How many values can be reached, but for what a test brought. The journal holds its last jobs, and
 * has a test of its own.
 */
const held = (root: object): number => {
  const seen = new Set<object>();
  const open: object[] = [root];
  let count = 0;
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (seen.has(one) || one instanceof Journal || one instanceof AgentWire) continue;
    seen.add(one);
    if (ArrayBuffer.isView(one)) continue;
    const inside: unknown[] = Object.values(one);
    if (one instanceof Map) inside.push(...(one as Map<unknown, unknown>).entries());
    else if (one instanceof Set) inside.push(...(one as Set<unknown>));
    count += inside.length;
    for (const each of inside) if (typeof each === 'object' && each !== null) open.push(each);
  }
  return count;
};

test('an agent that has printed many tickets holds no more than after a few', async () => {
  const wire = new AgentWire();
  const machine = new FakeClock();
  const agent = new Agent({
    self: { server: 'http://hall', deviceId: 'a1', data },
    cookie: 'dawr-a1=token',
    start: (kioskId, clock, listeners) =>
      startPrinter(
        kioskId,
        { data, profile, link: { kind: 'virtual' }, rollM: 80, render: 'ascii', clock },
        listeners,
      ),
    say: (line) => expect.unreachable(line),
    exit: (code) => expect.unreachable(`ended with ${code}`),
    open: (() => wire) as unknown as typeof io,
    machine,
  });
  wire.hear('connect');
  const print = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n += 1) {
      const now = machine.now();
      wire.hear('view', agentView(now, [job(`s:${n}/0`, now)]));
      await machine.pass(1_000);
    }
    wire.hear('view', agentView(machine.now(), []));
    await machine.pass(10_000);
  };
  const size = () => ({
    values: held(agent),
    files: readdirSync(data, { recursive: true }).length,
    journalBytes: statSync(join(data, 'kiosk-1.journal')).size,
  });
  await print(0, WARM_UP);
  const before = size();
  await print(WARM_UP, WARM_UP + TICKETS);
  const after = size();
  const confirmed = wire.printing().filter((told) => JSON.stringify(told).includes('confirmed'));
  expect(confirmed).toHaveLength(WARM_UP + TICKETS);
  expect(after.values).toBe(before.values);
  expect(WARM_UP).toBeGreaterThan(PICTURES_KEPT);
  expect(after.files).toBe(before.files);
  const grownBytes = after.journalBytes - before.journalBytes;
  expect(grownBytes).toBeLessThanOrEqual(TICKETS * JOURNAL_BYTES_MAX);
  await Promise.all([agent.stop(), machine.pass(20_000)]);
});

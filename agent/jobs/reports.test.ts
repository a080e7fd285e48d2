import { expect, test } from 'vitest';
import type { RefusalCode } from '../../core/protocol/refusals.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { RETRY_MS_MAX, RETRY_MS_MIN } from '../teller.js';
import { Reports, type Report, type ReportPrint } from './reports.js';

const done: Answer = { done: true, seq: 7 };
const report = (jobId = 's:1/0'): Report => ({ jobId, state: 'confirmed' });

/** Reports to a server that gives these answers in turn, and then carries out everything. */
const bench = (...answers: (Answer | undefined)[]) => {
  const clock = new FakeClock();
  const asks: Ask<ReportPrint>[] = [];
  const refusals: [string, RefusalCode][] = [];
  const reports = new Reports({
    clock,
    ask: async (ask) => {
      asks.push(ask);
      return answers.length === 0 ? done : answers.shift();
    },
    onRefused: ({ jobId }, refused) => refusals.push([jobId, refused]),
  });
  const tickets = (): string[] => asks.map(({ command }) => command.paperId);
  return { reports, clock, asks, refusals, tickets };
};

test('a report that is carried out is sent once', async () => {
  const { reports, clock, asks, refusals } = bench();
  await reports.send({ jobId: 's:1/2', state: 'assumed' });
  await clock.pass(60_000);
  expect(asks.map(({ command }) => command)).toEqual([
    { type: 'reportPrint', paperId: 's:1', part: 2, state: 'assumed' },
  ]);
  expect(refusals).toEqual([]);
});

test.each(['storage.failed', 'rate.limited', 'request.stale'] as const)(
  'a report refused by %s is sent again by the same id, at the time it then is',
  async (refused) => {
    const { reports, clock, asks, refusals } = bench({ refused }, { refused });
    const sent = reports.send(report());
    await clock.pass(RETRY_MS_MIN - 1);
    expect(asks).toHaveLength(1);
    await clock.pass(1 + 2 * RETRY_MS_MIN);
    await sent;
    expect(asks).toHaveLength(3);
    expect(new Set(asks.map(({ requestId }) => requestId)).size).toBe(1);
    expect(asks[0]?.requestId).toMatch(/^[0-9a-f]{32}$/);
    expect(asks.map(({ sentAt }) => sentAt - asks[0]!.sentAt)).toEqual([0, 1_000, 3_000]);
    expect(refusals).toEqual([]);
  },
);

test('a report without an answer is sent again, ever more seldom, but never given up', async () => {
  const { reports, clock, asks } = bench(...Array<undefined>(50).fill(undefined));
  void reports.send(report());
  await clock.pass(14_000);
  expect(asks).toHaveLength(4);
  await clock.pass(10 * RETRY_MS_MAX);
  expect(asks).toHaveLength(14);
});

test.each(['ticket.unknown', 'day.notOpen', 'role.denied', 'bug'] as const)(
  'a report refused by %s is not sent again, and somebody hears of it',
  async (refused) => {
    const { reports, clock, asks, refusals } = bench({ refused });
    await reports.send(report());
    await clock.pass(60_000);
    expect(asks).toHaveLength(1);
    expect(refusals).toEqual([['s:1/0', refused]]);
  },
);

test('one that must wait lets the others go first; what is sent twice is asked once', async () => {
  const { reports, clock, tickets } = bench({ refused: 'request.stale' });
  const all = ['s:1/0', 's:2/0', 's:1/0', 's:3/0'].map((jobId) => reports.send(report(jobId)));
  await clock.pass(10_000);
  await Promise.all(all);
  expect(tickets()).toEqual(['s:1', 's:2', 's:3', 's:1']);
});

test('a bug comes to light', async () => {
  const reports = new Reports({
    clock: new FakeClock(),
    ask: () => Promise.reject(new Error('a bug')),
    onRefused: () => undefined,
  });
  await expect(reports.send(report())).rejects.toThrow('a bug');
});

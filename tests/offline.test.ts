import { afterEach, expect, test } from 'vitest';
import type { DoorStatus } from '../core/protocol/door.js';
import type { OfflineTicket } from '../agent/offline/offline.js';
import type { Command } from '../core/protocol/commands.js';
import type { Refusal } from '../core/protocol/refusals.js';
import type { ManagerView } from '../core/protocol/views.js';
import { HOUR_MS, MINUTE_MS } from '../core/time.js';
import { bodyOf } from '../server/hub/screens.js';
import { EARLY, Outage, until } from './e2e/outage.js';

let centre: Outage;
afterEach(() => centre.end());

const numberOf = (ticket: OfflineTicket | Refusal): number =>
  'refused' in ticket ? -1 : ticket.label.number;

/** A service of the demo centre whose category is that of the first series that the test reads. */
const SERVICE = 'site-validity';

/** What the kiosk's page asks the server for. */
const takeTicket = (): Command => ({
  ...{ type: 'takeTicket', services: [SERVICE], classId: '', language: 'ar' },
});

/** Begins at an hour at which the centre is open, with an agent that has its leases. */
const beginOpen = async (): Promise<void> => {
  centre = await Outage.begin();
  centre.at += HOUR_MS;
  await centre.startAgent();
  await centre.stocked();
  await until(() => centre.running!.centre.log.state.day, 'the day');
};

test('dead since before opening: tickets of hours enter once, in order, printed', async () => {
  centre = await Outage.begin();
  centre.machineOff = -7 * MINUTE_MS;
  await centre.startAgent();
  await centre.stocked();
  await centre.stopServer();
  const early = await centre.take(1, [SERVICE]);
  expect(early).toEqual({ refused: 'day.notOpen' });
  centre.at += HOUR_MS;
  const first = await centre.take(1, [SERVICE]);
  expect(first).toMatchObject({
    printing: true,
    link: expect.stringMatching(/\/t\/[A-Z2-7]{40}$/),
  });
  expect(await centre.take(1, [SERVICE])).toEqual(first);
  await centre.stopAgent();
  centre.machineOff = 20 * MINUTE_MS;
  centre.at += HOUR_MS;
  await centre.startAgent();
  expect(await centre.take(1, [SERVICE])).toEqual(first);
  const second = await centre.take(2, [SERVICE]);
  expect(numberOf(second)).toBe(numberOf(first) + 1);
  await centre.stopAgent();
  centre.machineOff = -7 * MINUTE_MS;
  centre.boots += 1;
  centre.at += HOUR_MS;
  await centre.startAgent();
  const third = await centre.take(3, [SERVICE]);
  expect(numberOf(third)).toBe(numberOf(second) + 1);
  const { papers } = await centre.door<DoorStatus>('/status?kiosk=k1');
  expect(Object.keys(papers)).toHaveLength(3);
  centre.at += HOUR_MS;
  await centre.startServer();
  await until(() => centre.logged('ticket.printed').length === 3, 'three papers told');
  const issued = centre.logged('ticket.issued');
  expect(issued.map(({ number }) => number)).toEqual([first, second, third].map(numberOf));
  const hours = issued.map(({ takenAt }) => Math.floor((takenAt - EARLY) / HOUR_MS));
  expect(hours).toEqual([1, 2, 3]);
  const { day } = centre.running!.centre.log.state;
  expect(day?.day).toBe('2026-11-22');
  expect([...day!.tickets.values()].map(({ leg, takenAt }) => leg.orderFrom - takenAt)).toEqual([
    0, 0, 0,
  ]);
  await centre.stopAgent();
  await centre.startAgent();
  await until(() => centre.agent?.isLive, 'the agent is back');
  expect(centre.logged('ticket.issued')).toHaveLength(3);
  expect(centre.said).toEqual([]);
});

test('a request carried out without an answer keeps its place, numbered as on paper', async () => {
  await beginOpen();
  const { log, clock } = centre.running!.centre;
  // It cannot hear of the ticket either.
  await centre.stopAgent();
  const requestId = 'a'.padStart(32, '0');
  const command = takeTicket();
  const ask = { requestId, sentAt: clock.now(), command, actor: 'k1', deviceId: 'k1' };
  await log.enqueue(ask);
  await centre.stopServer();
  await centre.startAgent();
  const paper = await centre.take(0xa, [SERVICE]);
  await centre.startServer();
  await until(() => centre.logged('ticket.relabelled').length > 0, 'the new label');
  const tickets = [...centre.running!.centre.log.state.day!.tickets.values()];
  expect(tickets.map(({ number }) => number)).toEqual([numberOf(paper)]);
  await until(() => centre.logged('ticket.printed').length > 0, 'the paper told');
  expect(centre.logged('ticket.issued')).toHaveLength(1);
});

test('[ENTER-5] a request whose paper came out without an answer has no second one', async () => {
  await beginOpen();
  const { log, clock } = centre.running!.centre;
  const requestId = 'e'.padStart(32, '0');
  const from = { sentAt: clock.now(), actor: 'k1', deviceId: 'k1' };
  const answer = await log.enqueue({ requestId, command: takeTicket(), ...from });
  if (!('receipt' in answer)) throw new Error('no ticket was issued');
  await until(() => centre.logged('ticket.printed').length === 1, 'the paper');
  const heard = await centre.take(0xe, [SERVICE]);
  const { label, link } = answer.receipt!;
  expect(heard).toMatchObject({ requestId, label, link, printing: true });
  const { papers } = await centre.door<DoorStatus>('/status?kiosk=k1');
  expect(papers).toEqual({ [requestId]: 'confirmed' });
  await centre.stopServer();
  expect(await centre.take(0xe, [SERVICE])).toEqual(heard);
  const next = await centre.take(0xf, [SERVICE]);
  expect(numberOf(next)).not.toBe(label.number);
  await centre.startServer();
  await until(() => centre.logged('ticket.printed').length === 2, 'the paper of the next');
  const issued = centre.logged('ticket.issued').map(({ number }) => number);
  expect(issued).toEqual([label.number, numberOf(next)]);
  expect(centre.logged('ticket.relabelled')).toEqual([]);
  expect(centre.papers()).toBe(2);
});

test('[ENTER-5] a request that server and agent carry out at once has one paper', async () => {
  await beginOpen();
  const { log, clock } = centre.running!.centre;
  const visitors = [1, 2, 3, 4];
  const shown = await Promise.all(
    visitors.map(async (n) => {
      const requestId = n.toString(16).padStart(32, '0');
      const from = { sentAt: clock.now(), actor: 'k1', deviceId: 'k1' };
      // The even ones reach the agent first, the odd ones the server.
      const asked = n % 2 === 0 ? centre.take(n, [SERVICE]) : undefined;
      await log.enqueue({ requestId, command: takeTicket(), ...from });
      return numberOf(await (asked ?? centre.take(n, [SERVICE])));
    }),
  );
  const day = () => centre.running!.centre.log.state.day!;
  await until(() => day().unprinted.size === 0 && day().tickets.size === 4, 'their papers');
  await until(() => !centre.agent!.away.offline.isOwing, 'the server knows all');
  const numbers = [...day().tickets.values()].map(({ number }) => number);
  expect(new Set(numbers)).toEqual(new Set(shown));
  expect(centre.papers()).toBe(4);
});

test('a server that only the page did not hear learns of the ticket, and prints on', async () => {
  await beginOpen();
  const paper = await centre.take(0xc, [SERVICE]);
  await until(() => centre.logged('ticket.issued').length === 1, 'the ticket');
  expect(centre.logged('ticket.issued').map(({ number }) => number)).toEqual([numberOf(paper)]);
  const { log, clock } = centre.running!.centre;
  const from = { sentAt: clock.now(), actor: 'k1', deviceId: 'k1' };
  await log.enqueue({ requestId: 'd'.padStart(32, '0'), command: takeTicket(), ...from });
  await until(() => centre.logged('ticket.printed').length === 2, 'both papers');
});

test('a request that arrives after all hears of the ticket that its visitor has', async () => {
  centre = await Outage.begin();
  centre.at += HOUR_MS;
  await centre.startAgent();
  await centre.stocked();
  await centre.stopServer();
  const paper = await centre.take(0xb, [SERVICE]);
  await centre.startServer();
  await until(() => centre.logged('ticket.issued').length === 1, 'the ticket');
  const { log, clock } = centre.running!.centre;
  const command = takeTicket();
  const answer = await log.enqueue({
    ...{ requestId: 'b'.padStart(32, '0'), sentAt: clock.now(), actor: 'k1', deviceId: 'k1' },
    command,
  });
  expect(answer).toMatchObject({ done: true, receipt: { label: { number: numberOf(paper) } } });
  expect(centre.logged('ticket.issued')).toHaveLength(1);
});

test('the door is for pages of its own server that show the token', async () => {
  centre = await Outage.begin();
  await centre.startAgent();
  const { port, token } = centre.agent!.away.place!;
  const origin = `http://127.0.0.1:${new URL(centre.running!.url).port}`;
  const status = async (headers: Record<string, string>, method = 'GET'): Promise<number> => {
    const response = await fetch(`http://127.0.0.1:${port}/status?kiosk=k1`, { method, headers });
    await response.text();
    return response.status;
  };
  await centre.stocked();
  expect(await status({ origin, 'x-dawr-door': token })).toBe(200);
  expect(await status({ origin, 'x-dawr-door': 'f'.repeat(64) })).toBe(401);
  expect(await status({ origin: 'https://elsewhere.example', 'x-dawr-door': token })).toBe(403);
  expect(await status({ 'x-dawr-door': token })).toBe(403);
  expect(await status({ origin }, 'OPTIONS')).toBe(204);
  expect(await centre.door('/ticket', { kioskId: 'k1' })).toEqual({ refused: 'payload.invalid' });
  expect(await centre.door('//')).toEqual({});
});

test('[ENTER-4] a ticket that comes after its day is shown to the manager', async () => {
  centre = await Outage.begin();
  await centre.startAgent();
  await centre.stocked();
  await centre.stopServer();
  centre.at += HOUR_MS;
  const ticket = await centre.take(1, [SERVICE]);
  const takenAt = 'refused' in ticket ? 0 : ticket.takenAt;
  centre.at += 20 * HOUR_MS;
  await centre.startServer();
  await until(() => centre.logged('ticket.tooLate').length === 1, 'the late ticket in the log');
  const subject = { role: 'manager', deviceId: 'manager' } as const;
  const seen = bodyOf(centre.running!.centre, subject, centre.now()) as ManagerView;
  expect(seen.offline.lost).toMatchObject([
    { label: { number: numberOf(ticket) }, takenAt, kioskId: 'k1', why: 'tooLate' },
  ]);
});

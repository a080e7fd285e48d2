import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DoorStatus } from '../../core/protocol/door.js';
import type { Command } from '../../core/protocol/commands.js';
import type { KioskView } from '../../core/protocol/views.js';
import type { Answer } from '../../core/protocol/wire.js';
import { HOUR_MS, MINUTE_MS } from '../../core/time.js';
import { kioskPapers } from '../../server/hub/papers.js';
import { Outage, until } from '../e2e/outage.js';
import { Jar, Screen } from '../play/client.js';

/** A service of the demo centre. */
const SERVICE = 'site-validity';
/** What a kiosk of the demo may give out in a minute. */
const PER_MINUTE = 30;

let centre: Outage;
beforeEach(async () => {
  centre = await Outage.begin();
  centre.at += HOUR_MS;
  await centre.startAgent();
  await centre.stocked();
  await until(() => centre.running!.centre.log.state.day, 'the day');
});
afterEach(() => centre.end());

let asks = 0xa000;
const asked = (command: Command, from = 'manager', requestId = ''): Promise<Answer> => {
  const { log, clock } = centre.running!.centre;
  const id = requestId === '' ? (asks += 1).toString(16).padStart(32, '0') : requestId;
  return log.enqueue({
    ...{ requestId: id, sentAt: clock.now(), command, actor: from, deviceId: from },
  });
};
const issued = () => centre.logged('ticket.issued');
const printed = () => centre.logged('ticket.printed');

/** The page of `k1`, as the server knows it. */
const pageOf = async (): Promise<Screen<KioskView>> => {
  const jar = new Jar();
  const headers = { 'set-cookie': `dawr-k1=${centre.kioskToken}; Path=/` };
  jar.keep(new Response(null, { headers }));
  const now = (): number => centre.now();
  const url = `http://127.0.0.1:${centre.port}`;
  const page = new Screen<KioskView>(url, 'kiosk', { deviceId: 'k1', jar, now });
  await page.ready();
  return page;
};

test('a page that has its ticket from the agent asks the server by its own request', async () => {
  await centre.stopServer();
  const requestId = '1'.padStart(32, '0');
  await centre.take(1, [SERVICE]);
  await centre.startServer();
  await until(() => printed().length === 1, 'its paper');
  const page = await pageOf();
  const tell = { type: 'printElsewhere', ticketId: requestId, kioskId: 'k2' };
  await until(() => page.view?.printing[requestId] === 'confirmed', 'the news of its paper');
  await expect(page.ask(tell)).resolves.toEqual({ refused: 'paper.notWaiting' });
  const strange = { ...tell, ticketId: 'f'.repeat(32) };
  await expect(page.ask(strange)).resolves.toEqual({ refused: 'ticket.unknown' });
  page.close();
});

test('paper of a ticket that the page has from its agent comes out at another kiosk', async () => {
  await centre.stopAgent();
  const requestId = '2'.padStart(32, '0');
  const visitor = { services: [SERVICE], classId: '', language: 'ar' as const };
  const answer = await asked({ type: 'takeTicket', ...visitor }, 'k1', requestId);
  const ticketId = 'ticketId' in answer ? answer.ticketId! : '';
  const page = await pageOf();
  await until(() => page.view?.printing[requestId] === 'queued', 'the news of its paper');
  const tell = { type: 'printElsewhere', ticketId: requestId, kioskId: 'k2' };
  await expect(page.ask(tell)).resolves.toMatchObject({ done: true });
  expect(centre.logged('paper.ordered')).toMatchObject([{ ticketId, kioskId: 'k2', copy: 1 }]);
  expect(kioskPapers(centre.running!.centre, 'k2').printing).toEqual({});
  page.close();
});

test('a ticket that was given out without paper has one when staff order it', async () => {
  await asked({ type: 'stopPaper', kioskId: null });
  const { stock } = centre.agent!.away.offline;
  await until(() => stock.at('k1', centre.now()).every(({ view }) => !view.print), 'no paper');
  await centre.stopServer();
  expect(await centre.take(3, [SERVICE])).toMatchObject({ printing: false });
  await centre.startServer();
  await until(() => issued().length === 1, 'the ticket');
  await asked({ type: 'resumePaper', kioskId: null });
  const { ticketId } = issued()[0]!;
  await asked({ type: 'reprint', ticketId, kioskId: 'k1', why: 'lost' });
  await until(() => printed().length === 1, 'the paper');
  expect([printed()[0]!.state, centre.papers()]).toEqual(['confirmed', 1]);
});

test('a kiosk that is much used keeps no other of the same agent from giving out', async () => {
  await centre.stopServer();
  for (let n = 0; n < PER_MINUTE; n += 1) {
    expect(await centre.take(n, [SERVICE])).toMatchObject({ printing: true });
  }
  expect(await centre.take(100, [SERVICE])).toEqual({ refused: 'rate.limited' });
  expect(await centre.take(101, [SERVICE], 'k2')).toMatchObject({ printing: true });
});

test('tickets of a clock that was an hour ahead neither stop nor date those after it', async () => {
  await centre.stopServer();
  await centre.stopAgent();
  centre.boots += 1;
  centre.machineOff = HOUR_MS;
  await centre.startAgent();
  const { now } = await centre.door<DoorStatus>('/status?kiosk=k1');
  expect(now - centre.now()).toBeGreaterThan(HOUR_MS - MINUTE_MS);
  for (let n = 0; n < PER_MINUTE; n += 1) await centre.take(n, [SERVICE]);
  await centre.startServer();
  await until(() => issued().length === PER_MINUTE, 'all in the log');
  await until(() => !centre.agent!.away.offline.isOwing, 'the agent knows it');
  await centre.stopServer();
  centre.at += 2 * MINUTE_MS;
  const next = await centre.take(200, [SERVICE]);
  expect('takenAt' in next && Math.abs(next.takenAt - centre.now())).toBeLessThan(MINUTE_MS);
});

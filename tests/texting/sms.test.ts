import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { DeskView, KioskView, PhoneView } from '../../core/protocol/views.js';
import { kioskOf, post, signedIn, ticketOf } from '../fixtures/callers.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { PlayedGateway } from '../fixtures/sms.js';
import { openPage, Screen } from '../play/client.js';

const PHONE = '+201012345678';
const OTHER = '+201112345678';
const gateway = new PlayedGateway(false, false);
const sent = gateway.orders;
let doors: Doors;
let kiosk: Screen<KioskView>;

beforeAll(async () => {
  doors = await openDoors({ gateway });
  kiosk = await kioskOf(doors);
});

afterAll(async () => {
  kiosk.close();
  await doors.close();
});

/** Views go out once a second. */
const until = (is: () => unknown): Promise<unknown> => vi.waitUntil(is, { timeout: 10_000 });

const keep = (body: object): Promise<Response> => post(`${doors.phoneUrl}/api/sms`, body);
const stateOf = (ticketId: string): string | undefined => doors.centre.sms?.newsOf(ticketId)?.state;

/** No file of the log holds the numbers as they are. */
const expectSealed = (): void => {
  for (const name of ['log.db', 'log.db-wal']) {
    const bytes = readFileSync(join(doors.data, name));
    for (const phone of [PHONE, OTHER]) expect(bytes.includes(phone.slice(3))).toBe(false);
  }
};

test('[SMS-1] a number is taken with consent alone, and stands in no file', async () => {
  const { ticketId, token } = await ticketOf(doors, kiosk);
  const phone = new Screen<PhoneView>(doors.phoneUrl!, 'phone', { ticket: token });
  await phone.ready();
  expect(phone.view?.sms).toEqual({ state: null });
  for (const body of [
    { token, phone: PHONE },
    { token, phone: PHONE, consent: false },
    { token, phone: '01012345678', consent: true },
    { token: 'A'.repeat(37), phone: PHONE, consent: true },
  ]) {
    expect((await keep(body)).status).toBe(400);
  }
  expect((await keep({ token, phone: PHONE, consent: true })).status).toBe(200);
  await until(() => sent.length === 1);
  expect(sent[0]?.to).toBe(PHONE);
  expect(sent[0]?.text).toContain('اقترب دورك');
  await until(() => stateOf(ticketId) === 'sent');
  expectSealed();
  await until(() => phone.view?.sms?.state === 'sent');
  expect((await post(`${doors.phoneUrl}/api/sms/forget`, { token })).status).toBe(200);
  expect(doors.centre.sms?.knows(ticketId)).toBe(false);
  await until(() => phone.view?.sms?.state === null);
  phone.close();
});

test('a kiosk takes a number with consent, for its own tickets alone', async () => {
  expect(kiosk.view?.sms).toBe(true);
  const { ticketId } = await ticketOf(doors, kiosk);
  const at = `${doors.url}/api/sms/kiosk`;
  const good = { deviceId: 'k1', ticketId, phone: OTHER, consent: true };
  const [own, another] = [
    await openPage(doors.url, 'kiosk', 'k1'),
    await openPage(doors.url, 'kiosk', 'k2'),
  ];
  const statuses = [
    await post(at, good),
    await post(at, good, another),
    await post(at, { ...good, deviceId: 'k2' }, another),
    await post(at, { ...good, consent: false }, own),
    await post(at, { ...good, phone: '01112345678' }, own),
    await post(at, { ...good, ticketId: 'stream:1' }, own),
  ].map(({ status }) => status);
  expect(statuses).toEqual([403, 403, 400, 400, 400, 400]);
  expect(doors.centre.sms?.knows(ticketId)).toBe(false);
  expect((await post(at, good, own)).status).toBe(200);
  await until(() => sent.some(({ to }) => to === OTHER));
  expectSealed();
  const forget = { deviceId: 'k1', ticketId };
  expect((await post(`${at}/forget`, forget)).status).toBe(403);
  expect((await post(`${at}/forget`, forget, own)).status).toBe(200);
  expect(doors.centre.sms?.knows(ticketId)).toBe(false);
});

test('a kiosk names a ticket that it has from its agent by its own request', async () => {
  const requestId = 'd'.repeat(32);
  const { log, clock } = doors.centre;
  const services = [doors.centre.configuration().services[0]!.id];
  const command = { type: 'takeTicket', services, classId: '', language: 'ar' } as const;
  const from = { sentAt: clock.now(), actor: 'k1', deviceId: 'k1' };
  const answer = await log.enqueue({ requestId, command, ...from });
  const ticketId = ('ticketId' in answer && answer.ticketId) || '';
  const own = await openPage(doors.url, 'kiosk', 'k1');
  const at = `${doors.url}/api/sms/kiosk`;
  const good = { deviceId: 'k1', ticketId: requestId, phone: OTHER, consent: true };
  expect((await post(at, { ...good, ticketId: 'e'.repeat(32) }, own)).status).toBe(400);
  expect((await post(at, good, own)).status).toBe(200);
  expect(doors.centre.sms?.knows(ticketId)).toBe(true);
  const forget = { deviceId: 'k1', ticketId: requestId };
  expect((await post(`${at}/forget`, forget, own)).status).toBe(200);
  expect(doors.centre.sms?.knows(ticketId)).toBe(false);
});

test('[SMS-4] the clerk and the manager see what became of it, metrics count it', async () => {
  const jar = await signedIn(doors, 'desk', 'amal');
  const desk = new Screen<DeskView>(doors.url, 'desk', { deviceId: 'desk-1', jar });
  await desk.ready();
  const { ticketId, token } = await ticketOf(doors, kiosk);
  await keep({ token, phone: PHONE, consent: true });
  const { counters } = doors.centre.configuration();
  const counterId = counters.find(({ profiles }) => profiles.includes('all'))?.id;
  await desk.ask({ type: 'openCounter', counterId, profileId: 'all' });
  await desk.ask({ type: 'callTicket', counterId, ticketId, reasonId: 'urgent' });
  await until(() => desk.view?.current?.sms?.state === 'sent');
  await until(() => sent.at(-1)?.text.includes('حان دورك'));
  const metrics = await (await fetch(`${doors.url}/metrics`)).text();
  expect(metrics).toMatch(/dawr_sms_messages{state="sent"} \d/);
  expect(metrics).toContain('dawr_sms_way{way="ready"} 1');
  expect(doors.centre.sms?.today()).toMatchObject({ failed: 0, way: 'ready', perDayMax: 10 });
  desk.close();
});

test('without a gateway nobody is asked for a number', async () => {
  const plain = await openDoors();
  const own = await kioskOf(plain);
  const { token } = await ticketOf(plain, own);
  const phone = new Screen<PhoneView>(plain.phoneUrl!, 'phone', { ticket: token });
  await phone.ready();
  expect(phone.view?.sms).toBeUndefined();
  expect(own.view?.sms).toBeUndefined();
  const body = { token, phone: PHONE, consent: true };
  expect((await post(`${plain.phoneUrl}/api/sms`, body)).status).toBe(404);
  expect((await post(`${plain.url}/api/sms/kiosk`, body)).status).toBe(404);
  for (const screen of [phone, own]) screen.close();
  await plain.close();
});

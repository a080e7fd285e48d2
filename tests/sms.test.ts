import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { KioskView, PhoneView } from '../core/protocol/views.js';
import { kioskOf, post, ticketOf } from './fixtures/callers.js';
import { openDoors, type Doors } from './fixtures/doors.js';
import { Screen } from './play/client.js';

const PHONE = '+201012345678';
const sent: string[] = [];
let doors: Doors;
let kiosk: Screen<KioskView>;

beforeAll(async () => {
  doors = await openDoors({
    gateway: async ({ to, text }) => {
      sent.push(`${to} ${text}`);
      return 'taken';
    },
  });
  kiosk = await kioskOf(doors);
});

afterAll(async () => {
  kiosk.close();
  await doors.close();
});

const keep = (body: object): Promise<Response> => post(`${doors.phoneUrl}/api/sms`, body);

test('a number is taken with consent alone, told the turn, and stands in no file', async () => {
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
  await vi.waitUntil(() => sent.length === 1);
  expect(sent[0]).toContain(`${PHONE} اقترب دورك`);
  const { sms } = doors.centre;
  await vi.waitUntil(() => sms?.stateOf(ticketId) === 'sent');
  for (const name of ['log.db', 'log.db-wal']) {
    expect(readFileSync(join(doors.data, name)).includes('1012345678')).toBe(false);
  }
  expect((await post(`${doors.phoneUrl}/api/sms/forget`, { token })).status).toBe(200);
  expect(sms?.stateOf(ticketId)).toBe(null);
  phone.close();
});

test('without a gateway nobody is asked for a number', async () => {
  const plain = await openDoors();
  const own = await kioskOf(plain);
  const { token } = await ticketOf(plain, own);
  const phone = new Screen<PhoneView>(plain.phoneUrl!, 'phone', { ticket: token });
  await phone.ready();
  expect(phone.view?.sms).toBeUndefined();
  const body = { token, phone: PHONE, consent: true };
  expect((await post(`${plain.phoneUrl}/api/sms`, body)).status).toBe(404);
  for (const screen of [phone, own]) screen.close();
  await plain.close();
});

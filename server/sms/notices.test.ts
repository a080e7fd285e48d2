import { describe, expect, test } from 'vitest';
import { MINUTE_MS } from '../../core/time.js';
import { Hall, smallHall } from '../../tests/fixtures/hall.js';
import { settled } from '../../tests/fixtures/printing.js';
import { PHONE, smsBench, taken } from '../../tests/fixtures/sms.js';
import { Contacts } from './contacts.js';
import { TEXT_MAX, textOf } from './texts.js';

test('a text fits one message in either language, whatever the ticket', () => {
  const hall = new Hall();
  const ticket = { ...hall.ticket(hall.take(['build'])), number: 9999 };
  for (const language of ['ar', 'en'] as const) {
    for (const news of [
      { kind: 'near', ahead: 2 },
      { kind: 'near', ahead: 0 },
      { kind: 'turn', counter: 99 },
    ] as const) {
      const text = textOf(smallHall(), { ...ticket, language }, news);
      expect(text.length).toBeLessThanOrEqual(TEXT_MAX);
      expect(text).toContain('9999');
    }
  }
});

describe('who is told', () => {
  test('[SMS-2] two before, then the call: each once, in the words of the ticket', async () => {
    const it = smsBench();
    it.hall.open('c1');
    const before = [1, 2, 3].map(() => it.hall.take(['build']));
    const mine = taken(it);
    expect(it.state(mine)).toEqual({ state: 'ready', reason: null });
    it.call();
    await it.look();
    await it.look();
    expect(it.sent()).toEqual([`${PHONE} اقترب دورك. تذكرة أ 4: أمامك 2`]);
    for (let calls = 0; calls < before.length; calls += 1) {
      it.hall.must({ type: 'finish', counterId: 'c1', result: 'completed', callNext: true });
    }
    await it.look();
    await it.look();
    expect(it.sent().slice(1)).toEqual([`${PHONE} حان دورك. تذكرة أ 4: توجه إلى شباك 1`]);
    expect(it.state(mine)).toEqual({ state: 'sent', reason: null });
    expect(it.notices.today()).toMatchObject({ sent: 2, delivered: 0, failed: 0, queued: 0 });
    expect(it.gateway.orders.map(({ validMinutes }) => validMinutes)).toEqual([30, 10]);
  });

  test('the number is sealed, in no table as it is, and gone with the visit', async () => {
    const it = smsBench();
    it.hall.open('c1');
    const mine = taken(it);
    await settled();
    expect(it.database.serialize().includes('1012345678')).toBe(false);
    expect(it.contacts.phone(mine)).toBe(PHONE);
    expect(new Contacts(it.database, Buffer.alloc(32, 8)).phone(mine)).toBeUndefined();
    it.call();
    it.finish();
    await it.look();
    expect(it.contacts.tickets()).toEqual([]);
    expect(it.notices.keep(mine, PHONE)).toBe(false);
    expect(it.contacts.tickets()).toEqual([]);
  });

  test('nothing goes to a number that was taken back, nor what is no longer so', async () => {
    const it = smsBench();
    it.gateway.outcomes.push({ is: 'away' });
    const mine = taken(it);
    await settled();
    it.notices.forget(mine);
    await it.pass(MINUTE_MS);
    expect(it.gateway.orders).toHaveLength(1);
    expect(it.state(mine)).toEqual({ state: 'failed', reason: 'away' });
    const other = taken(it);
    it.hall.open('c1');
    it.hall.must({ type: 'callTicket', counterId: 'c1', ticketId: other, reasonId: 'other' });
    await settled();
    expect(it.gateway.orders).toHaveLength(2);
    await it.look();
    expect(it.sent().at(-1)).toContain('حان دورك');
  });
});

describe('quotas', () => {
  test('[SMS-5] no ticket has more messages than it may', async () => {
    const it = smsBench({ limits: { perTicketMax: 1 } });
    it.hall.open('c1');
    taken(it);
    await settled();
    it.call();
    await it.look();
    expect(it.sent()).toHaveLength(1);
  });

  test('no number has more in a day, by whatever tickets, also after a start', async () => {
    const it = smsBench({ limits: { perNumberMax: 2 } });
    for (let tickets = 0; tickets < 3; tickets += 1) taken(it);
    taken(it, 'ask', '+201112345678');
    await it.look();
    expect(it.sent().filter((line) => line.startsWith(PHONE))).toHaveLength(2);
    expect(it.sent()).toHaveLength(3);
    const again = it.begin();
    again.keep(it.hall.take(['shop']), PHONE);
    await settled();
    expect(it.sent()).toHaveLength(3);
  });

  test('the centre has no more in a day', async () => {
    const it = smsBench({ limits: { perDayMax: 2 } });
    for (let tickets = 0; tickets < 3; tickets += 1) taken(it, 'ask', `+20101234567${tickets}`);
    await it.look();
    expect(it.sent()).toHaveLength(2);
    expect(it.notices.today().perDayMax).toBe(2);
  });
});

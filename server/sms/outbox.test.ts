import { describe, expect, test } from 'vitest';
import type { SmsOutcome } from '../../core/protocol/sms.js';
import { MINUTE_MS } from '../../core/time.js';
import { settled } from '../../tests/fixtures/printing.js';
import { PHONE, smsBench, TAKEN, taken } from '../../tests/fixtures/sms.js';
import { CALL_MS_MAX } from './notices.js';
import { ASK_MS } from './outbox.js';

describe('what becomes of a message', () => {
  test('a gateway that is away is tried again; a refusal and an unsure end are not', async () => {
    const it = smsBench();
    it.gateway.outcomes.push({ is: 'away' }, { is: 'away' });
    const mine = taken(it, 'ask');
    await settled();
    expect([it.state(mine)?.state, it.notices.today().way]).toEqual(['queued', 'away']);
    await it.pass(1_999);
    expect(it.gateway.orders).toHaveLength(1);
    await it.pass(1);
    await it.pass(10_000);
    expect([it.state(mine)?.state, it.notices.today().way]).toEqual(['sent', 'ready']);
    expect(new Set(it.gateway.orders.map(({ id }) => id)).size).toBe(1);
    it.gateway.outcomes.push({ is: 'refused', reason: 'number' }, { is: 'unsure' });
    const [wrong, late] = [taken(it, 'ask'), taken(it, 'ask')];
    await it.look();
    await it.pass(5 * MINUTE_MS);
    expect(it.state(wrong)).toEqual({ state: 'failed', reason: 'number' });
    expect(it.state(late)).toEqual({ state: 'failed', reason: 'unsure' });
    expect(it.gateway.orders).toHaveLength(5);
    expect(it.notices.today().unreached).toEqual([
      { ticketId: wrong, label: { letter: { ar: 'ب', en: 'B' }, number: 2 }, reason: 'number' },
      { ticketId: late, label: { letter: { ar: 'ب', en: 'B' }, number: 3 }, reason: 'unsure' },
    ]);
  });

  test('a call goes before what waits, and not at all when it is too late', async () => {
    const it = smsBench();
    it.hall.open('c1');
    it.gateway.outcomes.push({ is: 'away' });
    const [mine] = [taken(it), taken(it)];
    await settled();
    it.call();
    await it.look();
    await it.pass(2_000);
    expect(
      it
        .sent()
        .slice(1)
        .map((line) => line.includes('حان')),
    ).toEqual([true, false]);
    expect(it.messages.of(mine).map(({ state }) => state)).toEqual(['failed', 'sent']);
    it.finish();
    it.call();
    await it.pass(CALL_MS_MAX + 1);
    await it.look();
    expect(it.gateway.orders).toHaveLength(3);
  });

  test('[SMS-4] what was taken is not called delivered until the gateway says so', async () => {
    const it = smsBench({ asked: true });
    it.gateway.outcomes.push(
      { is: 'taken', reference: 'r1' },
      { is: 'taken', reference: 'r2' },
      { is: 'taken', reference: 'r3' },
    );
    const [one, two, three] = [taken(it, 'ask'), taken(it, 'ask'), taken(it, 'ask')];
    await it.look();
    await it.pass(ASK_MS);
    expect(it.state(one!)?.state).toBe('sent');
    it.gateway.deliveries.set('r1', 'delivered').set('r2', 'failed');
    await it.pass(ASK_MS);
    expect([one, two, three].map((id) => it.state(id!))).toEqual([
      { state: 'delivered', reason: null },
      { state: 'failed', reason: 'undelivered' },
      { state: 'sent', reason: null },
    ]);
    expect(it.notices.today()).toMatchObject({ sent: 2, delivered: 1, failed: 1 });
  });

  test('the messages of a day are forgotten with the next one', async () => {
    const it = smsBench();
    taken(it);
    await settled();
    it.messages.keepDay('another');
    expect(it.database.prepare('SELECT COUNT(*) FROM sms_message').pluck().get()).toBe(0);
  });
});

describe('after the death of the server', () => {
  test('what waited goes out once, if it is still so', async () => {
    const it = smsBench();
    it.hall.open('c1');
    it.gateway.outcomes.push({ is: 'away' });
    const mine = taken(it);
    await settled();
    await it.notices.stop();
    it.begin();
    await settled();
    expect(it.gateway.orders.map(({ id }) => id)).toEqual([
      it.messages.of(mine)[0]!.id,
      it.messages.of(mine)[0]!.id,
    ]);
    it.begin();
    await it.pass(10 * MINUTE_MS);
    expect(it.gateway.orders).toHaveLength(2);
  });

  test('a committed call that nobody saw goes out; an old or ended one does not', async () => {
    const it = smsBench();
    it.hall.open('c1');
    it.gateway.outcomes.push('hang');
    const mine = taken(it);
    await settled();
    it.call();
    it.begin();
    await settled();
    expect(it.sent().slice(1)).toEqual([`${PHONE} حان دورك. تذكرة أ 1: توجه إلى شباك 1`]);
    const other = taken(it);
    await settled();
    const before = it.gateway.orders.length;
    it.finish();
    it.call();
    await it.pass(CALL_MS_MAX + 1);
    it.begin();
    await settled();
    expect(it.gateway.orders).toHaveLength(before);
    it.finish();
    it.begin();
    await settled();
    expect(it.gateway.orders).toHaveLength(before);
    expect([mine, other].map((id) => it.contacts.has(id))).toEqual([false, false]);
  });

  test('what was being handed over goes again only where the same id is sent once', async () => {
    for (const onceById of [false, true]) {
      const it = smsBench({ onceById });
      it.gateway.outcomes.push('hang');
      const mine = taken(it);
      await settled();
      const again = it.begin();
      await settled();
      expect(it.gateway.orders).toHaveLength(onceById ? 2 : 1);
      expect(new Set(it.gateway.orders.map(({ id }) => id)).size).toBe(1);
      const expected = onceById
        ? { state: 'sent', reason: null }
        : { state: 'failed', reason: 'unsure' };
      expect(again.newsOf(mine)).toEqual(expected);
    }
  });

  test('a stop waits for what is on its way, and touches nothing after', async () => {
    const it = smsBench();
    let end: (outcome: SmsOutcome) => void = () => undefined;
    it.gateway.send = (order) => {
      it.gateway.orders.push(order);
      return new Promise((resolve) => (end = resolve));
    };
    taken(it);
    await settled();
    const stopped = it.notices.stop();
    await it.pass(5_000);
    await stopped;
    it.database.close();
    end(TAKEN);
    await settled();
    expect(it.gateway.orders).toHaveLength(1);
  });
});

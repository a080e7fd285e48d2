import { afterEach, expect, test, vi } from 'vitest';
import type { SmsState } from '../../core/protocol/sms.js';
import { ServerAway } from '../../web/api.js';
import { Texts } from './texts.svelte.js';

/** A visitor before a server that answers so. */
const visitor = (answer: () => Promise<object>) => {
  const sent: object[] = [];
  let news: { readonly state: SmsState | null } = { state: null };
  const texts = new Texts(
    't1',
    () => news,
    (path, body) => {
      sent.push({ path, ...body });
      return answer();
    },
  );
  texts.open = true;
  texts.number = '01012345678';
  texts.consent = true;
  return { texts, sent, see: (state: SmsState | null) => (news = { state }) };
};
const done = () => Promise.resolve({ done: true });
const refused = () => Promise.resolve({ refused: 'payload.invalid' });
const away = () => Promise.reject(new ServerAway('test'));

afterEach(() => void vi.unstubAllGlobals());

test('a number is given once, and not held by the page', async () => {
  const { texts, sent } = visitor(done);
  const saved = texts.save();
  void texts.save();
  await saved;
  const phone = '+201012345678';
  expect(sent).toEqual([{ path: '/api/sms', token: 't1', phone, consent: true }]);
  expect([texts.on, texts.open, texts.number, texts.problem]).toEqual([true, false, '', null]);
});

test('what is no mobile number is not sent', async () => {
  const { texts, sent } = visitor(done);
  texts.number = '15';
  await texts.save();
  expect([texts.problem, sent]).toEqual(['smsWrong', []]);
});

test.each([
  ['refused', refused],
  ['without an answer', away],
])('a number %s is not taken, and one that stays is told of', async (_, answer) => {
  const { texts, see } = visitor(answer);
  await texts.save();
  expect([texts.on, texts.open, texts.problem, texts.busy]).toEqual([
    ...[false, true, 'smsFailed', false],
  ]);
  see('ready');
  await texts.forget();
  expect([texts.on, texts.problem, texts.busy]).toEqual([true, 'smsKept', false]);
});

test('the newest view has the last word', async () => {
  const { texts, see } = visitor(done);
  await texts.save();
  for (const state of ['ready', null, 'failed'] as const) {
    see(state);
    expect(texts.on).toBe(state !== null);
  }
  await texts.forget();
  expect(texts.on).toBe(false);
  see('queued');
  expect(texts.on).toBe(true);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { SmsOrder, SmsWay } from '../../core/protocol/sms.js';
import { ModemLink, VirtualModem } from '../../tests/fixtures/modem.js';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { ModemBook } from './book.js';
import { LOOK_MS, Modem } from './modem.js';
import { modemSchema, readModem } from './profile.js';

const FOLDER = 'firmware-config/modems';
const folder = mkdtempSync(join(tmpdir(), 'dawr-modem-'));
afterAll(() => rmSync(folder, { recursive: true }));
let books = 0;

const PHONE = '+201012345678';
const order = (n: number, text = 'حان دورك'): SmsOrder => ({
  ...{ id: n.toString(16).padStart(32, '0'), to: PHONE, text, validMinutes: 10 },
});

interface Wishes {
  readonly profile?: string;
  /** The modem is as this makes it before the agent comes. */
  readonly before?: (modem: VirtualModem, link: ModemLink) => void;
  readonly file?: string;
}

const bench = async ({ profile = 'generic', before, file }: Wishes = {}) => {
  const clock = new FakeClock();
  const played = new VirtualModem();
  const link = new ModemLink(played);
  before?.(played, link);
  const name = file ?? join(folder, `book-${(books += 1)}`);
  const book = new ModemBook(name);
  const ways: SmsWay[] = [];
  const said: string[] = [];
  let arrivals = 0;
  const modem = new Modem({
    ...{ link, clock, book, profile: readModem(join(FOLDER, `${profile}.json`)) },
    onWay: (way) => ways.push(way),
    onArrival: () => (arrivals += 1),
    say: (line) => said.push(line),
  });
  const running = modem.run();
  await clock.pass(1_000);
  const end = async (): Promise<void> => {
    const stopped = modem.stop();
    await clock.pass(1_000);
    await Promise.all([stopped, running]);
    book.close();
    expect(played.complaints).toEqual([]);
  };
  /** A message, for which time passes until it has ended. */
  const send = async (one: SmsOrder, ms = 100) => {
    const sent = modem.send(one);
    await clock.pass(ms);
    return Promise.race([sent, Promise.resolve('still sending' as const)]);
  };
  return { clock, played, link, modem, book, name, ways, said, send, end, told: () => arrivals };
};

const TAKEN = { is: 'taken', reference: null };

describe('a modem that is well', () => {
  test('takes one message at a time, in the letters of its text, each id once', async () => {
    const it = await bench();
    expect(it.ways).toEqual(['ready']);
    const texts = [
      'حان دورك. تذكرة أ 4: توجه إلى شباك 1',
      'It is your turn. Ticket A 4: counter 1',
    ];
    const both = texts.map((text, n) => it.modem.send(order(n, text)));
    const again = it.modem.send(order(1, texts[1]));
    await it.clock.pass(100);
    expect(await Promise.all([...both, again])).toEqual([TAKEN, TAKEN, TAKEN]);
    expect(await it.send(order(0, texts[0]))).toEqual(TAKEN);
    expect(it.played.messages.map(({ text, coding }) => [text, coding])).toEqual([
      [texts[0], 'ucs2'],
      [texts[1], 'gsm7'],
    ]);
    expect(it.played.messages[0]).toMatchObject({ to: PHONE, validMinutes: 10, isReported: true });
    await it.end();
  });

  test('a long text goes in parts, and has arrived when all of them have', async () => {
    const it = await bench();
    const long = 'ابتثجحخد'.repeat(20);
    expect(await it.send(order(1, long))).toEqual(TAKEN);
    const { messages } = it.played;
    expect(messages.map(({ text }) => text).join('')).toBe(long);
    expect(messages.map(({ reference }) => reference)).toEqual([255, 0, 1]);
    for (const { reference } of messages.slice(1)) it.played.report(reference, 0);
    expect(it.book.untold()).toEqual([]);
    it.played.report(255, 0);
    expect(it.book.untold()).toEqual([{ id: order(1).id, state: 'delivered' }]);
    expect(it.told()).toBe(1);
    it.book.tell(order(1).id);
    expect(it.book.untold()).toEqual([]);
    await it.end();
  });

  test.each(['generic', 'stored-reports'])('%s: reports become what they say', async (profile) => {
    const it = await bench({ profile });
    for (const n of [1, 2, 3]) await it.send(order(n));
    const [one, two, three] = it.played.messages.map(({ reference }) => reference);
    it.played.report(one!, 0x00);
    it.played.report(two!, 0x46);
    it.played.report(three!, 0x20);
    await it.clock.pass(100);
    expect(it.book.untold()).toEqual([
      { id: order(1).id, state: 'delivered' },
      { id: order(2).id, state: 'failed' },
    ]);
    await it.end();
  });

  test('a report that comes with the answer itself is not lost', async () => {
    const it = await bench();
    const { played } = it;
    const take = played.take.bind(played);
    played.take = (bytes) => {
      const answer = take(bytes);
      if (!answer.includes('+CMGS')) return answer;
      let report = '';
      const say = played.say;
      played.say = (text) => (report = text);
      played.report(played.reference, 0);
      played.say = say;
      return answer + report;
    };
    expect(await it.send(order(1))).toEqual(TAKEN);
    expect(it.book.untold()).toEqual([{ id: order(1).id, state: 'delivered' }]);
    await it.end();
  });
});

describe('a modem in trouble', () => {
  test.each([
    [1, { is: 'refused', reason: 'number' }],
    [21, { is: 'refused', reason: 'refused' }],
    [38, { is: 'away' }],
    [331, { is: 'away' }],
    [332, { is: 'unsure' }],
    [500, { is: 'unsure' }],
  ] as const)('+CMS ERROR: %i is %o', async (cms, expected) => {
    const it = await bench();
    it.played.troubles.push({ cms });
    expect(await it.send(order(1))).toEqual(expected);
    const isTriedAgain = expected.is === 'away';
    expect(await it.send(order(1))).toEqual(isTriedAgain ? TAKEN : expected);
    expect(it.played.messages).toHaveLength(isTriedAgain ? 1 : 0);
    await it.end();
  });

  test('that never asks has not sent; one that never answers may have', async () => {
    const it = await bench();
    it.played.troubles.push({ at: 'prompt' });
    expect(await it.send(order(1), 11_000)).toEqual({ is: 'away' });
    await it.clock.pass(2_000);
    expect(await it.send(order(1))).toEqual(TAKEN);
    it.played.troubles.push({ at: 'sent' });
    expect(await it.send(order(2), 59_000)).toBe('still sending');
    await it.clock.pass(2_000);
    expect(await it.send(order(2))).toEqual({ is: 'unsure' });
    expect(it.played.messages).toHaveLength(2);
    await it.clock.pass(2_000);
    expect(it.link.opens).toBe(3);
    expect(await it.send(order(3))).toEqual(TAKEN);
    await it.end();
  });

  test('no card, a PIN, no network: nothing is sent until they are there', async () => {
    const it = await bench({ before: (modem) => (modem.sim = null) });
    expect(await it.send(order(1))).toEqual({ is: 'away' });
    it.played.sim = 'SIM PIN';
    await it.clock.pass(LOOK_MS);
    it.played.sim = 'READY';
    it.played.network = 2;
    await it.clock.pass(LOOK_MS);
    expect(await it.send(order(1))).toEqual({ is: 'away' });
    it.played.network = 5;
    await it.clock.pass(LOOK_MS);
    expect(await it.send(order(1))).toEqual(TAKEN);
    expect(it.ways).toEqual(['sim', 'network', 'ready']);
    expect(it.said.join('\n')).not.toContain(PHONE.slice(1));
    await it.end();
  });

  test('that is pulled out or not there is opened again, ever more seldom', async () => {
    const it = await bench({ before: (_modem, link) => (link.isThere = false) });
    await it.clock.pass(60_000);
    expect(it.link.opens).toBe(0);
    it.link.isThere = true;
    await it.clock.pass(11_000);
    expect(it.ways).toEqual(['ready']);
    it.link.pull();
    expect(await it.send(order(1), 1)).toEqual({ is: 'away' });
    expect(it.ways).toEqual(['ready', 'away']);
    it.link.isThere = true;
    await it.clock.pass(2_000);
    expect(await it.send(order(1))).toEqual(TAKEN);
    await it.end();
  });

  test('that falls silent is opened again', async () => {
    const it = await bench();
    it.played.troubles.push({ at: 'command', starts: 'AT+CREG' });
    await it.clock.pass(LOOK_MS + 5_000);
    expect(it.ways).toEqual(['ready', 'away']);
    await it.clock.pass(2_000);
    expect(it.ways).toEqual(['ready', 'away', 'ready']);
    await it.end();
  });
});

describe('the book of messages', () => {
  test('an agent that died while a message went out does not send it again', async () => {
    const first = await bench();
    first.played.troubles.push({ at: 'sent' });
    const lost = first.modem.send(order(1));
    await first.clock.pass(100);
    first.book.close();
    const second = await bench({ file: first.name });
    expect(await second.send(order(1))).toEqual({ is: 'unsure' });
    expect(await second.send(order(2))).toEqual(TAKEN);
    second.played.report(255, 0);
    await second.end();
    const third = await bench({ file: first.name });
    expect(await third.send(order(2))).toEqual(TAKEN);
    expect(third.played.messages).toEqual([]);
    expect(third.book.untold()).toEqual([{ id: order(2).id, state: 'delivered' }]);
    await third.end();
    void lost.catch(() => undefined);
  });

  test('holds neither number nor text, and does not grow for ever', async () => {
    const it = await bench();
    await it.send(order(1, 'text of the message'));
    const bytes = readFileSync(it.name, 'utf8');
    expect(bytes).not.toContain('1012345678');
    expect(bytes).not.toContain('text of');
    const book = new ModemBook(join(folder, 'long'), 20);
    for (let n = 0; n < 100; n += 1) {
      book.begin(order(n).id, n);
      book.end(order(n).id, { is: 'taken', reference: null }, [n % 256]);
    }
    book.close();
    const again = new ModemBook(join(folder, 'long'), 20);
    expect(again.outcomeOf(order(10).id)).toBeUndefined();
    expect(again.outcomeOf(order(99).id)).toEqual(TAKEN);
    expect(readFileSync(join(folder, 'long'), 'utf8').split('\n').length).toBeLessThan(90);
    again.close();
    await it.end();
  });
});

describe('profiles of modems', () => {
  test.each(readdirSync(FOLDER))('%s can be read, and is named after its id', (name) => {
    expect(readModem(join(FOLDER, name)).id).toBe(basename(name, '.json'));
  });

  test('the JSON Schema for editors says what the agent checks', async () => {
    const schema = z.toJSONSchema(modemSchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../../firmware-config/schema/modem.schema.json');
  });
});

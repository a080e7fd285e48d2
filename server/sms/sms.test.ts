import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { format } from 'prettier';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Hall, smallHall } from '../../tests/fixtures/hall.js';
import { Contacts, createContactTable } from './contacts.js';
import { gatewaySchema, missingSecrets, readGateway, sender, type Message } from './gateway.js';
import { Notices, type SmsLimits } from './notices.js';
import { TEXT_MAX, textOf } from './texts.js';

const PHONE = '+201012345678';

describe('a gateway', () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** A gateway that answers so, and what it was asked. */
  const gateway = async (status: number, answer: string) => {
    const asked: { url: string; authorization: string | undefined; body: string }[] = [];
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const { url = '', headers } = request;
        const body = Buffer.concat(parts).toString('utf8');
        asked.push({ url, authorization: headers.authorization, body });
        response.writeHead(status).end(answer);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const of = (name: string) => {
      const profile = readGateway(name);
      const url = profile.url.replace('https://sms.example.org', base);
      const env = { DAWR_SMS_TOKEN: 'secret', DAWR_SMS_USER: 'u&1', DAWR_SMS_KEY: 'k' };
      return sender({ ...profile, url }, { fetch, env });
    };
    return { asked, of };
  };
  const message: Message = { to: PHONE, text: 'دورك "الآن" & ٣' };

  test('is told number and text as its profile says, with secrets of the environment', async () => {
    const { asked, of } = await gateway(200, 'OK 17');
    expect(await of('json-bearer')(message)).toBe('taken');
    expect(asked[0]?.authorization).toBe('Bearer secret');
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ to: PHONE, text: message.text });
    expect(await of('form-get')(message)).toBe('taken');
    const query = new URL(`http://x${asked[1]?.url}`).searchParams;
    expect(Object.fromEntries(query)).toEqual({ ...message, user: 'u&1', key: 'k' });
  });

  test.each([
    [200, 'ERROR 4', 'refused'],
    [401, 'OK', 'refused'],
    [429, '', 'away'],
    [503, '', 'away'],
  ] as const)('an answer %i %s is %s', async (status, answer, expected) => {
    const { of } = await gateway(status, answer);
    expect(await of('form-get')(message)).toBe(expected);
  });

  test('one that is not there is away', async () => {
    const { of } = await gateway(200, 'OK');
    const send = of('form-get');
    server?.close();
    server?.closeAllConnections();
    expect(await send(message)).toBe('away');
  });

  test('secrets that are missing are named', () => {
    expect(missingSecrets(readGateway('form-get'), { DAWR_SMS_KEY: 'k' })).toEqual([
      'DAWR_SMS_USER',
    ]);
  });

  test.each(readdirSync('firmware-config/sms'))('%s is named after its id', (name) => {
    expect(readGateway(basename(name, '.json')).id).toBe(basename(name, '.json'));
  });

  test('the JSON Schema for editors says what the server checks', async () => {
    const schema = z.toJSONSchema(gatewaySchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../../firmware-config/schema/sms.schema.json');
  });
});

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

const bench = (limits: Partial<SmsLimits> = {}) => {
  const hall = new Hall();
  const database = new Database(':memory:');
  createContactTable(database);
  const contacts = new Contacts(database, Buffer.alloc(32, 7));
  const sent: string[] = [];
  const outcomes: ('taken' | 'refused' | 'away')[] = [];
  const notices = new Notices({
    contacts,
    send: async ({ to, text }) => {
      sent.push(`${to} ${text}`);
      return outcomes.shift() ?? 'taken';
    },
    timers: { after: (_ms, run) => (queueMicrotask(run), () => undefined) },
    limits: { perTicketMax: 3, perDayMax: 100, ...limits },
    day: () => hall.state.day,
    configuration: () => smallHall(),
    onFault: (fault) => {
      throw fault;
    },
  });
  const look = async (): Promise<void> => {
    notices.look();
    await notices.settled();
  };
  return { hall, database, contacts, sent, outcomes, notices, look };
};

describe('text messages', () => {
  test('a visitor is told once when two are ahead, and for each call', async () => {
    const { hall, notices, sent, look } = bench();
    hall.open('c1');
    const before = Array.from({ length: 3 }, () => hall.take(['build']));
    const mine = hall.take(['build']);
    expect(notices.keep(mine, PHONE, hall.at)).toBe(true);
    await look();
    expect(sent).toEqual([]);
    hall.must({ type: 'callNext', counterId: 'c1' });
    await look();
    await look();
    expect(sent).toEqual([`${PHONE} اقترب دورك. تذكرة أ 4: أمامك 2`]);
    for (let calls = 0; calls < before.length; calls += 1) {
      hall.must({ type: 'finish', counterId: 'c1', result: 'completed', callNext: true });
    }
    await look();
    await look();
    expect(sent.slice(1)).toEqual([`${PHONE} حان دورك. تذكرة أ 4: توجه إلى شباك 1`]);
    expect([notices.stateOf(mine), notices.today().sent]).toEqual(['sent', 2]);
  });

  test('the number is sealed, in no table as it is, and gone with the visit', async () => {
    const { hall, notices, database, contacts, look } = bench();
    hall.open('c1');
    const mine = hall.take(['build']);
    notices.keep(mine, PHONE, hall.at);
    await notices.settled();
    expect(database.serialize().includes('1012345678')).toBe(false);
    expect(contacts.phone(mine)).toBe(PHONE);
    expect(new Contacts(database, Buffer.alloc(32, 8)).phone(mine)).toBeUndefined();
    hall.must({ type: 'callNext', counterId: 'c1' });
    hall.must({ type: 'finish', counterId: 'c1', result: 'completed', callNext: false });
    await look();
    expect(contacts.all()).toEqual([]);
    expect(notices.keep(mine, PHONE, hall.at)).toBe(false);
    expect(contacts.all()).toEqual([]);
  });

  test('no ticket and no day has more messages than it may', async () => {
    const one = bench({ perTicketMax: 1 });
    one.hall.open('c1');
    const mine = one.hall.take(['build']);
    one.notices.keep(mine, PHONE, one.hall.at);
    await one.notices.settled();
    one.hall.must({ type: 'callNext', counterId: 'c1' });
    await one.look();
    expect(one.sent).toHaveLength(1);
    const day = bench({ perDayMax: 2 });
    for (let tickets = 0; tickets < 3; tickets += 1) {
      day.notices.keep(day.hall.take(['build']), PHONE, day.hall.at);
    }
    await day.look();
    expect(day.sent).toHaveLength(2);
  });

  test('a gateway that is away is tried again; one that refuses is not', async () => {
    const { hall, notices, outcomes, sent } = bench();
    const tell = async (...answers: typeof outcomes): Promise<string | null> => {
      outcomes.push(...answers);
      const mine = hall.take(['ask']);
      notices.keep(mine, PHONE, hall.at);
      await notices.settled();
      return notices.stateOf(mine);
    };
    expect(await tell('away', 'away', 'taken')).toBe('sent');
    expect(sent).toHaveLength(3);
    expect(await tell('refused')).toBe('failed');
    expect(sent).toHaveLength(4);
    expect(await tell('away', 'away', 'away')).toBe('failed');
    expect(notices.today()).toEqual({ sent: 1, failed: 2, perDayMax: 100 });
  });

  test('nothing is sent to a number that was taken back, nor what is no longer so', async () => {
    const { hall, notices, sent, outcomes } = bench();
    const mine = hall.take(['build']);
    outcomes.push('away');
    notices.keep(mine, PHONE, hall.at);
    notices.forget(mine);
    await notices.settled();
    expect(sent).toEqual([]);
    const other = hall.take(['build']);
    notices.keep(other, PHONE, hall.at);
    hall.open('c1');
    hall.must({ type: 'callTicket', counterId: 'c1', ticketId: other, reasonId: 'other' });
    await notices.settled();
    expect(sent).toEqual([]);
  });
});

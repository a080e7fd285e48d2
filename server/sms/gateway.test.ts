import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { format } from 'prettier';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { SmsOrder } from '../../core/protocol/sms.js';
import { httpGateway, type Gateway } from './gateway.js';
import {
  gatewaySchema,
  missingSecrets,
  readGateway,
  readyGateway,
  type GatewayProfile,
} from './profile.js';

const PHONE = '+201012345678';
const ID = '0123456789abcdef0123456789abcdef';
const order: SmsOrder = { id: ID, to: PHONE, text: 'دورك "الآن" & ٣', validMinutes: 10 };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

interface Asked {
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A gateway that answers so, or (`null`) not at all, and what it was asked. */
const bench = async (status: number, answer: string | null) => {
  const asked: Asked[] = [];
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { url = '', headers } = request;
      const body = Buffer.concat(parts).toString('utf8');
      asked.push({ url, authorization: headers.authorization, body });
      if (answer === null) response.destroy();
      else response.writeHead(status).end(answer);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const here = (text: string): string => text.replace('https://sms.example.org', base);
  const of = (name: string, changes: Partial<GatewayProfile> = {}): Gateway => {
    const profile = { ...readGateway(name), ...changes };
    const { delivery } = profile;
    const local = {
      ...profile,
      url: here(profile.url),
      delivery: delivery && { ...delivery, url: here(delivery.url) },
    };
    const env = { DAWR_SMS_TOKEN: 'secret', DAWR_SMS_USER: 'u&1', DAWR_SMS_KEY: 'k' };
    return httpGateway(local, { fetch, env });
  };
  return { asked, of };
};

test('a gateway is told number and text as its profile says, with secrets', async () => {
  const { asked, of } = await bench(200, '{"id":"m-17","state":"accepted"} OK');
  expect(await of('json-bearer').send(order)).toEqual({ is: 'taken', reference: 'm-17' });
  expect(asked[0]?.authorization).toBe('Bearer secret');
  expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
    ...{ id: ID, to: PHONE, text: order.text, minutes: '10' },
  });
  expect(await of('form-get').send(order)).toEqual({ is: 'taken', reference: null });
  const query = new URL(`http://x${asked[1]?.url}`).searchParams;
  expect(Object.fromEntries(query)).toEqual({ to: PHONE, text: order.text, user: 'u&1', key: 'k' });
});

test.each([
  [200, 'ERROR 4', { is: 'refused', reason: 'refused' }],
  [401, 'OK', { is: 'refused', reason: 'refused' }],
  [429, '', { is: 'away' }],
  [503, '', { is: 'away' }],
  // What broke off inside the gateway may have been taken before.
  [500, '', { is: 'unsure' }],
  [504, '', { is: 'unsure' }],
  [200, null, { is: 'unsure' }],
] as const)('an answer %i %s is %o', async (status, answer, expected) => {
  const { of } = await bench(status, answer);
  expect(await of('form-get').send(order)).toEqual(expected);
});

test('not reached is away; not answered is unsure', async () => {
  const { of } = await bench(200, 'OK');
  const gateway = of('form-get');
  server?.closeAllConnections();
  server?.close();
  await once(server!, 'close');
  expect(await gateway.send(order)).toEqual({ is: 'away' });
  server = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const silent = { ...readGateway('form-get'), url, withinMs: 20 };
  expect(await httpGateway(silent, { fetch, env: {} }).send(order)).toEqual({ is: 'unsure' });
});

test.each([
  ['{"state":"delivered"}', 200, 'delivered'],
  ['{"state":"expired"}', 200, 'failed'],
  ['{"state":"on its way"}', 200, 'open'],
  ['{"state":"delivered"}', 404, 'open'],
] as const)(
  'a gateway that is asked for a message says %s (%i): %s',
  async (answer, status, is) => {
    const { asked, of } = await bench(status, answer);
    expect(await of('json-bearer').delivery?.('m-17')).toBe(is);
    expect(asked[0]).toMatchObject({ url: '/v1/messages/m-17', authorization: 'Bearer secret' });
    expect(of('form-get').delivery).toBeUndefined();
  },
);

test('secrets that are missing are named once', () => {
  expect(missingSecrets(readGateway('form-get'), { DAWR_SMS_KEY: 'k' })).toEqual(['DAWR_SMS_USER']);
  expect(missingSecrets(readGateway('json-bearer'), {})).toEqual(['DAWR_SMS_TOKEN']);
});

test.each(readdirSync('firmware-config/sms'))('%s is named after its id', (name) => {
  expect(readGateway(basename(name, '.json')).id).toBe(basename(name, '.json'));
});

test('the JSON Schema for editors says what the server checks', async () => {
  const schema = z.toJSONSchema(gatewaySchema, { io: 'input' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
  await expect(text).toMatchFileSnapshot('../../firmware-config/schema/sms.schema.json');
});

test('a gateway that cannot be used is named with its file and what to do', () => {
  expect(() => readyGateway('nobody', {})).toThrow(
    /nobody\.json cannot be used:\n {2}\(file\): cannot be read \(ENOENT\): server\.sms\.gateway/,
  );
  expect(() => readyGateway('json-bearer', {})).toThrow(
    /json-bearer\.json cannot be used:\n {2}\{env:DAWR_SMS_TOKEN\}: is missing: set it/,
  );
});

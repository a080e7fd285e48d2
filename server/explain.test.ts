import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { explain } from './explain.js';
import type { Starting } from '../node/listening.js';

let held: Server | undefined;
afterEach(() => held?.close());

const listen = (port: number, host: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => resolve(server));
  });

/** What a listener really throws for a port that is taken. */
const taken = async (): Promise<{ error: unknown; port: number }> => {
  held = await listen(0, '127.0.0.1');
  const { port } = held.address() as { port: number };
  const error: unknown = await listen(port, '127.0.0.1').catch((cause: unknown) => cause);
  return { error, port };
};

const demo: Starting = { config: null, host: '127.0.0.1', phonePort: 4001 };
const centre: Starting = { ...demo, config: '/etc/dawr/centre.json' };

test('a port in use is named, with where to choose another', async () => {
  const { error, port } = await taken();
  expect(explain(error, demo)).toBe(
    `Port ${port} is in use: stop the other program, or choose another with --port.`,
  );
  expect(explain(error, centre)).toBe(
    `Port ${port} is in use: stop the other program, ` +
      'or choose another as server.port in /etc/dawr/centre.json.',
  );
  expect(explain(error, { ...centre, phonePort: port })).toBe(
    `Port ${port}, the one for phones, is in use: stop the other program, ` +
      'or choose another as server.phonePort in /etc/dawr/centre.json.',
  );
});

test('a port that is not for everybody', () => {
  const error = Object.assign(new Error('x'), { code: 'EACCES', syscall: 'listen', port: 81 });
  expect(explain(error, centre)).toMatch(
    /^Port 81 is not open to this user: choose another as server\.port .*, from 1024 up, or give/,
  );
});

test('a host that is not here', async () => {
  const error: unknown = await listen(0, '192.0.2.1').catch((cause: unknown) => cause);
  expect(explain(error, { ...centre, host: '192.0.2.1' })).toBe(
    '192.0.2.1 is not an address of this machine (EADDRNOTAVAIL): ' +
      'correct server.host in /etc/dawr/centre.json.',
  );
});

test('a bug keeps all that is known of it', () => {
  expect(explain(new Error('it broke'), demo)).toContain('explain.test.ts');
});

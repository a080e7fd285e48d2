import { pino } from 'pino';
import { expect, test } from 'vitest';
import { newApp } from '../../node/app.js';

test('what went wrong inside is for the journal, and no part of an answer', async () => {
  const lines: string[] = [];
  const app = await newApp({
    journal: pino({ level: 'error' }, { write: (line) => void lines.push(line) }),
    ...{ tls: null, limits: { connectionsPerLine: 10, connectionsMax: 10 } },
    named: { host: '127.0.0.1', names: ['hall'], tls: null },
  });
  app.get('/ticket/:token', () => {
    throw new Error('no relation "account" at 10.0.0.5');
  });
  const asked = await app.inject({ url: '/ticket/secret', headers: { host: 'hall' } });
  expect(asked.statusCode).toBe(500);
  expect(asked.body).not.toMatch(/relation|10\.0\.0\.5/);
  expect(lines.join()).toContain('no relation');
  expect(lines.join()).not.toContain('secret');
  await app.close();
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FakeClock } from '../../tests/fixtures/printing.js';
import { CodeReader, readScanner, SAME_CODE_MS, scannerSchema } from './scanner.js';

const FOLDER = 'firmware-config/scanners';
const TOKEN = 'AEAAAAAAACKNZ3O2VQ5T2X7XW4Y6M2J3K4L5P';
/** Of a ticket that was given out while the server was away. */
const OF_LEASE = 'AIAAAAAAAANQABK7UZBQ4YJYJOZQ2LJ6X5D4N3CA';
const OTHER = 'BEAAAAAAACKNZ3O2VQ5T2X7XW4Y6M2J3K4L5P';

const reader = (profile: { prefix: string; suffix: 'cr' | 'crlf' }) => {
  const clock = new FakeClock();
  const codes = new CodeReader(profile, clock);
  return { clock, read: (text: string) => codes.read(Buffer.from(text, 'latin1')) };
};

describe('a scanner in serial mode', () => {
  test('reads the token of a ticket, alone or in its link, in pieces of any size', () => {
    const { read } = reader({ prefix: '', suffix: 'cr' });
    expect(read(`https://queue.example/t/${TOKEN.slice(0, 10)}`)).toEqual([]);
    expect(read(`${TOKEN.slice(10)}\r`)).toEqual([TOKEN]);
    expect(read(`HTTPS://QUEUE.EXAMPLE/T/${OTHER}\r${TOKEN}\r`)).toEqual([OTHER, TOKEN]);
    expect(read(`https://queue.example/t/${OF_LEASE}\r`)).toEqual([OF_LEASE]);
  });

  test('the same code is read once in three seconds', async () => {
    const { clock, read } = reader({ prefix: '02', suffix: 'crlf' });
    const line = `\x02${TOKEN}\r\n`;
    expect(read(line + line)).toEqual([TOKEN]);
    await clock.pass(SAME_CODE_MS - 1);
    expect(read(line)).toEqual([]);
    await clock.pass(SAME_CODE_MS);
    expect(read(line)).toEqual([TOKEN]);
  });

  test('what is no ticket is told as such, and noise without an end is dropped', () => {
    const { read } = reader({ prefix: '', suffix: 'cr' });
    expect(read('6221033101234\r')).toEqual([null]);
    expect(read(`${TOKEN}X\r`)).toEqual([null]);
    expect(read('\r\r')).toEqual([]);
    expect(read('x'.repeat(100_000))).toEqual([]);
    expect(read(`\r${TOKEN}\r`)).toEqual([null, TOKEN]);
  });

  test.each(readdirSync(FOLDER))('%s can be read, and is named after its id', (name) => {
    expect(`${readScanner(join(FOLDER, name)).id}.json`).toBe(name);
  });

  test('the JSON Schema for editors says what the agent checks', async () => {
    const schema = z.toJSONSchema(scannerSchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../../firmware-config/schema/scanner.schema.json');
  });
});

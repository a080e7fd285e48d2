import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { profileSchema, readProfile } from './profile.js';

const FOLDER = 'firmware-config/printers';
const folder = mkdtempSync(join(tmpdir(), 'dawr-profile-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileWith = (text: string): string => {
  const file = join(folder, 'printer.json');
  writeFileSync(file, text);
  return file;
};

describe('printer profiles', () => {
  test.each(readdirSync(FOLDER))('%s can be read, and is named after its id', (name) => {
    expect(`${readProfile(join(FOLDER, name)).id}.json`).toBe(name);
  });

  test('the JSON Schema for editors says what the agent checks', async () => {
    const schema = z.toJSONSchema(profileSchema, { io: 'input' });
    const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
    await expect(text).toMatchFileSnapshot('../../firmware-config/schema/printer.schema.json');
  });

  test('a mistake is told by file, place and reason; each mistake', () => {
    const profile = readProfile(join(FOLDER, 'virtual-80mm.json'));
    const wrong = { ...profile, width: { dots: 577 }, speed: 3, status: { dleEot: 'yes' } };
    const file = fileWith(JSON.stringify(wrong));
    expect(() => readProfile(file)).toThrow(`${file}: width.dots: `);
    expect(() => readProfile(file)).toThrow(`${file}: status.dleEot: `);
    expect(() => readProfile(file)).toThrow(`${file}: speed: is not known here`);
  });

  test('a file that is not JSON, or is not there', () => {
    expect(() => readProfile(fileWith('{'))).toThrow('is not JSON');
    expect(() => readProfile(join(folder, 'none.json'))).toThrow('cannot be read');
  });
});

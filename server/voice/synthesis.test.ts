import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Language } from '../../core/lists.js';
import { loudness, LOUDNESS_LUFS } from '../../core/voice/level.js';
import { packSchema } from '../../core/voice/pack.js';
import { scriptOf } from '../../core/voice/script.js';
import { durationMs, parseWav } from '../../core/voice/wav.js';
import { packWatch, PACK_FILE, readPack, type PackError } from './installed.js';
import { replaceFolder, speaker, spelled, synthesise } from './synthesis.js';

const parent = mkdtempSync(join(tmpdir(), 'dawr-voice-'));
const folder = join(parent, 'voice');
afterAll(() => rmSync(parent, { recursive: true }));

const few = (language: Language) =>
  scriptOf(language, null).filter(({ id }) => ['ticket', 'n3', 'letter-alif'].includes(id));

describe('a pack made by the speaker', () => {
  test('is a pack, and its clips are short of silence and equally loud', async () => {
    await synthesise(folder, { ar: few('ar'), en: few('en') });
    const pack = (await readPack(folder))!;
    expect(Object.keys(pack.pack.languages.ar!.clips)).toEqual(['ticket', 'letter-alif', 'n3']);
    expect(pack.pack.source).toContain(await speaker());
    for (const path of pack.files.values()) {
      const sound = parseWav(readFileSync(path))!;
      expect(Math.abs(loudness(sound) - LOUDNESS_LUFS)).toBeLessThan(2);
      expect(durationMs(sound)).toBeGreaterThan(200);
      expect(durationMs(sound)).toBeLessThan(1_500);
    }
  });

  test('with a clip that was changed, or is gone, is refused by name', async () => {
    const clip = join(folder, 'ar', 'n3.wav');
    const bytes = readFileSync(clip);
    writeFileSync(clip, bytes.subarray(0, -2));
    await expect(readPack(folder)).rejects.toThrow(/n3\.wav \(n3\) was changed/);
    rmSync(clip);
    await expect(readPack(folder)).rejects.toThrow(/n3\.wav \(n3\) is not there/);
    writeFileSync(clip, bytes);
    expect(await readPack(folder)).not.toBeNull();
  });

  test('with a voice.json that says more than it may is refused by path', async () => {
    const file = join(folder, PACK_FILE);
    const text = readFileSync(file, 'utf8');
    const spoil = (change: (pack: Record<string, unknown>) => void): void => {
      const pack = JSON.parse(text) as Record<string, unknown>;
      change(pack);
      writeFileSync(file, JSON.stringify(pack));
    };
    spoil((pack) => (pack['colour'] = 'red'));
    await expect(readPack(folder)).rejects.toThrow(/colour: is not known here/);
    spoil((pack) => delete pack['licence']);
    await expect(readPack(folder)).rejects.toThrow(/licence: is missing/);
    const away = { file: '../../keys/log.wav', sha256: 'a'.repeat(64) };
    const grammar = { ticket: 'digits', counter: 'cardinal' };
    spoil((pack) => (pack['languages'] = { en: { grammar, clips: { n1: away } } }));
    await expect(readPack(folder)).rejects.toThrow(/is not a WAV file in this folder/);
    writeFileSync(file, text);
  });

  test('is looked at again only when it is new, and a bad one is told once', async () => {
    const faults: PackError[] = [];
    const look = packWatch(folder, (fault) => faults.push(fault));
    expect((await look())?.files.size).toBeGreaterThan(0);
    expect(await look()).toBeUndefined();
    writeFileSync(join(folder, PACK_FILE), '{');
    expect(await look()).toBeNull();
    expect(await look()).toBeUndefined();
    expect(faults).toHaveLength(1);
    rmSync(join(folder, PACK_FILE));
    expect(await look()).toBeNull();
  });

  test('whose file cannot be read at all is told once, and stops nothing', async () => {
    const faults: string[] = [];
    const place = mkdtempSync(join(parent, 'odd-'));
    const look = packWatch(place, ({ message }) => faults.push(message));
    mkdirSync(join(place, PACK_FILE));
    expect([await look(), await look()]).toEqual([null, undefined]);
    rmSync(join(place, PACK_FILE), { recursive: true });
    symlinkSync(PACK_FILE, join(place, PACK_FILE));
    expect([await look(), await look()]).toEqual([null, undefined]);
    expect(faults).toEqual(['EISDIR', 'ELOOP'].map((code) => expect.stringContaining(code)));
  });

  test('is replaced whole, or stays as it is', async () => {
    const [old, next] = [join(parent, 'old'), join(parent, 'next')];
    await synthesise(old, { ar: few('ar'), en: few('en') });
    expect(() => replaceFolder(old, next)).toThrow('ENOENT');
    expect((await readPack(old))?.files.size).toBe(6);
    mkdirSync(next);
    replaceFolder(old, next);
    expect(readdirSync(old)).toEqual([]);
    expect(readdirSync(parent).filter((name) => name.startsWith('old'))).toEqual(['old']);
  });
});

test('texts are spelled so that the speaker reads them as people do', () => {
  expect(spelled('مِائَة وَخَمْسَة', 'ar')).toBe('مِئَة وَخَمْسَه');
  expect(spelled('وَاثْنَا عَشَر', 'ar')).toBe('وَثْنَا عَشَر');
  expect(spelled('اَلْأَوْرَاقُ الْمَطْلُوبَةُ:', 'ar')).toBe('اَلْأَوْرَاقُ الْمَطْلُوبَه:');
  expect(spelled('Ticket', 'en')).toBe('Ticket');
});

/** Written anew by `npx vitest run server/voice -u`. */
test('the JSON Schema of packs is that of this code', async () => {
  const schema = z.toJSONSchema(packSchema, { io: 'input' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 100 });
  await expect(text).toMatchFileSnapshot('../../firmware-config/schema/voice.schema.json');
});

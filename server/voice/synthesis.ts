import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Configuration } from '../../core/configuration.js';
import { LANGUAGES, type Language } from '../../core/lists.js';
import { level, trim } from '../../core/voice/level.js';
import type { Pack } from '../../core/voice/pack.js';
import { GRAMMARS, scriptOf, type ScriptClip } from '../../core/voice/script.js';
import { GAP_MS } from '../../core/voice/use.js';
import { makeWav, parseWav } from '../../core/voice/wav.js';
import { codeOf } from '../../node/folder.js';
import { PACK_FILE } from './installed.js';

const PROGRAM = 'espeak-ng';
const PROGRAM_MS_MAX = 30_000;
const WAV_BYTES_MAX = 8_000_000;
/** The program's voices, and words a minute: a hall echoes, so slower than its own 175. */
const VOICES: Readonly<Record<Language, readonly [voice: string, speed: string]>> = {
  ar: ['ar', '165'],
  en: ['en-gb', '150'],
};

const runFile = promisify(execFile);

/** The program that speaks is not there. */
export class NoSpeaker extends Error {
  readonly code = 'voice.noSpeaker';
}

const run = async (args: readonly string[]): Promise<Buffer> => {
  const options = {
    encoding: 'buffer',
    timeout: PROGRAM_MS_MAX,
    maxBuffer: WAV_BYTES_MAX,
  } as const;
  try {
    return (await runFile(PROGRAM, args, options)).stdout;
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw new NoSpeaker(`there is no ${PROGRAM} (Debian: apt-get install espeak-ng)`, { cause });
  }
};

/** Name and version of the speaker, such as `espeak-ng 1.51`. Throws `NoSpeaker`. */
export const speaker = async (): Promise<string> => {
  const version = /: ([\d.]+)/.exec((await run(['--version'])).toString())?.[1] ?? '';
  return `${PROGRAM} ${version}`.trim();
};

/**
 * What the program is given for a text that is written for people: the feminine ending at a pause
 * is an h, مائة is read with its alif unless it is written without, and اثنان after و has none.
 */
export const spelled = (text: string, language: Language): string =>
  language === 'en'
    ? text
    : text
        .replaceAll('مِائَ', 'مِئَ')
        .replace(/وَا(?=ثْنَ)/g, 'وَ')
        .replace(/ة[\u064b-\u0652]*(?=$|[.،:؟])/gu, 'ه');

/** One clip: spoken, without the silence around it, as loud as the others; a WAV file. */
const clipFile = async (text: string, language: Language): Promise<Uint8Array> => {
  const [voice, speed] = VOICES[language];
  const args = ['-v', voice, '-s', speed, '--stdout', '--', spelled(text, language)];
  const spoken = await run(args);
  const sound = parseWav(patched(spoken));
  if (sound === undefined) throw new Error(`${PROGRAM} gave no WAV for "${text}"`);
  return makeWav(level(trim(sound)));
};

/** Into a pipe the program writes a header with lengths that it does not know yet. */
const patched = (wav: Buffer): Buffer => {
  if (wav.length < 44) return wav;
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.writeUInt32LE(wav.length - 44, 40);
  return wav;
};

type Clips = NonNullable<Pack['languages'][Language]>['clips'];

/** Takes each item in turn, a few at a time. */
const eachOf = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await act(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
};

const speakAll = async (
  script: readonly ScriptClip[],
  language: Language,
  folder: string,
): Promise<Clips> => {
  mkdirSync(join(folder, language), { recursive: true });
  const clips: Clips = {};
  await eachOf(script, async ({ id, text }) => {
    const bytes = await clipFile(text, language);
    const file = `${language}/${id}.wav`;
    writeFileSync(join(folder, file), bytes);
    clips[id] = { file, sha256: hash('sha256', bytes) };
  });
  return Object.fromEntries(script.map(({ id }) => [id, clips[id]!]));
};

/** What is spoken, by language. */
export type Scripts = Readonly<Record<Language, readonly ScriptClip[]>>;

/** All that any centre calls, and what these centres' kiosks read out of their configurations. */
export const scriptsFor = (configurations: readonly Configuration[]): Scripts => {
  const of = (language: Language): ScriptClip[] => {
    const all = [null, ...configurations].flatMap((centre) => scriptOf(language, centre));
    return [...new Map(all.map((clip) => [clip.id, clip])).values()];
  };
  return { ar: of('ar'), en: of('en') };
};

/** Makes a pack in `folder`, which is replaced whole, or, when this rejects, not at all. */
export const synthesise = async (folder: string, scripts: Scripts): Promise<void> => {
  const source = await speaker();
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const languages: Pack['languages'] = {};
  for (const language of LANGUAGES) {
    languages[language] = {
      grammar: GRAMMARS[language],
      gainDb: 0,
      gapMs: GAP_MS.usual,
      clips: await speakAll(scripts[language], language, partial),
    };
  }
  const pack: Pack = {
    version: 1,
    name: { ar: 'صوت مُركَّب', en: 'Synthesised voice' },
    source: `${source} speaking vowelled text, run as a program of its own`,
    licence: 'CC0-1.0: the clips are output of a program, which its licence does not cover',
    attribution: '',
    languages,
  };
  writeFileSync(join(partial, PACK_FILE), `${JSON.stringify(pack, null, 1)}\n`);
  mkdirSync(dirname(folder), { recursive: true });
  replaceFolder(folder, partial);
};

/** Puts a folder in the place of another. When it throws, the other is there as before. */
export const replaceFolder = (folder: string, by: string): void => {
  const old = `${folder}.old`;
  rmSync(old, { recursive: true, force: true });
  const isThere = existsSync(folder);
  if (isThere) renameSync(folder, old);
  try {
    renameSync(by, folder);
  } catch (fault) {
    if (isThere) renameSync(old, folder);
    throw fault;
  }
  rmSync(old, { recursive: true, force: true });
};

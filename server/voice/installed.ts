import { hash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { mistakeOf } from '../../core/check/shape.js';
import { CLIP_BYTES_MAX } from '../../core/voice/use.js';
import { packSchema, type Pack } from '../../core/voice/pack.js';
import { parseWav } from '../../core/voice/wav.js';
import { codeOf } from '../log/folder.js';
import { parseJson } from '../json.js';

export const PACK_FILE = 'voice.json';
const PACK_BYTES_MAX = 2_000_000;

/** A folder of clips as it was found. */
export interface Installed {
  readonly pack: Pack;
  /** Path of each clip's file, by its SHA-256. */
  readonly files: ReadonlyMap<string, string>;
}

/** The folder's clips cannot be used. `message` names the file and what is wrong with it. */
export class PackError extends Error {
  readonly code = 'voice.wrong';
}

/** `voice.json` of a folder, its shape checked; `null` where there is none. */
const packIn = (folder: string): Pack | null => {
  const path = join(folder, PACK_FILE);
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return null;
  if (size > PACK_BYTES_MAX) throw new PackError(`${path} is larger than ${PACK_BYTES_MAX} bytes`);
  const read = parseJson(readFileSync(path, 'utf8'));
  if ('reason' in read) throw new PackError(`${path}, line ${read.line}: ${read.reason}`);
  const parsed = packSchema.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => mistakeOf(issue, read.value));
  throw new PackError(
    [path, ...mistakes.map(({ path: at, reason }) => `${at}: ${reason}`)].join('\n'),
  );
};

const clipBytes = (path: string): Buffer => {
  try {
    const { size } = statSync(path);
    if (size <= CLIP_BYTES_MAX) return readFileSync(path);
  } catch (cause) {
    throw new PackError(`${path} cannot be read (${codeOf(cause)})`, { cause });
  }
  throw new PackError(`${path} is larger than ${CLIP_BYTES_MAX} bytes`);
};

/**
 * Reads a folder of clips, every file of it. `null` where no `voice.json` lies. Throws a
 * `PackError` when it is not what its schema says, or a file is missing, changed, or no WAV of 16
 * bits and one channel.
 */
export const readPack = (folder: string): Installed | null => {
  const pack = packIn(folder);
  if (pack === null) return null;
  const files = new Map<string, string>();
  for (const voice of Object.values(pack.languages)) {
    for (const [id, { file, sha256 }] of Object.entries(voice.clips)) {
      const path = join(folder, file);
      const bytes = clipBytes(path);
      if (hash('sha256', bytes) !== sha256) throw new PackError(`${path} (${id}) was changed`);
      if (parseWav(bytes) === undefined) throw new PackError(`${path} (${id}) is not such a WAV`);
      files.set(sha256, path);
    }
  }
  return { pack, files };
};

/**
 * Looks into the folder again each time it is called: gives what lies there if that is new, else
 * `undefined`. What cannot be used is told once, and counts as no pack: boards then chime.
 */
export const packWatch = (
  folder: string,
  onFault: (fault: PackError) => void,
): (() => Installed | null | undefined) => {
  let seen: number | undefined = -1;
  return () => {
    const at = statSync(join(folder, PACK_FILE), { throwIfNoEntry: false })?.mtimeMs;
    if (at === seen) return undefined;
    seen = at;
    try {
      return readPack(folder);
    } catch (fault) {
      if (!(fault instanceof PackError)) throw fault;
      onFault(fault);
      return null;
    }
  };
};

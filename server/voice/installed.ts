import { hash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mistakeOf } from '../../core/check/shape.js';
import { CLIP_BYTES_MAX } from '../../core/voice/use.js';
import { packSchema, type Pack } from '../../core/voice/pack.js';
import { isWav } from '../../core/voice/wav.js';
import { codeOf } from '../../node/folder.js';
import { parseJson } from '../../node/json.js';

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

/** Bytes of a file that is no larger than `max`; `null` where there is none. */
const bytesOf = async (path: string, max: number): Promise<Buffer | null> => {
  try {
    const { size } = await stat(path);
    if (size <= max) return await readFile(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null;
    throw new PackError(`${path} cannot be read (${codeOf(cause)})`, { cause });
  }
  throw new PackError(`${path} is larger than ${max} bytes`);
};

/** `voice.json` of a folder, its shape checked; `null` where there is none. */
const packIn = async (folder: string): Promise<Pack | null> => {
  const path = join(folder, PACK_FILE);
  const bytes = await bytesOf(path, PACK_BYTES_MAX);
  if (bytes === null) return null;
  const read = parseJson(bytes.toString('utf8'));
  if ('reason' in read) throw new PackError(`${path}, line ${read.line}: ${read.reason}`);
  const parsed = packSchema.safeParse(read.value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.flatMap((issue) => mistakeOf(issue, read.value));
  throw new PackError(
    [path, ...mistakes.map(({ path: at, reason }) => `${at}: ${reason}`)].join('\n'),
  );
};

/**
 * Reads a folder of clips, every file of it, one after the other: the hall goes on meanwhile.
 * `null` where no `voice.json` lies. Rejects with a `PackError` when it is not what its schema
 * says, or a file cannot be read, was changed, or has not the headers of a WAV of 16 bits and one
 * channel.
 */
export const readPack = async (folder: string): Promise<Installed | null> => {
  const pack = await packIn(folder);
  if (pack === null) return null;
  const files = new Map<string, string>();
  for (const voice of Object.values(pack.languages)) {
    for (const [id, { file, sha256 }] of Object.entries(voice.clips)) {
      const path = join(folder, file);
      const bytes = await bytesOf(path, CLIP_BYTES_MAX);
      if (bytes === null) throw new PackError(`${path} (${id}) is not there`);
      if (hash('sha256', bytes) !== sha256) throw new PackError(`${path} (${id}) was changed`);
      if (!isWav(bytes)) throw new PackError(`${path} (${id}) is not such a WAV`);
      files.set(sha256, path);
    }
  }
  return { pack, files };
};

/** Another text whenever another `voice.json` lies in a folder. */
const signOf = async (folder: string): Promise<string> => {
  try {
    return String((await stat(join(folder, PACK_FILE))).mtimeMs);
  } catch (cause) {
    // What is wrong there, `readPack` finds too, and tells.
    return codeOf(cause);
  }
};

/**
 * Looks into the folder again each time it is called: gives what lies there if that is new, else
 * `undefined`. What cannot be used is told once, and counts as no pack: boards then chime.
 */
export const packWatch = (
  folder: string,
  onFault: (fault: PackError) => void,
): (() => Promise<Installed | null | undefined>) => {
  let seen: string | undefined;
  return async () => {
    const sign = await signOf(folder);
    if (sign === seen) return undefined;
    seen = sign;
    try {
      return await readPack(folder);
    } catch (fault) {
      if (!(fault instanceof PackError)) throw fault;
      onFault(fault);
      return null;
    }
  };
};

/**
 * What looks into the folder, whenever it is called, and tells of another pack there. One look
 * ends before the next begins, however long the folder takes to read.
 */
export const packKept = (
  folder: string,
  {
    onPack,
    onFault,
  }: {
    readonly onPack: (found: Installed | null) => void;
    readonly onFault: (fault: PackError) => void;
  },
): (() => Promise<void>) => {
  const watch = packWatch(folder, onFault);
  let looking: Promise<void> | undefined;
  const look = async (): Promise<void> => {
    const found = await watch();
    if (found !== undefined) onPack(found);
  };
  return () => (looking ??= look().finally(() => (looking = undefined)));
};

import { clipIn, type VoiceInUse, type Voices } from '../../core/voice/use.js';
import type { Part } from '../../core/voice/ids.js';
import { assertAway, get, pause } from '../api.js';

const RETRY_MS = 5_000;
const FETCH_MS_MAX = 10_000;
/** So many decoded clips are kept: enough for what a hall says in minutes. */
const DECODED_MAX = 120;

/** A decoded clip, with how much louder or softer its voice wants it. */
export interface Clip {
  readonly buffer: AudioBuffer;
  readonly gain: number;
}

type Decode = (bytes: ArrayBuffer) => Promise<AudioBuffer>;

/**
 * The clips in use, under the hash that the newest view names. What was fetched once is kept, so
 * that a page whose cable is pulled goes on speaking.
 */
export class Clips {
  voices: Voices | null = null;
  #wanted: string | null = null;
  readonly #files = new Map<string, Promise<ArrayBuffer | null>>();
  readonly #decoded = new Map<string, Promise<AudioBuffer | null>>();
  readonly #decode: Decode;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** Loads what a hash names, and the clips of these parts with it; asks again until it comes. */
  async follow(hash: string | null, parts: readonly Part[]): Promise<void> {
    if (hash === this.#wanted) return;
    this.#wanted = hash;
    const voices = hash === null ? null : await this.#load(hash);
    if (this.#wanted !== hash) return;
    this.voices = voices;
    const used = new Set(
      Object.values(voices?.languages ?? {}).flatMap(({ parts: all }) =>
        Object.values(all).flatMap(({ clips }) => Object.values(clips)),
      ),
    );
    for (const kept of [this.#files, this.#decoded]) {
      for (const key of kept.keys()) if (!used.has(key)) kept.delete(key);
    }
    for (const language of Object.values(voices?.languages ?? {})) {
      for (const part of parts) {
        for (const file of Object.values(language.parts[part]?.clips ?? {})) {
          if (this.#wanted !== hash) return;
          await this.#file(file);
        }
      }
    }
  }

  /** The clips of these ids, in order; `null` if one of them is missing or no sound. */
  async find(voice: VoiceInUse, ids: readonly string[]): Promise<Clip[] | null> {
    const clips = await Promise.all(
      ids.map(async (id): Promise<Clip | null> => {
        const found = clipIn(voice, id);
        const buffer = found === undefined ? null : await this.#buffer(found.hash);
        return found === undefined || buffer === null
          ? null
          : { buffer, gain: 10 ** (found.gainDb / 20) };
      }),
    );
    const there = clips.flatMap((clip) => clip ?? []);
    return there.length === clips.length ? there : null;
  }

  async #load(hash: string): Promise<Voices | null> {
    while (this.#wanted === hash) {
      try {
        return await get<Voices>(`/voice/${hash}.json`);
      } catch (fault) {
        // The server is away, or has another voice by now: the page keeps the one that it has.
        assertAway(fault);
        await pause(RETRY_MS);
      }
    }
    return null;
  }

  #file(hash: string): Promise<ArrayBuffer | null> {
    const known = this.#files.get(hash);
    if (known !== undefined) return known;
    const file = fetchFile(hash).then((bytes) => {
      // What could not be had is asked for again when it is needed.
      if (bytes === null) this.#files.delete(hash);
      return bytes;
    });
    this.#files.set(hash, file);
    return file;
  }

  #buffer(hash: string): Promise<AudioBuffer | null> {
    const known = this.#decoded.get(hash);
    const buffer = known ?? this.#decodeFile(hash);
    this.#decoded.delete(hash);
    this.#decoded.set(hash, buffer);
    const oldest = this.#decoded.keys().next();
    if (this.#decoded.size > DECODED_MAX && !oldest.done) this.#decoded.delete(oldest.value);
    return buffer;
  }

  async #decodeFile(hash: string): Promise<AudioBuffer | null> {
    const bytes = await this.#file(hash);
    if (bytes !== null) {
      try {
        return await this.#decode(bytes.slice(0));
      } catch (fault) {
        if (!(fault instanceof DOMException)) throw fault;
      }
    }
    this.#files.delete(hash);
    this.#decoded.delete(hash);
    return null;
  }
}

/** The file, or `null` when it cannot be had now. */
const fetchFile = async (hash: string): Promise<ArrayBuffer | null> => {
  try {
    const response = await fetch(`/voice/${hash}.wav`, {
      signal: AbortSignal.timeout(FETCH_MS_MAX),
    });
    return response.ok ? await response.arrayBuffer() : null;
  } catch (fault) {
    if (fault instanceof TypeError || fault instanceof DOMException) return null;
    throw fault;
  }
};

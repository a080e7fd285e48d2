import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Configuration } from '../../core/configuration.js';
import { LANGUAGES, type Language } from '../../core/lists.js';
import {
  GAP_MS,
  type Origin,
  type VoiceInUse,
  type Voices as InUse,
} from '../../core/voice/use.js';
import { GRAMMARS, scriptOf, type ScriptClip } from '../../core/voice/script.js';
import { PARTS, type Part } from '../../core/voice/ids.js';
import { canonicalJson } from '../../node/json.js';
import { codeOf } from '../../node/folder.js';
import type { Installed } from './installed.js';
import type { Recorded } from './recorded.js';

interface Made {
  readonly configuration: Configuration;
  readonly version: number;
  readonly hash: string | null;
  readonly voices: InUse;
  readonly body: string;
}

type Clips = Readonly<Record<string, string>>;

const pick = (clips: Clips, script: readonly ScriptClip[]): Clips =>
  Object.fromEntries(
    script.flatMap(({ id }): [string, string][] => {
      const found = clips[id];
      return found === undefined ? [] : [[id, found]];
    }),
  );

/** What lies at a path, if it is still what it was. */
const fileOf = (path: string, sha256: string): Buffer | undefined => {
  try {
    const bytes = readFileSync(path);
    return hash('sha256', bytes) === sha256 ? bytes : undefined;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  }
};

/**
 * Which clips are in use. A part of the centre's own voice is used in a language once every clip of
 * it that this centre needs is recorded; until then the installed pack's part is.
 */
export class Voices {
  private made: Made | undefined;

  constructor(
    readonly recorded: Recorded,
    private found: Installed | null,
    private readonly configuration: () => Configuration,
  ) {}

  get installed(): Installed | null {
    return this.found;
  }

  /** Another pack was installed while the server runs. */
  install(installed: Installed | null): void {
    this.found = installed;
    this.made = undefined;
  }

  /** Hash under which screens ask for the clips in use; `null` where there is no voice at all. */
  get hash(): string | null {
    return this.current().hash;
  }

  /** What lies at that hash while it is in use. */
  body(asked: string): string | undefined {
    const { hash: name, body } = this.current();
    return name === asked ? body : undefined;
  }

  /** Where each part of a language comes from now. */
  origins(language: Language): Readonly<Partial<Record<Part, Origin>>> {
    const parts = this.current().voices.languages[language]?.parts ?? {};
    return Object.fromEntries(Object.entries(parts).map(([part, { origin }]) => [part, origin]));
  }

  /**
   * A clip's WAV file, recorded or installed; `undefined` where there is none, and while another
   * pack is put in the place of the one that was looked at.
   */
  file(clipHash: string): Buffer | undefined {
    const path = this.found?.files.get(clipHash);
    return path === undefined ? this.recorded.file(clipHash) : fileOf(path, clipHash);
  }

  private current(): Made {
    const configuration = this.configuration();
    const { version } = this.recorded;
    if (this.made?.configuration === configuration && this.made.version === version) {
      return this.made;
    }
    const languages = Object.fromEntries(
      LANGUAGES.flatMap((language): [Language, VoiceInUse][] => {
        const voice = this.voiceOf(language, configuration);
        return voice === undefined ? [] : [[language, voice]];
      }),
    );
    const voices: InUse = { version: 1, languages };
    const body = canonicalJson(voices);
    const name = Object.keys(languages).length === 0 ? null : hash('sha256', body);
    this.made = { configuration, version, hash: name, voices, body };
    return this.made;
  }

  private voiceOf(language: Language, configuration: Configuration): VoiceInUse | undefined {
    const script = scriptOf(language, configuration);
    const own = Object.fromEntries(
      this.recorded
        .all()
        .filter((clip) => clip.language === language)
        .map((clip) => [clip.clip, clip.hash]),
    );
    const pack = this.found?.pack.languages[language];
    const installed = Object.fromEntries(
      Object.entries(pack?.clips ?? {}).map(([id, { sha256 }]) => [id, sha256]),
    );
    const parts: { -readonly [P in Part]?: VoiceInUse['parts'][P] } = {};
    for (const part of PARTS) {
      const wanted = script.filter((clip) => clip.part === part);
      const complete = wanted.every(({ id, needed }) => !needed || own[id] !== undefined);
      const clips = pick(complete ? own : installed, wanted);
      if (Object.keys(clips).length === 0) continue;
      const origin = complete ? 'recorded' : 'installed';
      parts[part] = { origin, gainDb: complete ? 0 : (pack?.gainDb ?? 0), clips };
    }
    if (Object.keys(parts).length === 0) return undefined;
    const recordedCalls = parts.calls?.origin === 'recorded';
    const grammar = recordedCalls ? GRAMMARS[language] : (pack?.grammar ?? GRAMMARS[language]);
    return { grammar, gapMs: pack?.gapMs ?? GAP_MS.usual, parts };
  }
}

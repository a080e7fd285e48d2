import type { Language } from '../lists.js';
import type { Grammar } from './call.js';
import { PARTS, type Part } from './ids.js';

/** Longest and shortest clip, in milliseconds. */
export const CLIP_MS = { min: 40, max: 20_000 } as const;
/** Rest between two clips of a phrase, in milliseconds. */
export const GAP_MS = { min: 20, usual: 30, max: 40 } as const;
/** One clip as a file; 20 s of 24 kHz are 960 kB. */
export const CLIP_BYTES_MAX = 1_000_000;
/** Where a part of a voice comes from: the centre's own recording, or the installed pack. */
export const ORIGINS = ['recorded', 'installed'] as const;
export type Origin = (typeof ORIGINS)[number];

/** One language as boards and kiosks play it; each clip lies at `/voice/<hash>.wav`. */
export interface VoiceInUse {
  readonly grammar: Grammar;
  readonly gapMs: number;
  readonly parts: Readonly<
    Partial<
      Record<
        Part,
        {
          readonly origin: Origin;
          readonly gainDb: number;
          /** SHA-256 of each clip's file, by its id. */
          readonly clips: Readonly<Record<string, string>>;
        }
      >
    >
  >;
}

/** What `/voice/<hash>.json` holds. */
export interface Voices {
  readonly version: 1;
  readonly languages: Readonly<Partial<Record<Language, VoiceInUse>>>;
}

/** A clip in use, with its loudness in decibels; `undefined` where the voice lacks it. */
export const clipIn = (
  voice: VoiceInUse,
  id: string,
): { readonly hash: string; readonly gainDb: number } | undefined => {
  for (const part of PARTS) {
    const of = voice.parts[part];
    const hash = of?.clips[id];
    if (of !== undefined && hash !== undefined) return { hash, gainDb: of.gainDb };
  }
  return undefined;
};

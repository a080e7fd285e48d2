import type { Configuration } from '../configuration.js';
import type { Language } from '../lists.js';
import { callPhrases, type Phrase } from './call.js';
import { clipIn, type VoiceInUse, type Voices } from './use.js';
import type { Sounding } from './schedule.js';

/** What one language says, with the voice that says it. */
export interface Said {
  readonly language: Language;
  readonly voice: VoiceInUse;
  readonly phrases: readonly Phrase[];
}

/** Whether a voice holds a clip. */
export const holds =
  (voice: VoiceInUse) =>
  (id: string): boolean =>
    clipIn(voice, id) !== undefined;

/**
 * What is said of a sounding, in the order of the languages. Empty for a chime alone, and where
 * the voices in use cannot say it.
 */
export const saidOf = (
  sounding: Sounding,
  { voice, counters }: Pick<Configuration, 'voice' | 'counters'>,
  voices: Voices | null,
): Said[] => {
  if (sounding.kind === 'chime' || voice.calls !== 'spoken' || voices === null) return [];
  const { call, form } = sounding;
  const counter = counters.find(({ id }) => id === call.counterId)?.number;
  if (counter === undefined) return [];
  const languages: readonly Language[] =
    voice.languages === 'both' ? ['ar', 'en'] : [call.language];
  return languages.flatMap((language): Said[] => {
    const speaking = voices.languages[language];
    if (speaking === undefined) return [];
    const tongue = { language, grammar: speaking.grammar, has: holds(speaking) };
    const phrases = callPhrases({ label: call.label, counter }, tongue, form);
    return phrases === undefined ? [] : [{ language, voice: speaking, phrases }];
  });
};

import type { Configuration, VoiceConfig } from '../configuration.js';

type Span = { readonly from: string; readonly to: string };

const holds =
  (time: string) =>
  ({ from, to }: Span): boolean =>
    from <= time && time < to;

/**
 * How loud a zone's calls are at a time of day (`HH:MM` at the centre): 0 for silence, 1 for all.
 */
export const volumeOf = (voice: VoiceConfig, zoneId: string, time: string): number => {
  if (voice.calls === 'silent' || voice.quiet.some(holds(time))) return 0;
  const percent = voice.hours.find(holds(time))?.volume ?? voice.volume;
  const zone = voice.zones.find(({ zone: id }) => id === zoneId)?.volume ?? 100;
  return (percent * zone) / 10_000;
};

/** The one board that sounds for a zone: the one that is named, else the first that shows it. */
export const speakerOf = ({ voice, boards }: Configuration, zoneId: string): string | null => {
  const named = voice.zones.find(({ zone }) => zone === zoneId);
  if (named !== undefined) return named.board;
  return boards.find(({ zones }) => zones.includes(zoneId))?.id ?? null;
};

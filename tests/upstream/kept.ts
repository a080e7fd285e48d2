import type { KeptHashes } from './wholeness.js';

/** What a keeper has told: how far each stream was confirmed, last line last. */
export const confirmedIn = (text: string): string[] =>
  text
    .split('\n')
    .slice(0, -1)
    .filter((line) => /^[0-9a-v]{26} \d+ [0-9a-f]{64}$/.test(line));

/** What was confirmed and is not there, or is there as another; in words. */
export const lostOf = (confirmed: readonly string[], hashes: KeptHashes): string[] =>
  confirmed.flatMap((line) => {
    const [stream = '', seq = '', hash] = line.split(' ');
    const kept = hashes.get(`c-1 ${stream}`) ?? [];
    if (kept[Number(seq) - 1] === hash) return [];
    return [`${stream}:${seq} was confirmed, and ${kept.length} events are kept`];
  });

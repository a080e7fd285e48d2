/** What kiosks say whatever the centre offers. */
export const SENTENCES = [
  ...(['welcome', 'hold', 'frequent', 'section', 'search', 'ahead', 'nobody'] as const),
  ...(['papers', 'paperless', 'ask-papers', 'fees', 'no-fee', 'days', 'take'] as const),
  ...(['paused', 'no-numbers', 'number', 'listen'] as const),
  ...(['paper-printing', 'paper-take', 'paper-none', 'priority', 'priority-none'] as const),
  ...(['idle', 'closed-offline', 'closed-before', 'closed-closing', 'closed-closed'] as const),
  ...(['closed-suspended', 'closed-full'] as const),
] as const;
export type Sentence = (typeof SENTENCES)[number];

/** `calls`: what boards say · `kiosk`: what «read to me» says beyond that; each complete alone. */
export const PARTS = ['calls', 'kiosk'] as const;
export type Part = (typeof PARTS)[number];

/** Greatest count that the kiosk says: people ahead, days. */
export const COUNT_MAX = 999;

export const sentenceClip = (sentence: Sentence): string => `say-${sentence}`;

/** FNV-1a with two seeds: 64 bits, enough to tell a centre's few hundred texts apart. */
const digest = (text: string): string => {
  const half = (seed: number): string => {
    let sum = seed;
    for (let i = 0; i < text.length; i++) {
      sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
    }
    return (sum >>> 0).toString(16).padStart(8, '0');
  };
  return half(0x811c9dc5) + half(0x9dc5811c);
};

/** The clip of a text of the configuration: another text is another clip, never said wrongly. */
export const wordsClip = (text: string): string => `words-${digest(text)}`;

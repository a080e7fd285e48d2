/** Keys of a clerk's keypad, by what they ask for. */
export const KEYS = ['next', 'recall', 'start', 'noShow', 'done', 'help'] as const;
export type Key = (typeof KEYS)[number];

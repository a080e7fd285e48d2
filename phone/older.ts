import { Plurals } from './plurals.js';

/**
 * What the Svelte runtime asks of a browser beyond its syntax, for phones from 2018 on (Chrome 64,
 * Safari 12, Firefox 67). Imported before everything else.
 */
const page = window as unknown as Record<string, unknown>;
page['globalThis'] ??= window;
page['queueMicrotask'] ??= (task: () => void) => void Promise.resolve().then(task);

const text = String.prototype as unknown as Record<string, unknown>;
text['replaceAll'] ??= function (this: string, from: string, to: string): string {
  return this.split(from).join(to);
};

const intl = Intl as unknown as Record<string, unknown>;
intl['PluralRules'] ??= Plurals;

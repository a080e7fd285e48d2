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

/** Where a request cannot be broken off at all, it ends when the browser ends it. */
const breakable = typeof AbortController !== 'undefined';
const signals = (breakable ? AbortSignal : (page['AbortSignal'] = {})) as Record<string, unknown>;
signals['timeout'] ??= (ms: number): AbortSignal | undefined => {
  if (!breakable) return undefined;
  const controller = new AbortController();
  setTimeout(() => controller.abort(), ms);
  return controller.signal;
};

const intl = Intl as unknown as Record<string, unknown>;
intl['PluralRules'] ??= Plurals;

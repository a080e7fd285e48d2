import { getContext, setContext } from 'svelte';
import type { Millis, Words as Pair } from '../core/configuration.js';
import type { Label } from '../core/protocol/views.js';
import type { Params, Table, Words } from '../web/words.svelte.js';
import { Words as Speaker } from '../web/words.svelte.js';

/** A hall reads both languages at once: Arabic first and large, English beside it. */
export class Say {
  readonly ar: Words;
  readonly en: Words;

  /** The page itself stays Arabic: the speaker made last turns it. */
  constructor(tables: { readonly ar: Table; readonly en: Table }) {
    this.en = new Speaker(tables, 'en');
    this.ar = new Speaker(tables, 'ar');
  }

  /** Takes zone and digits from a centre's configuration. */
  follow(centre: { readonly zone: string; readonly digits: 'arab' | 'latn' }): void {
    this.ar.follow(centre);
    this.en.follow(centre);
  }

  t(key: string, params?: Params): Pair {
    return this.#both((words) => words.t(key, params));
  }
  label(label: Label): Pair {
    return this.#both((words) => words.label(label));
  }
  list(items: readonly Pair[]): Pair {
    return this.#both((words) => words.list(items.map((item) => words.pick(item))));
  }
  number(value: number): Pair {
    return this.#both((words) => words.number(value));
  }
  time(at: Millis): Pair {
    return this.#both((words) => words.time(at));
  }
  date(at: Millis): Pair {
    return this.#both((words) => words.date(at));
  }

  /** The same day of the Umm al-Qura calendar, in Arabic. */
  hijri(at: Millis): string {
    const locale = `ar-EG-u-ca-islamic-umalqura-nu-${this.ar.digits}`;
    return new Intl.DateTimeFormat(locale, {
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: this.ar.zone,
    }).format(at);
  }

  #both(speak: (words: Words) => string): Pair {
    return { ar: speak(this.ar), en: speak(this.en) };
  }
}

const KEY = Symbol('say');

/** To be called in the board's root component, while it is initialised. */
export const setSay = (say: Say): Say => setContext(KEY, say);
export const useSay = (): Say => getContext<Say>(KEY);

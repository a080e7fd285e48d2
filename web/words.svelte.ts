import { getContext, setContext } from 'svelte';
import type { Millis, Words as Pair } from '../core/configuration.js';
import type { Language } from '../core/lists.js';
import type { Label } from '../core/protocol/views.js';
import { MINUTE_MS } from '../core/time.js';
import { textOf, type Message } from './message.js';

/** ICU messages by key, as the build compiled them from `messages/*.json`. */
export type Table = Readonly<Record<string, Message | string>>;
export type Params = Readonly<Record<string, string | number>>;

/** Each language's name for itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { ar: 'العربية', en: 'English' };

const NBSP = '\u00a0';
const LOCALES = { ar: 'ar-EG', en: 'en-GB' } as const;
const DATE: Intl.DateTimeFormatOptions = { weekday: 'long', day: 'numeric', month: 'long' };
const TIME: Intl.DateTimeFormatOptions = { hour: 'numeric', minute: '2-digit', hourCycle: 'h12' };

/**
 * All that people read comes from here: messages, numbers, labels and times in the visitor's
 * language, the centre's digits and its time zone. English always has Western digits.
 */
export class Words {
  digits = $state<'arab' | 'latn'>('arab');
  zone = $state('Africa/Cairo');
  #language = $state<Language>('ar');
  readonly #tables: Readonly<Record<Language, Table>>;
  readonly #locale = $derived(
    `${LOCALES[this.#language]}-u-nu-${this.#language === 'ar' ? this.digits : 'latn'}`,
  );
  readonly #numbers = $derived(new Intl.NumberFormat(this.#locale, { useGrouping: false }));
  readonly #plurals = $derived(new Intl.PluralRules(this.#locale));
  readonly #lists = $derived(new Intl.ListFormat(this.#locale, { type: 'conjunction' }));
  readonly #dates = $derived(this.#format(DATE));
  readonly #times = $derived(this.#format(TIME));

  constructor(tables: Readonly<Record<Language, Table>>, initial: Language) {
    this.#tables = tables;
    this.language = initial;
  }

  /** Takes in the messages of a part of the page that comes later. */
  learn(tables: Readonly<Record<Language, Table>>): void {
    Object.assign(this.#tables.ar, tables.ar);
    Object.assign(this.#tables.en, tables.en);
  }

  get language(): Language {
    return this.#language;
  }

  /** Also turns the page: its language and direction. */
  set language(language: Language) {
    this.#language = language;
    if (typeof document === 'undefined') return;
    document.documentElement.lang = language;
    document.documentElement.dir = this.dir;
  }

  get dir(): 'rtl' | 'ltr' {
    return this.#language === 'ar' ? 'rtl' : 'ltr';
  }

  get other(): Language {
    return this.#language === 'ar' ? 'en' : 'ar';
  }

  /** Takes zone and digits from a centre's configuration. */
  follow(centre: { readonly zone: string; readonly digits: 'arab' | 'latn' }): void {
    this.zone = centre.zone;
    this.digits = centre.digits;
  }

  /** Whether a message has this key: for keys made of codes. */
  has(key: string): boolean {
    return key in this.#tables[this.#language];
  }

  /** The message with its parameters; numbers among them get the language's digits. */
  t(key: string, params: Params = {}): string {
    const message = this.#tables[this.#language][key];
    if (message === undefined) return key;
    const parts = typeof message === 'string' ? [message] : message;
    const plural = (value: number): string => this.#plurals.select(value);
    return textOf(parts, params, { number: (value) => this.number(value), plural });
  }

  /** Why something was refused, in words; a code without words of its own gets the general ones. */
  refusal(code: string): string {
    const key = `refusal.${code}`;
    return this.t(this.has(key) ? key : 'refusal.bug');
  }

  number(value: number): string {
    return this.#numbers.format(value);
  }

  /** Digits of a text (a code, a field) as this language writes them. */
  figures(text: string): string {
    return text.replace(/\d/g, (digit) => this.number(Number(digit)));
  }

  pick(pair: Pair): string {
    return pair[this.#language];
  }

  /** Names as a sentence lists them. */
  list(items: readonly string[]): string {
    return this.#lists.format(items);
  }

  /** For use inside `<bdi>`: letter, no-break space, number. */
  label(label: Label): string {
    const number = this.number(label.number);
    return label.letter === null ? number : `${label.letter[this.#language]}${NBSP}${number}`;
  }

  /** Time of day at the centre, `9:05 am`. */
  time(at: Millis): string {
    return this.#times.format(at);
  }

  /** Weekday, day and month at the centre. */
  date(at: Millis): string {
    return this.#dates.format(at);
  }

  /** In whole minutes, hours from sixty on; below one minute in words. */
  duration(ms: number): string {
    const total = Math.floor(Math.max(0, ms) / MINUTE_MS);
    if (total === 0) return this.t('common.underMinute');
    const hours = Math.floor(total / 60);
    const minutes = total % 60;
    if (hours === 0) return this.t('common.minutes', { n: minutes });
    if (minutes === 0) return this.t('common.hours', { n: hours });
    return this.t('common.and', {
      first: this.t('common.hours', { n: hours }),
      second: this.t('common.minutes', { n: minutes }),
    });
  }

  /** A running timer, `m:ss`. */
  timer(ms: number): string {
    const total = Math.floor(Math.max(0, ms) / 1000);
    const seconds = String(total % 60).padStart(2, '0');
    return this.figures(`${Math.floor(total / 60)}:${seconds}`);
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return new Intl.DateTimeFormat(this.#locale, { ...options, timeZone: this.zone });
  }
}

const KEY = Symbol('words');

/** To be called in the app's root component, while it is initialised. */
export const setWords = (words: Words): Words => setContext(KEY, words);
export const useWords = (): Words => getContext<Words>(KEY);

import { LANGUAGES, type Language } from '../core/lists.js';

const KEPT = 'dawr-language';
const known = (text: string | null): Language =>
  LANGUAGES.find((language) => language === text) ?? 'ar';

/** The language that the page's address asks for, `?language=en`; else Arabic. */
export const askedLanguage = (search: string = location.search): Language =>
  known(new URLSearchParams(search).get('language'));

/** The language that staff chose at this machine; else Arabic. */
export const keptLanguage = (): Language => known(localStorage.getItem(KEPT));
export const keepLanguage = (language: Language): void => localStorage.setItem(KEPT, language);

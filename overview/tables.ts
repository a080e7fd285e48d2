import type { Language } from '../core/lists.js';
import commonAr from '../web/messages/common.ar.json' with { type: 'json' };
import commonEn from '../web/messages/common.en.json' with { type: 'json' };
import officeAr from '../web/messages/office/office.ar.json' with { type: 'json' };
import officeEn from '../web/messages/office/office.en.json' with { type: 'json' };
import overviewAr from '../web/messages/office/overview.ar.json' with { type: 'json' };
import overviewEn from '../web/messages/office/overview.en.json' with { type: 'json' };
import signInAr from '../web/messages/signin.ar.json' with { type: 'json' };
import signInEn from '../web/messages/signin.en.json' with { type: 'json' };
import type { Table } from '../web/words.svelte.js';

/** All words of the pages but of alarms. What is said here replaces what is said to visitors. */
export const tables = (): Record<Language, Table> => ({
  ar: { ...commonAr, ...signInAr, ...officeAr, ...overviewAr },
  en: { ...commonEn, ...signInEn, ...officeEn, ...overviewEn },
});

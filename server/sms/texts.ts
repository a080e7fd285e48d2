import type { Configuration } from '../../core/configuration.js';
import type { Ticket } from '../../core/state.js';
import { labelOf } from '../../core/views/hall.js';

/** One message of Arabic letters holds so many: a second one would cost as much again. */
export const TEXT_MAX = 70;

/** What a visitor is told: the turn is near, or has come. */
export type News =
  { readonly kind: 'near'; readonly ahead: number } | { readonly kind: 'turn'; counter: number };

const ARAB_ZERO = 0x0660;
const digitsOf = (configuration: Configuration, text: string): string =>
  configuration.centre.digits === 'arab'
    ? text.replace(/\d/g, (digit) => String.fromCharCode(ARAB_ZERO + Number(digit)))
    : text;

/** The text in the ticket's language, at most `TEXT_MAX` characters. */
export const textOf = (configuration: Configuration, ticket: Ticket, news: News): string => {
  const { letter, number } = labelOf(configuration, ticket);
  if (ticket.language === 'en') {
    const label = `${letter === null ? '' : `${letter.en} `}${number}`;
    if (news.kind === 'turn') return `It is your turn. Ticket ${label}: counter ${news.counter}`;
    const place = news.ahead === 0 ? 'you are next' : `${news.ahead} ahead of you`;
    return `Your turn is near. Ticket ${label}: ${place}`;
  }
  const label = `${letter === null ? '' : `${letter.ar} `}${number}`;
  if (news.kind === 'turn') {
    return digitsOf(configuration, `حان دورك. تذكرة ${label}: توجه إلى شباك ${news.counter}`);
  }
  const place = news.ahead === 0 ? 'أنت التالي' : `أمامك ${news.ahead}`;
  return digitsOf(configuration, `اقترب دورك. تذكرة ${label}: ${place}`);
};

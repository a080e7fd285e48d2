import type { Configuration, ServiceConfig } from '../../core/configuration.js';
import { categoryOf } from '../../core/catalogue.js';
import type { Language } from '../../core/lists.js';
import type { SlipPaper, TicketPaper } from '../../core/paper.js';
import { ticketUrl } from '../access/link.js';
import { headOf, slipOf } from './slip.js';

const AHEAD = 12;
/** As long as a ticket's token is. */
const TOKEN = 'AEAAAAAAAAH2CZQ7XV2A3K5MNB6WQRTYUIOPL';

const longest = (services: readonly ServiceConfig[]): ServiceConfig =>
  services.reduce((a, b) => (b.name.ar.length > a.name.ar.length ? b : a));

/** A ticket for the service of the longest name, with the highest number. */
export const sampleTicket = (
  configuration: Configuration,
  at: number,
  language: Language,
): TicketPaper => {
  const service = longest(configuration.services);
  const category = categoryOf(configuration, service.category);
  const { publicUrl } = configuration.centre;
  return {
    ...headOf(configuration, at, language),
    label: { letter: category?.letter ?? null, number: category?.max ?? 1 },
    services: [service.name],
    ahead: AHEAD,
    classId: '',
    link: publicUrl === null ? null : ticketUrl(publicUrl, TOKEN),
    training: false,
  };
};

/** The slip with the most to say. */
export const sampleSlip = (
  configuration: Configuration,
  at: number,
  language: Language,
): SlipPaper => {
  const said = ({ papers, procedure }: ServiceConfig): number =>
    (papers?.length ?? 0) + (procedure?.length ?? 0);
  const fullest = configuration.services.reduce((a, b) => (said(b) > said(a) ? b : a));
  return slipOf(configuration, fullest, { at, language });
};

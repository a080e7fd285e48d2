import type { Configuration, ServiceConfig } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import type { SlipPaper } from '../../core/paper.js';

/** What every paper of a centre says of it. */
export const headOf = ({ centre }: Configuration, at: number, language: Language) => ({
  centre: centre.name,
  takenAt: at,
  zone: centre.zone,
  digits: centre.digits,
  language,
  enquiryUrl: centre.enquiryUrl,
  copy: 'first' as const,
});

/** What stands on a slip about a service. */
export const slipOf = (
  configuration: Configuration,
  service: ServiceConfig,
  { at, language }: { readonly at: number; readonly language: Language },
): SlipPaper => ({
  ...headOf(configuration, at, language),
  service: service.name,
  eligibility: service.eligibility,
  papers: service.papers,
  fees: service.fees,
  days: service.days,
  procedure: service.procedure,
});

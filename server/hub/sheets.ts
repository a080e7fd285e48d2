import { serviceOf } from '../../core/catalogue.js';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import { jobIdOf, type SlipPaper, type TicketPaper } from '../../core/paper.js';
import type { PrintJob } from '../../core/protocol/views.js';
import type { Sheet } from '../../core/state.js';
import { labelOf } from '../../core/views/hall.js';
import { PAPER_WORDS } from '../../paper/words.js';
import type { Centre } from '../centre.js';
import { slipOf } from '../papers/slip.js';

/** Lines of a pad's numbers to be filled in with a pen. */
const BY_HAND = (['service', 'time'] as const).map((line) => ({
  ar: PAPER_WORDS.ar.byHand[line],
  en: PAPER_WORDS.en.byHand[line],
}));

const informationOf = (
  configuration: Configuration,
  { serviceId, language }: Extract<Sheet['of'], { kind: 'information' }>,
  at: Millis,
): SlipPaper | undefined => {
  const service = serviceOf(configuration, serviceId);
  return service && slipOf(configuration, service, { at, language });
};

const padOf = (
  configuration: Configuration,
  { seriesId, number }: { readonly seriesId: string; readonly number: number },
  training: boolean,
): TicketPaper => {
  const { name: centre, zone, digits, enquiryUrl } = configuration.centre;
  return {
    centre,
    label: labelOf(configuration, { seriesId, number }),
    services: BY_HAND,
    ahead: null,
    takenAt: null,
    zone,
    digits,
    language: 'ar',
    classId: '',
    link: null,
    enquiryUrl,
    training,
    copy: 'first',
  };
};

/** Parts of sheets that the printers of these kiosks have still to bring out. */
export const sheetJobs = (centre: Centre, kiosks: readonly DeviceId[]): readonly PrintJob[] => {
  const configuration = centre.configuration();
  const { day } = centre.log.state;
  if (day === null) return [];
  return [...day.sheets.values()].flatMap(({ id, kioskId, of, orderedAt, left }): PrintJob[] => {
    if (!kiosks.includes(kioskId)) return [];
    if (of.kind === 'information') {
      const paper = informationOf(configuration, of, orderedAt);
      return paper ? [{ jobId: jobIdOf(id, 0), kioskId, issuedAt: orderedAt, paper }] : [];
    }
    return [...left].map((part) => {
      const number = { seriesId: of.seriesId, number: of.from + part };
      const paper = padOf(configuration, number, day.training);
      return { jobId: jobIdOf(id, part), kioskId, issuedAt: null, paper };
    });
  });
};

import { serviceOf } from '../../core/catalogue.js';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import { jobIdOf, type Paper, type SlipPaper, type TicketPaper } from '../../core/paper.js';
import type { PrintJob } from '../../core/protocol/views.js';
import type { Sheet } from '../../core/state.js';
import { labelOf } from '../../core/views/hall.js';
import type { Centre } from '../centre.js';
import { slipOf } from '../papers/slip.js';

/** Nobody stands before the printer of a pad: its age is told anew, so that it is printed whole. */
const PAD_FRESH_MS = 30_000;
/** To be filled in by hand. */
const BY_HAND = [
  { ar: 'الخدمة: ........................', en: 'Service: ........................' },
  { ar: 'الوقت: ........ : ........', en: 'Time: ........ : ........' },
];

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
  of: Extract<Sheet['of'], { kind: 'pad' }>,
  part: number,
): TicketPaper => {
  const { name: centre, zone, digits, enquiryUrl } = configuration.centre;
  const label = labelOf(configuration, { seriesId: of.seriesId, number: of.from + part });
  return {
    ...{ centre, label, services: BY_HAND, ahead: null, takenAt: null, zone, digits },
    ...{ language: 'ar', classId: '', link: null, enquiryUrl, training: false, copy: 'first' },
  };
};

/** Papers that are no tickets and that the printers of these kiosks have still to bring out. */
export const sheetJobs = (
  centre: Centre,
  kiosks: readonly DeviceId[],
  at: Millis,
): readonly PrintJob[] => {
  const configuration = centre.configuration();
  const sheets = [...(centre.log.state.day?.sheets.values() ?? [])];
  return sheets.flatMap(({ id, kioskId, of, orderedAt, left }) => {
    if (!kiosks.includes(kioskId)) return [];
    const isPad = of.kind === 'pad';
    const issuedAt = isPad ? at - (at % PAD_FRESH_MS) : orderedAt;
    return [...left].flatMap((part): PrintJob[] => {
      const paper: Paper | undefined = isPad
        ? padOf(configuration, of, part)
        : informationOf(configuration, of, orderedAt);
      return paper === undefined ? [] : [{ jobId: jobIdOf(id, part), kioskId, issuedAt, paper }];
    });
  });
};

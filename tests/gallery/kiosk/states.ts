import type { VisitorAsk } from '../../../core/protocol/commands.js';
import type { KioskView } from '../../../core/protocol/views.js';
import type { Flow } from '../../../kiosk/flow.svelte.js';
import { UNANSWERED, type Outcome } from '../../../web/outbox.js';
import { hallTimes, receipt } from '../../fixtures/kiosk.js';

export interface Shown {
  readonly view?: Partial<KioskView>;
  readonly live?: boolean;
  readonly away?: boolean;
  readonly loading?: boolean;
  readonly answer?: Outcome;
  /** Asks are never answered. */
  readonly silent?: boolean;
  readonly act?: (flow: Flow) => void;
  /** What is touched then, by test id, each as soon as it is there. */
  readonly touch?: readonly string[];
}

const ticket =
  (changes: Parameters<typeof receipt>[0] = {}) =>
  (flow: Flow) =>
    flow.go({ name: 'ticket', receipt: receipt(changes), services: ['s1-2'] });
const open = (flow: Flow) => flow.open('s1-2');
const printing = (state: 'sending' | 'confirmed' | 'reprinting' | 'interrupted') => ({
  printing: { 'stream:105': state },
});

const read = (changes: object): Partial<KioskView> => ({
  scanned: {
    at: 0,
    code: 'known',
    ticketId: 'stream:105',
    label: receipt().label,
    state: 'waiting',
    ahead: 3,
    counter: null,
    returned: null,
    ...changes,
  },
});

/** Every screen of the kiosk, by name. */
export const STATES: Readonly<Record<string, Shown>> = {
  welcome: {},
  'welcome-announcement': {
    view: {
      announcement: {
        ar: 'تُغلق خزينة السداد اليوم الساعة الواحدة ظهرًا.',
        en: 'The cashier closes at one o’clock today.',
      },
      suspended: ['s2-2'],
      full: ['s3-2'],
      helpAsked: true,
    },
  },
  'scan-kept': { view: read({ returned: 'kept' }) },
  'scan-called': {
    view: read({ state: 'called', counter: { number: 4, floor: { ar: 'أ', en: 'A' } } }),
  },
  'scan-relabelled': { view: read({ was: { letter: { ar: 'أ', en: 'A' }, number: 12 } }) },
  'scan-unknown': { view: { scanned: { at: 0, code: 'unknown' } } },
  'scan-again': { view: { scanned: { at: 0, code: 'again' } } },
  'welcome-paperless': { view: { printer: 'paperEnd' } },
  'welcome-paper-low': { view: { printer: 'nearEnd' } },
  'welcome-training': { view: { training: true } },
  'welcome-basket': { act: (flow) => flow.addAnother('s1-2') },
  'welcome-voiced': { view: { voice: 'hash' } },
  'welcome-large': { act: (flow) => (flow.largeText = true) },
  reading: { view: { voice: 'a' }, act: (flow) => (flow.reading = true) },
  'welcome-low': { act: (flow) => (flow.lowReach = true) },
  'welcome-noted': {
    act: (flow) => {
      const command: VisitorAsk = { type: 'takeTicket', services: ['s1-2'], language: 'ar' };
      const answer = { done: true, seq: 1, receipt: receipt() } as const;
      flow.late({ command, sentAt: 0 }, answer, Date.now());
    },
  },
  sector: { act: (flow) => flow.go({ name: 'sector', sectorId: 'sector-2' }) },
  'sector-low': {
    act: (flow) => {
      flow.lowReach = true;
      flow.go({ name: 'sector', sectorId: 'sector-2' });
    },
  },
  search: { act: (flow) => flow.go({ name: 'search' }) },
  'search-found': {
    act: (flow) => {
      flow.query = 'تجديد';
      flow.go({ name: 'search' });
    },
  },
  'search-none': {
    act: (flow) => {
      flow.query = 'جواز سفر';
      flow.go({ name: 'search' });
    },
  },
  service: { act: open },
  'service-informed': {
    act: (flow) => {
      open(flow);
      flow.informed = 's1-2';
    },
  },
  'service-unknown-papers': { act: (flow) => flow.open('s1-4') },
  'service-large': {
    act: (flow) => {
      flow.largeText = true;
      open(flow);
    },
  },
  'service-low': {
    act: (flow) => {
      flow.lowReach = true;
      open(flow);
    },
  },
  'service-basket': {
    act: (flow) => {
      flow.addAnother('s2-2');
      flow.classId = 'P1';
      open(flow);
    },
  },
  'service-busy': {
    silent: true,
    act: (flow) => {
      open(flow);
      void flow.take(['s1-2']);
    },
  },
  'service-retrying': {
    silent: true,
    live: false,
    act: (flow) => {
      open(flow);
      void flow.take(['s1-2']);
    },
  },
  'service-refused': {
    answer: { refused: 'hall.full' },
    act: (flow) => {
      open(flow);
      void flow.take(['s1-2']);
    },
  },
  'service-unsure': {
    answer: { refused: UNANSWERED },
    act: (flow) => {
      open(flow);
      void flow.take(['s1-2']);
    },
  },
  'service-suspended': { view: { suspended: ['s1-2'] }, act: open },
  'service-full': { view: { full: ['s1-2'] }, act: open },
  'service-no-paper': { view: { printer: 'paperEnd' }, act: open },
  priority: {
    act: (flow) => {
      open(flow);
      flow.asking = true;
    },
  },
  'priority-late': {
    act: (flow) => {
      ticket()(flow);
      flow.asking = true;
    },
  },
  'ticket-printing': { view: printing('sending'), act: ticket() },
  'ticket-printed': { view: printing('confirmed'), act: ticket() },
  'ticket-again': { view: printing('reprinting'), act: ticket() },
  'ticket-unprinted': { view: printing('interrupted'), act: ticket() },
  'ticket-no-paper': { view: { printer: 'paperEnd' }, act: ticket({ ahead: 0 }) },
  'ticket-print-elsewhere': {
    view: { printer: 'jam', elsewhere: ['k2'] },
    act: ticket({ ahead: 0 }),
  },
  'ticket-elsewhere': {
    view: { printer: 'jam', elsewhere: ['k2'], ...printing('sending') },
    act: (flow) => {
      ticket()(flow);
      flow.printedAt = 'k2';
    },
  },
  'ticket-no-printer': {
    view: { printer: 'none' },
    act: ticket({ printing: false, link: null, label: { letter: null, number: 4 } }),
  },
  'ticket-sms': { view: { ...printing('confirmed'), sms: true }, act: ticket() },
  'ticket-sms-number': {
    view: { ...printing('confirmed'), sms: true },
    act: ticket(),
    touch: ['sms', ...[...'01012345'].map((digit) => `digit-${digit}`)],
  },
  'ticket-sms-ready': {
    view: { ...printing('confirmed'), sms: true },
    act: ticket(),
    touch: ['sms', ...[...'01012345678'].map((digit) => `digit-${digit}`), 'sms-consent'],
  },
  'ticket-sms-failed': {
    view: { ...printing('confirmed'), sms: true },
    act: ticket(),
    touch: [
      ...['sms', ...[...'01012345678'].map((digit) => `digit-${digit}`), 'sms-consent'],
      'sms-save',
    ],
  },
  'ticket-long': {
    view: printing('confirmed'),
    act: ticket({ label: { letter: { ar: 'م', en: 'M' }, number: 8888 }, link: null }),
  },
  'ticket-large': {
    view: printing('confirmed'),
    act: (flow) => {
      flow.largeText = true;
      ticket()(flow);
    },
  },
  'ticket-low': {
    view: printing('confirmed'),
    act: (flow) => {
      flow.lowReach = true;
      ticket()(flow);
    },
  },
  before: { view: { hall: hallTimes('before') } },
  closing: { view: { hall: hallTimes('closing') } },
  closed: { view: { hall: hallTimes('closed') } },
  'closed-browsing': {
    view: { hall: hallTimes('closed') },
    act: (flow) => {
      flow.browsing = true;
      open(flow);
    },
  },
  suspended: { view: { hall: hallTimes('suspended') } },
  full: { view: { hall: hallTimes('full') } },
  offline: { live: false },
  away: { away: true },
  'away-service': { away: true, act: open },
  'away-ticket': {
    away: true,
    view: printing('confirmed'),
    act: ticket({ ahead: null }),
  },
  loading: { loading: true },
};

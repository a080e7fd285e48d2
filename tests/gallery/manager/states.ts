import { EXPORTS } from '../../../core/lists.js';
import type { VoiceAnswer } from '../../../core/protocol/api.js';
import { scriptOf } from '../../../core/voice/script.js';
import { MINUTE_MS } from '../../../core/time.js';
import type { Office } from '../../../manager/office.js';
import { ServerAway } from '../../../web/api.js';
import {
  busyHall,
  calmHall,
  closedHall,
  demoCentre,
  lateHall,
  NAMES,
  troubledHall,
  type ManagerFixture,
} from '../../fixtures/manager.js';

const QUIET = {
  ...{ queued: 0, sent: 41, delivered: 38, failed: 0, perDayMax: 500 },
  ...{ way: 'ready' as const, unreached: [] },
};

/** The standby and the data centres are not reached, or take nothing more. */
const away = (hall: ManagerFixture): ManagerFixture => {
  const since = hall.view.at - 25 * MINUTE_MS;
  const upstreams = [
    { id: 'ismailia', is: 'away', since },
    { id: 'egypt', is: 'fork' },
  ] as const;
  return { ...hall, view: { ...hall.view, standby: { is: 'away', since }, upstreams } };
};

/** Every hall that the manager's page is shown with, by name. */
export const STATES: Readonly<Record<string, () => ManagerFixture>> = {
  busy: () => busyHall({ sms: QUIET }),
  calm: () => calmHall(),
  troubled: troubledHall,
  before: closedHall,
  lost: () => busyHall(),
  'standby-live': () => calmHall({ standby: { is: 'live' } }),
  'standby-sending': () => calmHall({ standby: { is: 'sending' } }),
  'standby-unknown': () => calmHall({ standby: { is: 'unknown' } }),
  'standby-away': () => away(calmHall()),
  upstreams: () => away(busyHall()),
  altered: () => calmHall({ altered: 48_211 }),
  training: () => calmHall({ training: true }),
  refused: () => busyHall(),
  away: () => calmHall(),
  empty: closedHall,
  setup: closedHall,
  'pad-print': () => calmHall(),
  'pad-print-again': () => calmHall({ padNext: { pad: 100 } }),
  'pad-enter': () => calmHall(),
  'lost-tickets': troubledHall,
  report: () => busyHall(),
  'report-late': lateHall,
};

/** What is pressed before the picture, by test ids. */
export const PRESSED: Readonly<Record<string, readonly string[]>> = {
  'standby-live': ['tab-devices'],
  'standby-sending': ['tab-devices'],
  'standby-unknown': ['tab-devices'],
  'standby-away': ['tab-devices'],
  'pad-print': ['pad-print'],
  'pad-print-again': ['pad-print'],
  'pad-enter': ['pad'],
  'lost-tickets': ['show-lost'],
  report: ['tab-report'],
  'report-late': ['tab-report'],
};

const staff = [
  { id: 'samira', name: 'سميرة خليل', role: 'manager' as const, active: true },
  ...Object.entries(NAMES).map(([id, name]) => ({
    id,
    name,
    role: 'clerk' as const,
    active: id !== 'yasser',
  })),
];

/** A voice of which the first clips are recorded. */
const voiceOf = (at: number): VoiceAnswer => ({
  installed: {
    name: { ar: 'صوت مُركَّب', en: 'Synthesised voice' },
    source: 'espeak-ng 1.51',
    licence: 'CC0-1.0',
    attribution: '',
    languages: ['ar', 'en'],
  },
  hash: 'a',
  origins: { ar: { calls: 'installed', kiosk: 'installed' }, en: { calls: 'recorded' } },
  recorded: scriptOf('ar', demoCentre())
    .slice(0, 24)
    .map(({ id: clip }) => ({ language: 'ar', clip, hash: clip, ms: 740, at })),
});
/** A white dot. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTo1JAAAAABJRU5ErkJggg==';

/** An office that answers at once; in the state `away` it cannot be reached. */
export const officeFor = (state: string, { view, report, now }: ManagerFixture): Office => {
  const answer = <T>(value: T): Promise<T> =>
    state === 'away' ? Promise.reject(new ServerAway(state)) : Promise.resolve(value);
  const days = state === 'empty' ? [] : ['2026-11-22', '2026-11-19', '2026-11-18'];
  const label = { letter: { ar: 'أ', en: 'A' }, number: 12 };
  const [service] = view.services;
  return {
    staff: () => answer({ staff }),
    addStaff: () => answer({ refused: 'staff.exists' }),
    setSecret: () => answer({ done: true }),
    setActive: () => answer({ done: true }),
    pending: () =>
      answer({ pending: [{ deviceId: 'hall-2', role: 'board', since: now - 90_000 }] }),
    approve: () => answer({ refused: 'enrol.unknownCode' }),
    tickets: () =>
      answer({
        found: [
          {
            ticketId: 'hall0000:12',
            label,
            serviceId: service?.serviceId ?? '',
            status: 'waiting',
            joinedAt: now - 1_500_000,
          },
        ],
      }),
    days: () => answer({ days }),
    report: () => answer(report),
    voice: () => answer(voiceOf(now)),
    putClip: () => answer(voiceOf(now)),
    deleteVoice: () => answer({ refused: 'voice.noRoom' }),
    clipFile: () => answer(new Blob()),
    previewPaper: () =>
      answer({ png: PIXEL, lengthMm: 58.4, shortened: [], leftOut: ['scan'], moved: ['time'] }),
    savePaper: () => answer({ waiting: [] }),
    exportUrl: (table) => `/${EXPORTS.indexOf(table)}.csv`,
  };
};

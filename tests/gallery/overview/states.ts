import type { Account, CentreAnswer, FleetAnswer } from '../../../core/protocol/overview.js';
import { HOUR_MS } from '../../../core/time.js';
import type { Office } from '../../../overview/office.js';
import type { Place } from '../../../overview/place.js';
import { ServerAway } from '../../../web/api.js';
import {
  ALI,
  alarmsAnswer,
  calmFleet,
  centreAnswer,
  countryFleet,
  FLEET_NOW,
  MONA,
  troubledFleet,
} from '../../fixtures/fleet/answers.js';

export interface Shown {
  readonly place: Place;
  readonly fleet?: () => FleetAnswer;
  readonly account?: Account;
  /** What is pressed before the picture, by test ids. */
  readonly pressed?: readonly string[];
  /** What the office says instead. */
  readonly office?: Partial<Office>;
}

const centres: Place = { page: 'centres' };
const alarms: Place = { page: 'alarms', centreId: null };
const centre = (number: number): Place => ({
  ...{ page: 'centre', centreId: `ismailia-${number}`, day: null },
});
const away = (): Promise<never> => Promise.reject(new ServerAway('gallery'));

/** Answers once, and is away when it is asked again. */
const lostAfterOne = (): Office['fleet'] => {
  let asked = 0;
  return () => {
    if (asked++ > 0) return away();
    // As a page does that is looked at again.
    setTimeout(() => document.dispatchEvent(new Event('visibilitychange')));
    return Promise.resolve(calmFleet());
  };
};

/** Every state of a data centre's pages. */
export const STATES: Readonly<Record<string, Shown>> = {
  calm: { place: centres, fleet: calmFleet },
  troubled: { place: centres },
  country: { place: centres, fleet: () => countryFleet(700) },
  'country-late': {
    place: centres,
    fleet: () => countryFleet(700),
    pressed: ['show-late'],
  },
  none: { place: centres, fleet: () => ({ ...calmFleet(), centres: [] }) },
  lost: { place: centres, office: { fleet: lostAfterOne() } },
  away: { place: centres, office: { fleet: away } },
  centre: { place: centre(3) },
  'centre-silent': { place: centre(5) },
  'centre-behind': { place: centre(7) },
  'centre-new': { place: centre(10) },
  alarms: { place: alarms },
  'alarms-all': {
    place: alarms,
    pressed: ['behind', 'restored', 'checkpoint', 'clock', 'silent', 'facts'].map(
      (kind) => `alarm-${kind}-head`,
    ),
  },
  'alarms-viewer': { place: alarms, account: ALI },
  'alarms-none': {
    place: alarms,
    office: { alarms: () => Promise.resolve({ now: FLEET_NOW, alarms: [] }) },
  },
  clear: { place: alarms, pressed: ['clear'] },
  export: { place: { page: 'export' } },
  enrolment: { place: { page: 'enrolment' } },
  enrol: { place: { page: 'enrolment' }, pressed: ['enrol'] },
  code: { place: { page: 'enrolment' }, pressed: ['again-ismailia-1', 'enrol-go'] },
  revoke: { place: { page: 'enrolment' }, pressed: ['revoke-ismailia-1'] },
  accounts: { place: { page: 'accounts' } },
  'account-add': { place: { page: 'accounts' }, pressed: ['account-add'] },
  me: { place: centres, pressed: ['me'] },
  setup: { place: centres },
  'sign-in': { place: centres },
};

const answerFor = (fleet: FleetAnswer, centreId: string): CentreAnswer | { refused: string } => {
  const line = fleet.centres.find((each) => each.centreId === centreId);
  return line === undefined ? { refused: 'centre.unknown' } : centreAnswer(line);
};

/** An office that answers at once. */
export const officeFor = ({ fleet = troubledFleet, office = {} }: Shown): Office => {
  const answer = fleet();
  const done = () => Promise.resolve({ done: true });
  const { centres: lines } = answer;
  return {
    session: () => Promise.resolve({ account: MONA, setup: false, now: FLEET_NOW }),
    signIn: () => Promise.resolve({ refused: 'signIn.wrong' }),
    signOut: done,
    setup: () => Promise.resolve({ refused: 'setup.wrongCode' }),
    ownSecret: done,
    fleet: () => Promise.resolve(answer),
    centre: (centreId) => Promise.resolve(answerFor(answer, centreId)),
    alarms: () => Promise.resolve(alarmsAnswer()),
    clearAlarm: done,
    enrol: () => Promise.resolve({ code: 'K7MQ-2XWD-9HTA', expiresAt: FLEET_NOW + HOUR_MS }),
    revoke: () => Promise.resolve({ refused: lines.length > 0 ? 'centre.elsewhere' : 'bug' }),
    accounts: () =>
      Promise.resolve({
        accounts: [
          MONA,
          ALI,
          { id: 'nadia', name: 'نادية فؤاد', role: 'operator', scope: ['ismailia'] },
        ],
      }),
    addAccount: done,
    changeAccount: () => Promise.resolve({ refused: 'account.lastOperator' }),
    setSecret: done,
    removeAccount: done,
    exportUrl: ({ from, to }) => `/api/legs.csv?from=${from}&to=${to}`,
    ...office,
  };
};

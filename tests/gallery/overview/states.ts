import {
  ALARM_KINDS,
  type Account,
  type AlarmsAnswer,
  type CentreAnswer,
  type FleetAnswer,
} from '../../../core/protocol/overview.js';
import { HOUR_MS } from '../../../core/time.js';
import type { Office } from '../../../overview/office.js';
import { plainPlace, type Place } from '../../../overview/place.js';
import { ServerAway } from '../../../web/api.js';
import {
  ALI,
  alarmsAnswer,
  auditAnswer,
  calmFleet,
  centreAnswer,
  countryFleet,
  enrolmentAnswer,
  FLEET_NOW,
  MONA,
  troubledFleet,
} from '../../fixtures/fleet/answers.js';
import { NAMES } from '../../fixtures/manager.js';

export interface Shown {
  readonly place: Place;
  readonly fleet?: () => FleetAnswer;
  readonly account?: Account;
  /** What is pressed before the picture, by test ids. */
  readonly pressed?: readonly string[];
  /** What the office says instead. */
  readonly office?: Partial<Office>;
}

const centres = plainPlace('centres');
const alarms = plainPlace('alarms');
const enrolment = plainPlace('enrolment');
const centre = (number: number, day: string | null = null): Place => ({
  ...{ page: 'centre', centreId: `ismailia-${number}`, day },
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

/** The doors have just opened. */
const earlyFleet = (): FleetAnswer => {
  const fleet = calmFleet();
  const early = (line: FleetAnswer['centres'][number]) => ({
    ...line,
    serviceLevel: { ...line.serviceLevel, of: 3 },
  });
  return { ...fleet, centres: fleet.centres.map(early) };
};

/** A centre whose policy tells the names of its clerks. */
const named = (): Partial<Office> => ({
  centre: (centreId) => {
    const answer = answerFor(troubledFleet(), centreId);
    if ('refused' in answer) return Promise.resolve(answer);
    return Promise.resolve({ ...answer, names: { ...answer.names, clerks: NAMES } });
  },
});
/** One whose clock is another than the reader's. */
const abroad = (): Partial<Office> => ({
  centre: (centreId) => {
    const answer = answerFor(troubledFleet(), centreId);
    if ('refused' in answer) return Promise.resolve(answer);
    return Promise.resolve({ ...answer, line: { ...answer.line, zone: 'Asia/Muscat' } });
  },
});
const revokedFleet = (): FleetAnswer => {
  const fleet = calmFleet();
  const revoke = (line: FleetAnswer['centres'][number], place: number) =>
    place === 6 || place === 7
      ? ({ ...line, state: 'revoked', live: null, relayed: place === 7 } as const)
      : line;
  return { ...fleet, centres: fleet.centres.map(revoke) };
};

const alarmsOf = (centreId: string | null): AlarmsAnswer => {
  const { now, alarms } = alarmsAnswer();
  return { now, alarms: alarms.filter((one) => centreId === null || one.centreId === centreId) };
};

/** An alarm that is cleared stays so. */
const clearing = (): Partial<Office> => {
  let told: AlarmsAnswer = alarmsAnswer();
  return {
    alarms: () => Promise.resolve(told),
    clearAlarm: (_, alarmId) => {
      const { now } = told;
      const alarmsNow = told.alarms.map((alarm) =>
        alarm.alarmId === alarmId ? { ...alarm, clearedAt: now, clearedBy: MONA.name } : alarm,
      );
      told = { now, alarms: alarmsNow };
      return Promise.resolve({ done: true });
    },
  };
};
const legs = (count: number, running = 0): Partial<Office> => ({
  legs: () => Promise.resolve({ legs: count, running, runningMax: 2 }),
});

/** Every state of a data centre's pages. */
export const STATES: Readonly<Record<string, Shown>> = {
  calm: { place: centres, fleet: calmFleet },
  early: { place: centres, fleet: earlyFleet },
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
  'centre-past': { place: centre(3, '2026-11-19') },
  'centre-closed': { place: centre(3, '2026-11-20') },
  'centre-named': { place: centre(3), office: named() },
  'centre-unknown': { place: centre(77) },
  'centre-abroad': { place: centre(3), office: abroad() },
  alarms: { place: alarms },
  'alarms-all': {
    place: alarms,
    pressed: ALARM_KINDS.slice(1).map((kind) => `alarm-${kind}-head`),
  },
  'alarms-viewer': { place: alarms, account: ALI },
  'alarms-none': {
    place: alarms,
    office: { alarms: () => Promise.resolve({ now: FLEET_NOW, alarms: [] }) },
  },
  clear: { place: alarms, pressed: ['clear'] },
  'alarm-cleared': { place: alarms, pressed: ['clear', 'clear-go'], office: clearing() },
  'alarm-reopen': {
    place: { page: 'alarms', centreId: 'ismailia-1' },
    pressed: ['alarm-fork-head', 'alarm-restored-head'],
  },
  export: { place: plainPlace('export') },
  'export-empty': { place: plainPlace('export'), office: legs(0) },
  'export-refused': { place: plainPlace('export'), office: legs(12_400, 2) },
  'export-fetched': { place: plainPlace('export'), pressed: ['export-go'] },
  'export-away': { place: plainPlace('export'), office: { legs: away } },
  enrolment: { place: enrolment },
  'enrolment-none': {
    place: enrolment,
    fleet: () => ({ ...calmFleet(), centres: [] }),
    office: { enrolment: () => Promise.resolve({ now: FLEET_NOW, codes: [], relays: [] }) },
  },
  'enrolment-revoked': { place: enrolment, fleet: revokedFleet },
  readmit: { place: enrolment, fleet: revokedFleet, pressed: ['readmit-ismailia-8'] },
  enrol: { place: enrolment, pressed: ['enrol'] },
  'enrol-relay': { place: enrolment, pressed: ['enrol-relay'] },
  code: { place: enrolment, pressed: ['again-ismailia-1', 'enrol-go'] },
  withdraw: { place: enrolment, pressed: ['withdraw-suez-4'] },
  revoke: { place: enrolment, pressed: ['revoke-ismailia-1'] },
  accounts: { place: plainPlace('accounts') },
  'account-add': { place: plainPlace('accounts'), pressed: ['account-add'] },
  'account-change': { place: plainPlace('accounts'), pressed: ['change-ali'] },
  'account-secret': { place: plainPlace('accounts'), pressed: ['secret-ali'] },
  'account-last': {
    place: plainPlace('accounts'),
    pressed: ['remove-mona', 'remove-go'],
    office: { removeAccount: () => Promise.resolve({ refused: 'account.lastOperator' }) },
  },
  audit: { place: plainPlace('audit') },
  'no-right': { place: plainPlace('accounts'), account: ALI },
  me: { place: centres, pressed: ['me'] },
  setup: { place: centres },
  'sign-in': { place: centres },
};

const answerFor = (fleet: FleetAnswer, centreId: string): CentreAnswer | { refused: string } => {
  const line = fleet.centres.find((each) => each.centreId === centreId);
  return line === undefined ? { refused: 'centre.unknown' } : centreAnswer(line);
};
/** Of a past day it is the same report, closed; Fridays are days off. */
const answerOn = (fleet: FleetAnswer, centreId: string, day: string | null) => {
  const answer = answerFor(fleet, centreId);
  if (day === null || 'refused' in answer || answer.report === null) return answer;
  const report = day === '2026-11-20' ? null : { ...answer.report, day, closed: true };
  return { ...answer, report };
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
    centre: (centreId, day) => Promise.resolve(answerOn(answer, centreId, day)),
    alarms: (centreId) => Promise.resolve(alarmsOf(centreId)),
    clearAlarm: done,
    reopenAlarm: done,
    enrolment: () => Promise.resolve(enrolmentAnswer()),
    withdrawCode: done,
    audit: () => Promise.resolve(auditAnswer()),
    legs: () => Promise.resolve({ legs: 12_400, running: 0, runningMax: 2 }),
    readmit: done,
    makeCode: () => Promise.resolve({ code: 'K7MQ-2XWD-9HTA', expiresAt: FLEET_NOW + HOUR_MS }),
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

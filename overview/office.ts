import type {
  Account,
  AccountsAnswer,
  AlarmsAnswer,
  AuditAnswer,
  AuditLine,
  CentreAnswer,
  CodeAnswer,
  EnrolmentAnswer,
  FleetAnswer,
  LegsAnswer,
  OverviewSession,
  SenderName,
} from '../core/protocol/overview.js';
import { get, post, type Refused } from '../web/api.js';
import { keepStaffId, type NotSignedIn } from '../web/gate/signing.js';

type Asked<T> = Promise<T | Refused>;
export type NewAccount = Account & { readonly secret: string };

/** Which legs a file holds; both days are included, and all of the scope for no centre. */
export interface Range {
  readonly from: string;
  readonly to: string;
  readonly centre?: string;
  readonly governorate?: string;
}

/** What the pages ask of the data centre. Rejects with `ServerAway` only. */
export interface Office {
  session: () => Promise<OverviewSession>;
  signIn: (accountId: string, secret: string) => Promise<NotSignedIn | null>;
  signOut: (everywhere: boolean) => Asked<object>;
  setup: (first: Omit<NewAccount, 'role' | 'scope'> & { readonly code: string }) => Asked<object>;
  ownSecret: (old: string, secret: string) => Asked<object>;
  /** `again` is a page that looks by itself: nobody is kept signed in by it. */
  fleet: (again: boolean) => Asked<FleetAnswer>;
  centre: (centreId: string, day: string | null, again: boolean) => Asked<CentreAnswer>;
  /** Of one centre, or of all for `null`. */
  alarms: (centreId: string | null, again: boolean) => Asked<AlarmsAnswer>;
  clearAlarm: (centreId: string, alarmId: string) => Asked<object>;
  reopenAlarm: (centreId: string, alarmId: string) => Asked<object>;
  enrolment: (again: boolean) => Asked<EnrolmentAnswer>;
  makeCode: (sender: SenderName, governorateId: string) => Asked<CodeAnswer>;
  withdrawCode: (sender: SenderName) => Asked<object>;
  revoke: (sender: SenderName) => Asked<object>;
  /** Takes again what is passed on of a centre. */
  readmit: (sender: SenderName) => Asked<object>;
  accounts: () => Asked<AccountsAnswer>;
  addAccount: (account: NewAccount) => Asked<object>;
  changeAccount: (account: Account) => Asked<object>;
  setSecret: (id: string, secret: string) => Asked<object>;
  removeAccount: (id: string) => Asked<object>;
  /** What is older than a line, or the newest for `null`. */
  audit: (before: Pick<AuditLine, 'at' | 'auditId'> | null) => Asked<AuditAnswer>;
  legs: (range: Range) => Asked<LegsAnswer>;
  /** Address of the file. */
  exportUrl: (range: Range) => string;
}

const url = (path: string, query: Readonly<Record<string, string>>): string => {
  const text = new URLSearchParams(query).toString();
  return `/api/${path}${text === '' ? '' : `?${text}`}`;
};
const looking = (again: boolean): { readonly again?: '1' } => (again ? { again: '1' } : {});

export const makeOffice = (): Office => ({
  session: () => get('/api/session'),
  signIn: async (accountId, secret) => {
    const answer = await post<object | NotSignedIn>('/api/sign-in', { accountId, secret });
    if ('refused' in answer) return answer;
    keepStaffId(accountId);
    return null;
  },
  signOut: (everywhere) => post('/api/sign-out', { everywhere }),
  setup: (first) => post('/api/setup', first),
  ownSecret: (old, secret) => post('/api/secret', { old, secret }),
  fleet: (again) => get(url('fleet', looking(again))),
  centre: (centreId, day, again) => {
    const query = { ...(day === null ? {} : { day }), ...looking(again) };
    return get(url(`centre/${encodeURIComponent(centreId)}`, query));
  },
  alarms: (centreId, again) => {
    const query = { ...(centreId === null ? {} : { centre: centreId }), ...looking(again) };
    return get(url('alarms', query));
  },
  clearAlarm: (centreId, alarmId) => post('/api/alarms/clear', { centreId, alarmId }),
  reopenAlarm: (centreId, alarmId) => post('/api/alarms/reopen', { centreId, alarmId }),
  enrolment: (again) => get(url('enrolment', looking(again))),
  makeCode: ({ kind, id }, governorateId) =>
    post('/api/enrolment/code', { kind, id, governorateId }),
  withdrawCode: ({ kind, id }) => post('/api/enrolment/withdraw', { kind, id }),
  revoke: ({ kind, id }) => post('/api/enrolment/revoke', { kind, id }),
  readmit: ({ kind, id }) => post('/api/enrolment/readmit', { kind, id }),
  accounts: () => get('/api/accounts'),
  addAccount: (account) => post('/api/accounts', account),
  changeAccount: (account) => post('/api/accounts/change', account),
  setSecret: (id, secret) => post('/api/accounts/secret', { id, secret }),
  removeAccount: (id) => post('/api/accounts/remove', { id }),
  audit: (before) =>
    get(url('audit', before === null ? {} : { at: String(before.at), id: before.auditId })),
  legs: (range) => get(url('legs', { ...range })),
  exportUrl: (range) => url('legs.csv', { ...range }),
});

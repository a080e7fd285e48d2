import type { FastifyInstance } from 'fastify';
import type { Scope } from '../../core/protocol/overview.js';
import { SecretHasher } from '../../node/secrets.js';
import { Accounts } from '../access/accounts.js';
import { pepperIn } from '../access/pepper.js';
import { Sessions } from '../access/sessions.js';
import { setupCodeOf } from '../access/setup.js';
import { senderIdOf, senderNameOf } from '../../core/protocol/upstream.js';
import { makeCode, revoke, withdrawCode } from '../centres/enrolment.js';
import type { Senders } from '../centres/senders.js';
import { readAudit } from '../access/audit.js';
import { clearAlarm, readAlarms, reopenAlarm } from '../read/alarms.js';
import { readCentre } from '../read/centre.js';
import { countLegs, legsCsv } from '../read/csv.js';
import { readEnrolment } from '../read/enrolment.js';
import { readFleet } from '../read/fleet.js';
import type { Database } from '../store/database.js';
import type { Upstream } from '../upstream.js';
import type { Enrolment } from './enrolment.js';
import { pageRoutes } from './pages.js';
import type { Reads } from './reads.js';

/** From the store's own facts. */
export const READS: Reads = {
  ...{ readFleet, readCentre, readAlarms, clearAlarm, reopenAlarm, countLegs, legsCsv },
  ...{ readEnrolment, readAudit },
};

/** Whether the scope holds all that is known of a sender: its place, and that of its code. */
const isWithin = async (database: Database, senderId: string, scope: Scope): Promise<boolean> => {
  if (scope === null) return true;
  const { kind, id } = senderNameOf(senderId);
  const places = await Promise.all([
    database.query<{ governorate_id: string }>(
      `SELECT governorate_id FROM ${kind} WHERE ${kind}_id = $1`,
      [id],
    ),
    database.query<{ governorate_id: string }>(
      'SELECT governorate_id FROM enrolment WHERE centre_id = $1',
      [senderId],
    ),
  ]);
  return places.flat().every(({ governorate_id }) => scope.includes(governorate_id));
};

/** Codes and revocation as the store keeps them. */
export const enrolmentOf = (database: Database, senders: Pick<Senders, 'forget'>): Enrolment => ({
  enrol: async ({ scope, sender, governorateId, actor }) => {
    const senderId = senderIdOf(sender);
    if (!(await isWithin(database, senderId, scope))) return { refused: 'centre.elsewhere' };
    return makeCode(database, { senderId, governorateId, madeBy: actor.accountId }, actor.at);
  },
  withdraw: async ({ scope, sender }) => {
    const senderId = senderIdOf(sender);
    if (!(await isWithin(database, senderId, scope))) return { refused: 'centre.elsewhere' };
    return (await withdrawCode(database, senderId)) ? undefined : { refused: 'code.unknown' };
  },
  revoke: async ({ scope, sender, actor }) => {
    const senderId = senderIdOf(sender);
    if (!(await isWithin(database, senderId, scope))) return { refused: 'centre.elsewhere' };
    const wasThere = await revoke(database, senderId, actor.at);
    senders.forget(senderId);
    return wasThere ? undefined : { refused: 'centre.unknown' };
  },
});

/** The pages of a running data centre. */
export interface Pages {
  readonly routes: (app: FastifyInstance) => void;
  /** Who may sign in, for whoever makes accounts without a page. */
  readonly accounts: Accounts;
  /** For the terminal: the code with which the first operator is named; `null` afterwards. */
  readonly setupCode: () => Promise<string | null>;
}

/** Its pepper lies in the data centre's folder. Throws what the file system does. */
export const pagesOf = ({ settings, database, senders, now }: Upstream): Pages => {
  const pepper = pepperIn(settings.data);
  const hasher = new SecretHasher(pepper);
  const accounts = new Accounts(database, hasher);
  const parts = {
    ...{ database, accounts, pepper },
    ...{ reads: READS, enrolment: enrolmentOf(database, senders) },
    sessions: new Sessions(database, accounts, hasher),
    isTls: settings.tls !== null,
    clock: { now },
  };
  return {
    routes: (app) => pageRoutes(app, parts),
    accounts,
    setupCode: async () => ((await accounts.isNew()) ? setupCodeOf(pepper) : null),
  };
};

import type { FastifyInstance } from 'fastify';
import type { Scope } from '../../core/protocol/overview.js';
import { SecretHasher } from '../../node/secrets.js';
import { Accounts } from '../access/accounts.js';
import { pepperIn } from '../access/pepper.js';
import { Sessions } from '../access/sessions.js';
import { setupCodeOf } from '../access/setup.js';
import { makeCode, revoke } from '../centres/enrolment.js';
import type { Senders } from '../centres/senders.js';
import { clearAlarm, readAlarms } from '../read/alarms.js';
import { readCentre } from '../read/centre.js';
import { legsCsv } from '../read/csv.js';
import { readFleet } from '../read/fleet.js';
import type { Database } from '../store/database.js';
import type { Upstream } from '../upstream.js';
import type { Enrolment } from './enrolment.js';
import { pageRoutes } from './pages.js';
import type { Reads } from './reads.js';

/** From the store's own facts. */
export const READS: Reads = { readFleet, readCentre, readAlarms, clearAlarm, legsCsv };

/** Whether there is no such centre, or one within the scope. */
const isWithin = async (database: Database, centreId: string, scope: Scope): Promise<boolean> => {
  const [centre] = await database.query<{ governorate_id: string }>(
    'SELECT governorate_id FROM centre WHERE centre_id = $1',
    [centreId],
  );
  return centre === undefined || scope === null || scope.includes(centre.governorate_id);
};

/** Codes and revocation as the store keeps them. */
export const enrolmentOf = (database: Database, senders: Pick<Senders, 'forget'>): Enrolment => ({
  enrol: async ({ scope, centreId, governorateId, actor }) =>
    (await isWithin(database, centreId, scope))
      ? makeCode(database, { senderId: centreId, governorateId }, actor.at)
      : { refused: 'centre.elsewhere' },
  revoke: async ({ scope, centreId, actor }) => {
    if (!(await isWithin(database, centreId, scope))) return { refused: 'centre.elsewhere' };
    const wasThere = await revoke(database, centreId, actor.at);
    senders.forget(centreId);
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

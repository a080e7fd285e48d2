import type { FastifyInstance } from 'fastify';
import type { AuditAction, Scope } from '../../core/protocol/overview.js';
import { SecretHasher } from '../../node/secrets.js';
import { Accounts } from '../access/accounts.js';
import { pepperIn } from '../access/pepper.js';
import { Sessions } from '../access/sessions.js';
import { setupCodeOf } from '../access/setup.js';
import { senderIdOf, senderNameOf } from '../../core/protocol/upstream.js';
import { makeCode, readmit, revoke, withdrawCode } from '../centres/enrolment.js';
import type { Senders } from '../centres/senders.js';
import { audit, readAudit } from '../access/audit.js';
import { clearAlarm, readAlarms, reopenAlarm } from '../read/alarms.js';
import { readCentre } from '../read/centre.js';
import { countLegs, legsCsv } from '../read/csv.js';
import { readEnrolment } from '../read/enrolment.js';
import { readFleet } from '../read/fleet.js';
import type { Database, Queries } from '../store/database.js';
import type { Upstream } from '../upstream.js';
import { DONE, type Asked, type Enrolment, type Refused } from './enrolment.js';
import { pageRoutes } from './pages.js';
import type { Reads } from './reads.js';

/** From the store's own facts. */
export const READS: Reads = {
  ...{ readFleet, readCentre, readAlarms, clearAlarm, reopenAlarm, countLegs, legsCsv },
  ...{ readEnrolment, readAudit },
};

/** Whether the scope holds all that is known of a sender: its place, and that of its code. */
const isWithin = async (queries: Queries, senderId: string, scope: Scope): Promise<boolean> => {
  if (scope === null) return true;
  const { kind, id } = senderNameOf(senderId);
  const places = await queries.query<{ governorate_id: string }>(
    `SELECT governorate_id FROM ${kind} WHERE ${kind}_id = $1
     UNION ALL SELECT governorate_id FROM enrolment WHERE centre_id = $2`,
    [id, senderId],
  );
  return places.every(({ governorate_id }) => scope.includes(governorate_id));
};

/** Codes and revocation as the store keeps them. */
export const enrolmentOf = (database: Database, senders: Pick<Senders, 'forget'>): Enrolment => {
  /** What is done to a sender is written down with it, or not done. */
  const written = <Done extends object>(
    { scope, sender, actor }: Asked,
    told: { readonly action: AuditAction; readonly more?: string },
    work: (queries: Queries, senderId: string) => Promise<Done>,
  ): Promise<Done | Refused> =>
    database.transaction(async (queries) => {
      const senderId = senderIdOf(sender);
      if (!(await isWithin(queries, senderId, scope))) return { refused: 'centre.elsewhere' };
      const done = await work(queries, senderId);
      const { action, more } = told;
      const subject = more === undefined ? sender.id : `${sender.id} ${more}`;
      if (!('refused' in done)) await audit(queries, actor, { action, subject });
      return done;
    });
  return {
    enrol: ({ governorateId, ...ask }) => {
      const { actor, sender } = ask;
      const told = { action: `${sender.kind}.code`, more: governorateId } as const;
      return written(ask, told, (queries, senderId) =>
        makeCode(queries, { senderId, governorateId, madeBy: actor.accountId }, actor.at),
      );
    },
    withdraw: (ask) =>
      written(ask, { action: `${ask.sender.kind}.codeWithdrawn` }, async (queries, senderId) =>
        (await withdrawCode(queries, senderId)) ? DONE : ({ refused: 'code.unknown' } as const),
      ),
    revoke: async (ask) => {
      const action = `${ask.sender.kind}.revoked` as const;
      const answer = await written(ask, { action }, async (queries, senderId) =>
        (await revoke(queries, senderId, ask.actor.at))
          ? DONE
          : ({ refused: 'centre.unknown' } as const),
      );
      senders.forget(senderIdOf(ask.sender));
      return answer;
    },
    readmit: async (ask) => {
      const answer = await written(ask, { action: 'centre.readmitted' }, async (queries, id) =>
        (await readmit(queries, id)) ? DONE : ({ refused: 'centre.unknown' } as const),
      );
      senders.forget(senderIdOf(ask.sender));
      return answer;
    },
  };
};

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

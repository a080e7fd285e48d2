import { z } from 'zod';
import { ID } from './forms.js';
import { ACCOUNT_ROLES, SENDER_KINDS } from './overview.js';
import { daySchema } from './upstream.js';

const id = z.string().regex(ID);
const name = z.string().trim().min(1).max(60);
const secret = z.string().min(1).max(200);
const role = z.enum(ACCOUNT_ROLES);
const GOVERNORATES_MAX = 100;
const sender = { kind: z.enum(SENDER_KINDS), id };
const alarm = { centreId: id, alarmId: z.string().min(1).max(200) };
const scope = z.array(id).min(1).max(GOVERNORATES_MAX).nullable();

/** What the pages of a data centre post. */
export const overviewSchemas = {
  signIn: z.strictObject({ accountId: id, secret }),
  signOut: z.strictObject({ everywhere: z.boolean() }),
  /** The first operator, with the code that the program's terminal shows. */
  setup: z.strictObject({ code: z.string().max(40), id, name, secret }),
  addAccount: z.strictObject({ id, name, role, scope, secret }),
  changeAccount: z.strictObject({ id, name, role, scope }),
  setSecret: z.strictObject({ id, secret }),
  /** One's own; the old one is asked for, so that a page left open gives nobody an account. */
  ownSecret: z.strictObject({ old: secret, secret }),
  removeAccount: z.strictObject({ id }),
  clearAlarm: z.strictObject(alarm),
  /** One that was cleared rings again, as if nobody had cleared it. */
  reopenAlarm: z.strictObject(alarm),
  makeCode: z.strictObject({ ...sender, governorateId: id }),
  withdrawCode: z.strictObject(sender),
  revoke: z.strictObject(sender),
  /** A centre that a relay tells of. */
  readmit: z.strictObject({ kind: z.literal('centre'), id }),
} as const;

/** Older than this line; without one, from the newest on. */
export const auditQuery = z.strictObject({
  at: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  id: z.uuid().optional(),
});

/** Both days are included. */
export const legsQuery = z
  .strictObject({
    from: daySchema,
    to: daySchema,
    /** One centre alone. */
    centre: id.optional(),
    /** Centres of one governorate alone. */
    governorate: id.optional(),
  })
  .refine(({ from, to }) => from <= to);

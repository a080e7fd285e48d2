import { z } from 'zod';
import { ID } from './forms.js';
import { STREAM } from './upstream.js';

/**
 * What a server and the standby beside it say to each other beyond the posts of events: what lies
 * outside of the log, and which of them serves the hall.
 */

/** The id under which a server names its standby, and keeps its key for it. */
export const STANDBY_ID = 'standby';

/** Of one part of what lies beside the log; a centre's own voice is the largest. */
export const BESIDE_BYTES_MAX = 64_000_000;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const name = z.string().regex(/^[a-z0-9_./-]{1,80}$/);

/** What the server holds beside its log now, by hash; asked often, as both ends' sign of life. */
export const besideSchema = z.strictObject({
  parts: z.record(name, hash),
  /** Port of the hall's pages, and whether they are served by TLS: there it can be asked. */
  door: z.strictObject({ port: z.number().int().min(0).max(65_535), tls: z.boolean() }),
});
export type Beside = z.infer<typeof besideSchema>;

/** Names of the parts that the standby has otherwise, or not at all. */
export const besideAnswerSchema = z.object({ wanted: z.array(name).max(200) });

/** One part; `content` has the hash that was told for its name. */
export const partSchema = z.strictObject({ name, content: z.string() });

export const STANDING_PATH = '/v1/standing';

/** What a program of a centre does in the hall. Nothing of it is secret. */
export const standingSchema = z.discriminatedUnion('role', [
  z.object({ role: z.literal('standby'), centreId: z.string().regex(ID) }),
  z.object({
    role: z.literal('server'),
    centreId: z.string().regex(ID),
    /** The stream that its events go to. */
    stream: z.string().regex(STREAM),
    /** When it took over from another server; `null`: it never did. */
    tookOverAt: z.number().nullable(),
  }),
]);
export type Standing = z.infer<typeof standingSchema>;

import { z } from 'zod';
import { isZone } from '../calendar.js';
import type { Millis } from '../configuration.js';
import { ID } from './forms.js';

/**
 * What a centre sends to those above it, and a governorate to the nation under the same names:
 * `POST /v1/centres/{id}/events`, gzip. Nothing to send is a post without events, so that both ends
 * learn where the other stands.
 */

export const POST_EVENTS_MAX = 500;
/**
 * Of the days under which its events are kept: each new month is some tables above. A hall that is
 * open has 500 events within weeks; a sender of a longer time sends more posts.
 */
export const POST_MONTHS_MAX = 12;
/**
 * Of a single request, which is never split: the end of a day ends every open visit by two events,
 * and of visits a hall may have some more than `OPEN_VISITS_MAX`.
 */
export const REQUEST_EVENTS_MAX = 16_000;
/** Of one post as JSON, before it is packed. */
export const POST_BYTES_MAX = 4_000_000;
/**
 * Of one event's body. The longest that a hall writes, a lease of all its series, has 6,000; facts
 * and those above are made from thousands of events at a time.
 */
const BODY_MAX = 32_000;
/** Bytes of one signed note, and how many are sent with a post. */
const NOTE_MAX = 1_000;
export const POST_NOTES_MAX = 20;
/** Configurations asked for in one answer. */
export const WANTED_MAX = 20;

const whole = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
/** Text that every store can keep as it is. */
const isKept = (text: string): boolean => !/\p{Surrogate}|\0/u.test(text);
const kept = z.string().refine(isKept);
const word = kept.min(1).max(200);

/** Whether an event of this type names a configuration, by its hash. */
export const namesConfiguration = (type: string): boolean =>
  type === 'configuration.published' || type === 'configuration.applied' || type === 'day.opened';

/** A stream's id: 128 random bits in base 32. */
export const STREAM = /^[0-9a-v]{26}$/;

/** The store has room for months from 1970 on, up to this year; no clock is so wrong. */
const TIMES_BEFORE = Date.UTC(2100, 0);

/**
 * `day`, `occurred_at`, `request`, `part`, `parts`, `actor`, `type`, `version`, `body`. Stream and
 * number follow from the place, and the hash from all. The body is the text of the stored bytes.
 */
export type SentRow = [
  ...[day: string | null, occurred_at: Millis, request: string, part: number, parts: number],
  ...[actor: string, type: string, version: number, body: string],
];

/** What the store's column holds. */
const VERSION_MAX = 2 ** 31 - 1;

/** A date of the years for which a store has room, as `YYYY-MM-DD`. */
export const daySchema = z.iso.date().refine((day) => /^(?:19[789]|20)/.test(day));

/** The day under which an event is kept: its service day, or its date in UTC. Never changes. */
export const keptDay = (day: string | null, occurredAt: Millis): string =>
  day ?? new Date(occurredAt).toISOString().slice(0, 10);

const isWhole = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value.length <= max;
const isWord = (value: unknown): value is string => isText(value, 200) && value !== '';

/** Checked by hand: there are as many rows as events, and `zod` takes eight times as long. */
const isSentRow = (row: unknown, days: Set<unknown>): boolean => {
  if (!Array.isArray(row) || row.length !== 9) return false;
  const [day, at, request, part, parts, actor, type, version, body] = row as unknown[];
  if (day !== null && !days.has(day) && !daySchema.safeParse(day).success) return false;
  days.add(day);
  if (!isWhole(at) || at >= TIMES_BEFORE) return false;
  if (!isWhole(part) || !isWhole(parts) || !isWhole(version) || version > VERSION_MAX) return false;
  if (!isWord(request) || !isWord(actor) || !isWord(type)) return false;
  return isText(body, BODY_MAX) && isKept(`${request} ${actor} ${type} ${body}`);
};

const areSentRows = (rows: unknown): boolean => {
  const days = new Set<unknown>();
  return (
    Array.isArray(rows) &&
    rows.length <= REQUEST_EVENTS_MAX &&
    rows.every((row) => isSentRow(row, days))
  );
};

/** People waiting now and the like: told for the eye, overwritten by the next, never added up. */
const liveSchema = z.strictObject({
  open: z.boolean(),
  waiting: whole,
  serving: whole,
  counters: whole,
});
export type LiveNumbers = z.infer<typeof liveSchema>;

/**
 * What of a log is not there as it was written. `altered`: an event was changed, or taken out.
 * `gone`: it is the one from which the other end would go on, so that nothing after it can be sent.
 */
const damageSchema = z.strictObject({
  is: z.enum(['altered', 'gone']),
  /** The first such event. */
  stream: z.string().regex(STREAM),
  seq: whole.min(1),
});
export type Damage = z.infer<typeof damageSchema>;

export const postSchema = z.strictObject({
  stream: z.string().regex(STREAM),
  /** Number of the first event; of the next one, where none is sent. */
  from: whole.min(1),
  /** Hash of the event before the first; the stream's genesis for the first of all. */
  previous: hash,
  /** Hash of the last event; `previous` where none is sent. */
  head: hash,
  /**
   * Number of the last event that the centre has of this stream. Before `from - 1` only where it
   * was answered that more is stored: then it has lost its end.
   */
  last: whole,
  /** The centre was restored and goes on in another stream: nothing will follow in this one. */
  ended: z.boolean(),
  /** Whole requests, in the order of the log. */
  events: z.custom<SentRow[]>(areSentRows),
  /** Signed checkpoints of sizes up to the last of these events. */
  notes: z.array(kept.max(NOTE_MAX)).max(POST_NOTES_MAX),
  /** The centre's clock. */
  at: whole,
  live: liveSchema.nullable(),
  damage: damageSchema.optional(),
});
export type EventsPost = z.infer<typeof postSchema>;

/** What is stored of a stream, from an event on: as it was posted. */
export const tailSchema = postSchema.pick({
  previous: true,
  head: true,
  events: true,
  notes: true,
});
export type Tail = z.infer<typeof tailSchema>;

/** All that is stored of a centre, oldest stream first. */
export const streamsSchema = z.strictObject({
  streams: z.array(z.strictObject({ stream: z.string().regex(STREAM), seq: whole, hash })),
  /** How long ago the centre said last that it has no more than this; `null`: never. */
  wholeAgoMs: whole.nullable(),
});
export type HeldStreams = z.infer<typeof streamsSchema>;

/** A configuration as it was sent; `body` has the hash that it was asked for by. */
export const keptConfigurationSchema = z.strictObject({ body: z.string() });

/** How far a stream is stored, durably. */
export interface Stored {
  readonly seq: number;
  readonly hash: string;
}

/** What clerks are called, by their pseudonyms; empty where the centre's policy tells nothing. */
export const staffSchema = z.strictObject({
  names: z.record(z.string().regex(ID), word),
  /** As in the post of events before: names that are told later than that has held count. */
  at: whole,
});
export type StaffPost = z.infer<typeof staffSchema>;

export interface PostAnswer {
  readonly stored: Stored;
  /** The next post, should nothing happen, is wanted after so long. */
  readonly nextAfterMs: Millis;
  /** Hashes of configurations that the events name and that were never sent. */
  readonly wanted: readonly string[];
  /** Hash of the body in which names of clerks were told last, in hex; `''`: none are kept. */
  readonly staff?: string | undefined;
}

/** Why a post was refused, and what the sender does about it. */
export const POST_REFUSALS = {
  /** Misses events before it: send from `stored` on. */
  gap: 409,
  /** Does not continue what is stored, or has another head: send nothing, raise an alarm. */
  fork: 422,
  /** Is no post, or splits a request: a fault of the program. */
  malformed: 400,
  /** Is not signed by a key of the centre. */
  unknown: 401,
  /** The centre was revoked. */
  revoked: 403,
} as const;
export type PostRefusal = keyof typeof POST_REFUSALS;

export const answerSchema = z.object({
  stored: z.object({ seq: whole, hash }),
  nextAfterMs: whole,
  wanted: z.array(hash).max(WANTED_MAX),
  staff: hash.or(z.literal('')).optional(),
});

export const refusalSchema = z.object({
  refused: z.enum(Object.keys(POST_REFUSALS) as [PostRefusal, ...PostRefusal[]]),
  stored: z.object({ seq: whole, hash }).nullable(),
});

export const ENROL_PATH = '/v1/enrol';

const verifierKey = z.string().max(200);

const id = z.string().regex(ID);

/** What is known of a centre beside its log. */
const about = {
  /** What its checkpoints are signed with. */
  logKey: verifierKey,
  name: z.strictObject({ ar: word, en: word }),
  /** Of the time zone database. */
  zone: word.max(60).refine(isZone),
};

/** A centre, as the data centre below tells of it. */
export const aboutSchema = z.strictObject({
  ...about,
  /** When the centre enrolled there: what is told of an earlier time counts no more. */
  enrolledAt: whole,
  /** Where it is enrolled there; a data centre of an earlier version does not say. */
  governorateId: id.optional(),
});
export type AboutPost = z.infer<typeof aboutSchema>;

/** A relay told of a centre of another governorate than this one, which its own code is for. */
export const elsewhereSchema = z.object({ refused: z.literal('elsewhere'), governorateId: id });

/**
 * Asked once, signed with `requestKey`; afterwards the sender signs all that it sends with it. A
 * relay is a data centre that passes on what its centres sent.
 */
export const enrolSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...{ kind: z.literal('centre'), id, requestKey: verifierKey, ...about },
    /** An operator's, good once. */
    code: z.string().min(8).max(40),
  }),
  z.strictObject({
    ...{ kind: z.literal('relay'), id, requestKey: verifierKey },
    code: z.string().min(8).max(40),
  }),
]);
export type EnrolPost = z.infer<typeof enrolSchema>;

/** For which governorate the code was made; a data centre of an earlier version does not say. */
export const enrolAnswerSchema = z.object({ governorateId: id });
export type EnrolAnswer = z.infer<typeof enrolAnswerSchema>;

/** Who sends: a centre under its id, a data centre under `relay/` and its own. */
export const senderIdOf = ({ kind, id: own }: Pick<EnrolPost, 'kind' | 'id'>): string =>
  kind === 'relay' ? `relay/${own}` : own;

/** What `senderIdOf` was given. */
export const senderNameOf = (senderId: string): Pick<EnrolPost, 'kind' | 'id'> =>
  senderId.startsWith('relay/')
    ? { kind: 'relay', id: senderId.slice('relay/'.length) }
    : { kind: 'centre', id: senderId };

/** Where a sender's requests go, by what `senderIdOf` gives. */
export const senderPath = (senderId: string): string => {
  const { kind, id: own } = senderNameOf(senderId);
  return `/v1/${kind}s/${own}`;
};

/** A new key, signed with the one that it replaces; `proof` is signed with the new one. */
export const rekeySchema = z.strictObject({
  requestKey: verifierKey,
  proof: z.string().max(200),
});

export type RekeyPost = z.infer<typeof rekeySchema>;

/** Why an enrolment was refused. */
export type EnrolRefusal = 'code' | 'malformed' | 'tooMany';

import { check } from '../../chain/check.js';
import { verifierKeyOf } from '../../chain/note.js';
import type { Millis } from '../../core/configuration.js';
import {
  keptConfigurationSchema,
  STREAM,
  streamsSchema,
  tailSchema,
  type HeldStreams,
  type Tail,
} from '../../core/protocol/upstream.js';
import { MINUTE_MS } from '../../core/time.js';
import { z } from 'zod';
import type { Copy } from '../log/copy.js';
import { LogFault } from '../log/faults.js';
import { SKIP_NUMBERS } from '../log/restore.js';
import { signerIn } from '../log/signer.js';
import { UpstreamAway } from '../../node/forward/forwarder.js';
import { refusalIn, Wires, type Way } from '../../node/forward/line.js';
import { RequestKey } from '../../node/forward/requestkey.js';

/** What the busiest series of a hall may issue in a minute; and what is jumped over at least. */
const NUMBERS_PER_MINUTE = 20;
const NUMBERS_MIN = 20;

/**
 * How far series jump where somebody knew the whole log so long ago: as many numbers as can have
 * been given out since, unseen, and no more than where nobody knew anything.
 */
export const skipAfter = (unseenMs: Millis): number =>
  Math.min(
    SKIP_NUMBERS,
    NUMBERS_MIN + Math.ceil((Math.max(0, unseenMs) / MINUTE_MS) * NUMBERS_PER_MINUTE),
  );

/** One upstream as far as the end of a log can be fetched there. */
export interface Source {
  readonly id: string;
  readonly way: Way;
}

export const sourceOf = (way: Way & { readonly id: string }): Source => ({ id: way.id, way });

/** What an upstream added to a copy; `skip` as far as it knows, `null` where it knew less. */
export interface Fetched {
  readonly id: string;
  readonly events: number;
  readonly skip: number | null;
}

/** Why nothing was fetched of an upstream. */
export interface Away {
  readonly id: string;
  readonly why: string;
}

export interface Outcome {
  /** Of the upstream that had most; `null` where none was reached. */
  readonly fetched: Fetched | null;
  readonly away: readonly Away[];
}

/** A part of a stream that the copy lacks: up to an event with its hash. */
interface Stretch {
  readonly stream: string;
  readonly from: number;
  readonly to: number;
  readonly head: string;
}

const REFUSED: Readonly<Record<string, string>> = {
  unknown:
    'does not know the key that was saved with the backup: ask its operator for a code and give ' +
    'it as --code, or go on without by --alone',
  revoked: 'has revoked this centre: speak with its operator, or go on without by --alone',
};

const OTHER =
  'holds another log of this centre than the one that is to be restored: after it was saved, the ' +
  'centre went on from an older copy, or two servers went on beside each other. Restore the ' +
  'newest backup, or the copy of the standby; or, when its operator agrees that what lies there ' +
  'is the wrong one, go on without it by --alone';

const refusal = (id: string, why: string): LogFault =>
  new LogFault('upstream.refused', `The data centre ${id} ${why}.`);

/** Reads one upstream for one centre. */
class Reader {
  private readonly wires: Wires;

  constructor(
    readonly id: string,
    way: Way,
    private readonly of: { readonly directory: string; readonly centreId: string },
  ) {
    this.wires = new Wires(way);
  }

  /** Rejects with `UpstreamAway`, or with a `LogFault` where it refuses. */
  async get<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S>> {
    const { directory, centreId } = this.of;
    const signer = new RequestKey(directory, this.id, centreId).signer();
    if (signer === null) throw refusal(this.id, REFUSED['unknown']!);
    const whole = `/v1/centres/${centreId}/${path}`;
    const answered = await this.wires.ask('GET', whole, { signer });
    const { status, value } = answered;
    const refused = REFUSED[refusalIn(answered)?.refused ?? ''];
    if (refused !== undefined) throw refusal(this.id, refused);
    const parsed = status === 200 ? schema.safeParse(value).data : undefined;
    if (parsed === undefined) throw new UpstreamAway(`answered ${status}`);
    return parsed;
  }

  tail(stream: string, from: number): Promise<Tail> {
    return this.get(`events?stream=${stream}&from=${from}`, tailSchema);
  }

  close(): Promise<void> {
    return this.wires.close();
  }
}

interface Before {
  readonly stream: string;
  readonly seq: number;
  readonly hash: string;
}

const beforeSchema = z.object({
  previousStream: z.string().regex(STREAM),
  previousSeq: z.int().min(1),
  previousHash: z.string().regex(/^[0-9a-f]{64}$/),
});

/** What the first event of a stream goes on from; `null` for what says nothing of the kind. */
const beforeOf = ({ events: [first] }: Tail): Before | null => {
  if (first?.[6] !== 'log.restored') return null;
  try {
    const before = beforeSchema.safeParse(JSON.parse(first[8])).data;
    if (before === undefined) return null;
    const { previousStream, previousSeq, previousHash } = before;
    return { stream: previousStream, seq: previousSeq, hash: previousHash };
  } catch {
    // No JSON: it names nothing.
    return null;
  }
};

/** What lies between the copy's end and the upstream's; `null`: the copy has at least as much. */
const missing = async (
  copy: Copy,
  reader: Reader,
  streams: HeldStreams['streams'],
): Promise<readonly Stretch[] | null> => {
  const head = copy.head!;
  const newest = streams.at(-1);
  if (newest === undefined) return null;
  const own = copy.hashAt(newest.stream, newest.seq);
  if (own === newest.hash)
    return newest.stream === head.stream && newest.seq === head.seq ? [] : null;
  const stretches: Stretch[] = [];
  const seen = new Set<string>();
  let end: Before = newest;
  while (end.stream !== head.stream) {
    seen.add(end.stream);
    const before = beforeOf(await reader.tail(end.stream, 1));
    if (before === null || seen.has(before.stream)) throw refusal(reader.id, OTHER);
    stretches.unshift({ ...end, from: 1, to: end.seq, head: end.hash });
    end = before;
  }
  if (end.seq < head.seq) throw refusal(reader.id, OTHER);
  const { previous } = await reader.tail(head.stream, head.seq + 1);
  if (previous !== head.hash) throw refusal(reader.id, OTHER);
  const rest = { stream: head.stream, from: head.seq + 1, to: end.seq, head: end.hash };
  return rest.to < rest.from ? stretches : [rest, ...stretches];
};

/** A page that begins where the stretch does, cut where that ends. */
const within = (tail: Tail, { from, to, head }: Stretch): Tail => {
  const count = to - from + 1;
  if (tail.events.length < count) return tail;
  return { ...tail, events: tail.events.slice(0, count), head };
};

/** Fetches one stretch into the copy; gives how many events that were. */
const fetchStretch = async (
  copy: Copy,
  reader: Reader,
  { stretch, logKey }: { readonly stretch: Stretch; readonly logKey: string },
): Promise<number> => {
  const { stream, to } = stretch;
  let from = stretch.from;
  while (from <= to) {
    const part = within(await reader.tail(stream, from), { ...stretch, from });
    const post = { ...part, stream, from, last: to, ended: false, at: 0, live: null };
    const verdict = check(post, copy.held(stream), logKey);
    if ('refused' in verdict || verdict.wrongNote || verdict.rows.length === 0) {
      const why =
        `gives events of this centre that do not hold (${stream}:${from}): its store is damaged, ` +
        'or somebody has changed it. Tell its operator, and go on without it by --alone';
      throw refusal(reader.id, why);
    }
    for (const key of copy.lacks(verdict.rows)) {
      const { body } = await reader.get(`configuration/${key}`, keptConfigurationSchema);
      if (copy.keepConfiguration(Buffer.from(body, 'utf8')) === key) continue;
      throw refusal(reader.id, `gives another configuration than ${key}: go on by --alone`);
    }
    copy.take({ stream, rows: verdict.rows, notes: verdict.notes, logKey });
    from += verdict.rows.length;
  }
  return to - stretch.from + 1;
};

const fetchFrom = async (copy: Copy, reader: Reader, logKey: string): Promise<Fetched> => {
  const { streams, wholeAgoMs } = await reader.get('streams', streamsSchema);
  const stretches = await missing(copy, reader, streams);
  let events = 0;
  for (const stretch of stretches ?? []) {
    events += await fetchStretch(copy, reader, { stretch, logKey });
  }
  const knowsAll = stretches !== null && wholeAgoMs !== null;
  return { id: reader.id, events, skip: knowsAll ? skipAfter(wholeAgoMs) : null };
};

/**
 * Brings a copy as far as any upstream is: each is asked in turn, so that one that has more adds to
 * what another gave. `directory` holds the centre's keys. Rejects with a `LogFault` where one
 * refuses, or holds another log; one that cannot be reached is told of and passed over.
 */
export const fetchTail = async (
  copy: Copy,
  sources: readonly Source[],
  of: { readonly directory: string; readonly centreId: string },
): Promise<Outcome> => {
  const logKey = verifierKeyOf(signerIn(of.directory, of.centreId));
  const found: Fetched[] = [];
  const away: Away[] = [];
  for (const { id, way } of sources) {
    const reader = new Reader(id, way, of);
    try {
      found.push(await fetchFrom(copy, reader, logKey));
    } catch (fault) {
      if (!(fault instanceof UpstreamAway)) throw fault;
      away.push({ id, why: fault.message });
    } finally {
      await reader.close();
    }
  }
  const events = found.reduce((sum, one) => sum + one.events, 0);
  const skips = found.flatMap(({ skip }) => (skip === null ? [] : [skip]));
  const skip = skips.length === 0 ? null : Math.min(...skips);
  const last = found.filter((one) => one.events > 0).at(-1) ?? found[0];
  return { fetched: last === undefined ? null : { id: last.id, events, skip }, away };
};

import { grouped } from '../../core/figures.js';
import type { Millis } from '../../core/configuration.js';
import {
  keptDay,
  type EventsPost,
  type PostRefusal,
  type Stored,
} from '../../core/protocol/upstream.js';
import type { Timers } from '../../node/time.js';
import { isPassing, QueryFault, type Database, type Queries } from '../store/database.js';
import { LAYOUTS } from '../store/layout.js';
import { forgetMonths, keepMonths, roomless } from '../store/schema.js';
import { check, type Held, type Verdict } from '../../chain/check.js';
import { isSecondMachine, newStream } from './newstream.js';
import {
  cursorsOf,
  hear,
  moveCursors,
  noteNamed,
  staffHashes,
  storeRows,
  wantedOf,
  type Heard,
} from './rows.js';
import { keepSigns } from './signs.js';
import { Window } from './window.js';

/** Posts that come within so long of each other share a transaction. */
const WINDOW_MS = 15;
const TRIES_MAX = 5;

/** A post with what is known of its sender. */
export interface Arrived {
  readonly centreId: string;
  /** Verifier key of the centre's checkpoints. */
  readonly logKey: string;
  readonly post: EventsPost;
  /** It came by a data centre below, which may itself have been restored. */
  readonly relayed: boolean;
  readonly at: Millis;
}

/** What is stored, durably, after a post was taken or refused; `null` where there is nothing. */
export interface Taken {
  readonly refused: PostRefusal | null;
  readonly stored: Stored | null;
  /** Hashes of configurations that were named and never sent. */
  readonly wanted: readonly string[];
  /** Hash of the names that the centre told of its clerks; `''` for none. */
  readonly staff: string;
}

interface Work {
  readonly arrived: Arrived;
  readonly verdict: Verdict;
  /** What it tells of its centre beside the log is news of the machine that the hall works with. */
  readonly isHeard: boolean;
}

const storedOf = ({ seq, hash }: Held): Stored | null =>
  seq === 0 ? null : { seq, hash: hash.toString('hex') };

/** When a centre was heard, and how far its clock is off; a relay tells when it heard it itself. */
const heardOf = ({ post, relayed, at }: Arrived): Pick<Heard, 'at' | 'clockOffMs'> =>
  relayed ? { at: Math.min(post.at, at), clockOffMs: null } : { at, clockOffMs: post.at - at };

/** What is not stored of what the centre had; `null` where a post is late or of an old stream. */
const missingOf = ({ ended, last }: EventsPost, { seq }: Held): number | null =>
  ended || last < seq ? null : last - seq;

/** Before it is stored, room must be made for these months. */
class Roomless extends Error {
  constructor(readonly months: readonly string[]) {
    super('no room yet');
  }
}

/** Judges a post against all before it, and takes what it brings into the window. */
const judged = async (
  queries: Queries,
  arrived: Arrived,
  { window, judge }: { readonly window: Window; readonly judge: typeof check },
): Promise<Work> => {
  const { centreId, post, logKey, relayed } = arrived;
  const held = window.held(centreId, post.stream);
  const verdict = judge(post, held, logKey);
  const isOld = !post.ended && window.isSuperseded(centreId, post.stream);
  const refused = (why: PostRefusal): Work => ({
    ...{ arrived, verdict: { refused: why }, isHeard: why === 'gap' && (relayed || !isOld) },
  });
  if (isOld && (await isSecondMachine(queries, arrived, verdict))) return refused('fork');
  if ('refused' in verdict) return refused(verdict.refused);
  const begins = held.seq === 0 && verdict.rows.length > 0;
  const begun = begins ? await newStream(queries, arrived, { verdict, window }) : { follows: null };
  if ('refused' in begun) return refused(begun.refused);
  window.take({ centreId, stream: post.stream }, verdict, begun.follows);
  return { arrived, verdict, isHeard: relayed || !isOld };
};

/** Posts of one group, in the order in which they came, in one transaction. */
const storeGroup = async (
  queries: Queries,
  group: readonly Arrived[],
  { database, judge }: { readonly database: Database; readonly judge: typeof check },
): Promise<Taken[]> => {
  const centres = [...new Set(group.map(({ centreId }) => centreId))];
  const window = new Window(await cursorsOf(queries, centres));
  const work: Work[] = [];
  for (const arrived of group) work.push(await judged(queries, arrived, { window, judge }));
  const { fresh } = window;
  const days = fresh.flatMap(({ rows }) => rows.map((row) => keptDay(row.day, row.occurred_at)));
  const months = roomless(
    database,
    days.map((day) => day.slice(0, 7)),
  );
  if (months.length > 0) throw new Roomless(months);
  const moved = window.moved();
  if (moved.length > 0) await moveCursors(queries, moved);
  if (fresh.length > 0) await storeRows(queries, fresh);
  await noteNamed(queries, fresh);
  const heldAfter = ({ arrived: { centreId, post } }: Work): Held =>
    window.held(centreId, post.stream);
  for (const { arrived, verdict } of work) await keepSigns(queries, arrived, verdict);
  await hear(
    queries,
    work
      .filter(({ isHeard }) => isHeard)
      .map((one) => ({
        ...{ centreId: one.arrived.centreId, live: one.arrived.post.live },
        missing: missingOf(one.arrived.post, heldAfter(one)),
        isNew: 'rows' in one.verdict && one.verdict.rows.length > 0,
        ...heardOf(one.arrived),
      })),
  );
  const staff = await staffHashes(queries, centres);
  const wanted = await wantedOf(queries, centres);
  return work.map((one) => ({
    refused: 'refused' in one.verdict ? one.verdict.refused : null,
    stored: storedOf(heldAfter(one)),
    wanted: wanted.get(one.arrived.centreId) ?? [],
    staff: staff.get(one.arrived.centreId) ?? '',
  }));
};

interface Waiting {
  readonly arrived: Arrived;
  readonly resolve: (taken: Taken) => void;
  readonly reject: (fault: unknown) => void;
}

/** So many events to a transaction, and a few more: several go on at once where the engine can. */
const PORTION_EVENTS = 2_000;

/** Portions of a group; the posts of a centre stay together and in order. */
const portionsOf = (group: readonly Waiting[]): readonly (readonly Waiting[])[] => {
  const portions: Waiting[][] = [[]];
  let events = 0;
  for (const own of grouped(group, ({ arrived }) => arrived.centreId).values()) {
    if (events >= PORTION_EVENTS) {
      portions.push([]);
      events = 0;
    }
    portions.at(-1)!.push(...own);
    events += own.reduce((sum, { arrived }) => sum + arrived.post.events.length, 0);
  }
  return portions;
};

/** Takes posts of many centres in; holds no state beyond those that are on their way. */
export class Ingest {
  private waiting: Waiting[] = [];
  private isGathering = false;
  /** Posts that were taken and not answered. */
  private open = 0;
  /** What decides on a post; a test puts a wrong one here to see that it is found. */
  protected readonly judge: typeof check = check;

  constructor(
    private readonly database: Database,
    private readonly timers: Pick<Timers, 'after'>,
    /** Called after events of these centres are durable. */
    private readonly onStored: (centres: readonly string[]) => void = () => undefined,
  ) {}

  /** How many posts wait for their answer. */
  get load(): number {
    return this.open;
  }

  /**
   * Resolves when the post is durable, or refused. Rejects with a `QueryFault` where the database
   * could not say: the centre sends it again.
   */
  take(arrived: Arrived): Promise<Taken> {
    this.open += 1;
    const taken = new Promise<Taken>((resolve, reject) => {
      this.waiting.push({ arrived, resolve, reject });
      if (this.isGathering) return;
      this.isGathering = true;
      this.timers.after(WINDOW_MS, () => void this.flush());
    });
    return taken.finally(() => (this.open -= 1));
  }

  private async flush(): Promise<void> {
    const group = this.waiting;
    this.waiting = [];
    this.isGathering = false;
    try {
      const keys = await LAYOUTS[this.database.engine].groupKeys(
        this.database,
        group.map(({ arrived }) => arrived.centreId),
      );
      const own = group.map((waiting, index) => ({ waiting, key: keys[index]! }));
      const groups = [...grouped(own, ({ key }) => key).values()];
      const portions = groups.flatMap((some) => portionsOf(some.map(({ waiting }) => waiting)));
      await Promise.all(portions.map((portion) => this.storeOrReject(portion)));
    } catch (fault) {
      for (const { reject } of group) reject(fault);
    }
  }

  private async storeOrReject(group: readonly Waiting[]): Promise<void> {
    try {
      await this.store(group);
    } catch (fault) {
      for (const { reject } of group) reject(fault);
    }
  }

  private async store(group: readonly Waiting[]): Promise<void> {
    const posts = group.map(({ arrived }) => arrived);
    let taken: readonly Taken[];
    try {
      taken = await this.tried(posts);
    } catch (fault) {
      if (fault instanceof QueryFault && fault.isWithoutRoom) forgetMonths(this.database);
      const passes = fault instanceof QueryFault && fault.isPassing;
      if (passes || group.length === 1) throw fault;
      // One of them cannot be judged or stored: the others must not suffer for it.
      await Promise.all(group.map((one) => this.storeOrReject([one])));
      return;
    }
    for (const [index, { resolve }] of group.entries()) resolve(taken[index]!);
    const stored = posts.filter(({ post }) => post.events.length > 0);
    if (stored.length > 0) this.onStored(stored.map(({ centreId }) => centreId));
  }

  private async tried(posts: readonly Arrived[]): Promise<Taken[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        const { database, judge } = this;
        return await database.transaction((queries) =>
          storeGroup(queries, posts, { database, judge }),
        );
      } catch (fault) {
        // Made outside of the transaction, and only for what is to be stored.
        if (fault instanceof Roomless) {
          await keepMonths(this.database, fault.months);
          tries -= 1;
          continue;
        }
        if (!isPassing(fault) || tries === TRIES_MAX) throw fault;
      }
    }
  }
}

import type { Logger } from 'pino';
import type { Millis } from '../../core/configuration.js';
import {
  elsewhereSchema,
  senderPath,
  type AboutPost,
  type Damage,
  type LiveNumbers,
} from '../../core/protocol/upstream.js';
import { MINUTE_MS } from '../../core/time.js';
import { Forwarder, UpstreamAway, type ForwardState } from '../../node/forward/forwarder.js';
import { lineOf, refusalIn, Wires, type Answered } from '../../node/forward/line.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import type { Told } from '../../node/forward/telling.js';
import type { Timers } from '../../node/time.js';
import type { Settings } from '../settings.js';
import { QueryFault, type Queries } from '../store/database.js';
import { StoredSource } from './source.js';
import { Way, wayOf, type WayStatus } from './way.js';

/** How often new centres are looked for. */
const LOOK_MS = 10_000;

/** After a restore of this store the centres fill it again: longer than this they do not take. */
const FILLED_MS = 10 * MINUTE_MS;

const GONE = 'what is lacking above is gone here too: nothing after it is passed on';

/** What a centre said of its log when it was heard last. */
const TOLD_DAMAGE = `
  SELECT a.kind AS "is", a.stream, a.seq FROM alarm AS a
  JOIN centre AS c ON c.centre_id = a.centre_id
  WHERE a.centre_id = $1 AND a.kind IN ('altered', 'gone') AND a.seen_at >= c.heard_at
  ORDER BY a.seen_at DESC, a.alarm_id LIMIT 1`;

/** Why a centre was not taken. */
const whyOf = (answered: Answered, centre: CentreRow): string => {
  const elsewhere = elsewhereSchema.safeParse(answered.value).data;
  if (elsewhere === undefined) return refusalIn(answered)?.refused ?? `answered ${answered.status}`;
  return (
    `it is not of ${elsewhere.governorateId}, which this data centre is enrolled for there ` +
    `(here it is of ${centre.governorate_id}): join with a code for the right governorate, ` +
    'or let that centre send by itself'
  );
};

interface CentreRow {
  readonly governorate_id: string;
  readonly centre_id: string;
  readonly name_ar: string;
  readonly name_en: string;
  readonly zone: string;
  readonly log_key: string;
  readonly enrolled_at: Millis;
}

/** A centre whose log is passed on. */
interface Passed {
  readonly enrolledAt: Millis;
  readonly forwarder: Forwarder;
  state: ForwardState | null;
}

/** What is to be there before a month may go, and is not. */
export interface Waiting {
  readonly upstream: string;
  /** `null`: all of them. */
  readonly centreId: string | null;
  readonly why: string;
}

interface RelayParts {
  readonly settings: Settings;
  readonly queries: Queries;
  readonly timers: Pick<Timers, 'after' | 'every'>;
  readonly now: () => Millis;
  readonly random: () => number;
  readonly journal: Logger;
}

/** The way to one data centre above: each centre's log by itself, under the centre's own name. */
export class Relay {
  private readonly passed = new Map<string, Passed>();
  /** Centres that are not taken above, with why. */
  private readonly refused = new Map<string, string>();
  private readonly running = new Set<Promise<void>>();
  private readonly wires: Wires;
  private readonly key: RequestKey;
  private readonly base: string;
  private readonly stopLooking: () => void;
  private looking: Promise<void> | undefined;
  private stopping = false;
  /** Whether the last look has begun with each centre that there is. */
  private hasAll = false;
  private isJoined = false;
  private readonly standing: Way;

  /** Throws where an authority's file cannot be read. */
  constructor(
    private readonly parts: RelayParts,
    private readonly way: Settings['upstreams'][number],
  ) {
    const { settings, timers } = parts;
    this.standing = new Way(way.id, parts.journal);
    const senderId = `relay/${settings.id}`;
    this.wires = new Wires(way);
    this.key = new RequestKey(settings.data, way.id, senderId);
    this.base = senderPath(senderId);
    this.stopLooking = timers.every(LOOK_MS, () => this.look());
    this.look();
  }

  /** Call when events of these centres were stored. */
  stored(centres: readonly string[]): void {
    for (const id of centres) this.passed.get(id)?.forwarder.look();
    if (centres.some((id) => !this.passed.has(id))) this.look();
  }

  /**
   * Which centres' events are stored here and not there, as far as that end has said. A centre that
   * was revoked at either end is none of them, nor one whose events are gone here.
   */
  get waiting(): readonly Waiting[] {
    const upstream = this.way.id;
    const all = (why: string): readonly Waiting[] => [{ upstream, centreId: null, why }];
    if (this.key.signer() === null) return all('not joined');
    if (!this.hasAll) return all('not all centres were told of');
    const refused = [...this.refused].map(([centreId, why]) => ({ upstream, centreId, why }));
    const passed = [...this.passed].flatMap(([centreId, { state }]): Waiting[] => {
      if (state?.is === 'live') return [];
      if (state?.is !== 'stopped') return [{ upstream, centreId, why: state?.is ?? 'not asked' }];
      const isLost = state.why === 'revoked' || state.hole !== undefined;
      return isLost ? [] : [{ upstream, centreId, why: state.why }];
    });
    return [...refused, ...passed];
  }

  get status(): WayStatus {
    return this.standing.status;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.stopLooking();
    for (const { forwarder } of this.passed.values()) forwarder.stop();
    await this.wires.close();
    await this.looking;
    await Promise.all(this.running);
  }

  private look(): void {
    if (this.looking !== undefined || this.stopping) return;
    this.looking = this.pass()
      .catch((fault: unknown) => {
        this.hasAll = false;
        const upstream = this.way.id;
        if (fault instanceof UpstreamAway) {
          // Those that are passed on already tell of it themselves.
          const away = { is: 'away', since: this.parts.now(), why: fault.message } as const;
          if (this.passed.size === 0) this.standing.tell(away);
        } else if (fault instanceof QueryFault) {
          this.parts.journal.info({ upstream, why: fault.message }, 'no look above');
        } else this.parts.journal.error({ err: fault, upstream }, 'no look above, after a fault');
      })
      .finally(() => (this.looking = undefined));
  }

  /** Begins with each centre that is new, or that has enrolled anew. */
  private async pass(): Promise<void> {
    this.isJoined = this.key.signer() !== null;
    if (!this.isJoined) return this.tell();
    const rows = await this.parts.queries.query<CentreRow>(
      `SELECT centre_id, name_ar, name_en, zone, log_key, enrolled_at,
         governorate_id FROM centre
       WHERE revoked_at IS NULL ORDER BY centre_id`,
    );
    const ids = new Set(rows.map((row) => row.centre_id));
    for (const id of this.refused.keys()) if (!ids.has(id)) this.refused.delete(id);
    for (const [id, { forwarder }] of this.passed) {
      if (ids.has(id)) continue;
      forwarder.stop();
      this.passed.delete(id);
    }
    for (const row of rows) {
      const known = this.passed.get(row.centre_id);
      if (this.stopping || known?.enrolledAt === row.enrolled_at) continue;
      if (!(await this.isTaken(row))) continue;
      known?.forwarder.stop();
      this.passed.set(row.centre_id, this.begin(row));
    }
    this.hasAll = !this.stopping;
    this.tell();
  }

  private tell(): void {
    const refused = [...this.refused.values()];
    const passed = [...this.passed.values()].map(({ state }) => state);
    this.standing.tell(wayOf({ isJoined: this.isJoined, refused, passed }));
  }

  /** Tells of a centre. One that is refused holds up no other; rejects where all must wait. */
  private async isTaken(row: CentreRow): Promise<boolean> {
    const { centre_id: centreId, name_ar: ar, name_en: en, zone } = row;
    const signer = this.key.signer();
    if (signer === null) return false;
    const about: AboutPost = {
      ...{ name: { ar, en }, zone, logKey: row.log_key },
      enrolledAt: row.enrolled_at,
      governorateId: row.governorate_id,
    };
    const body = JSON.stringify(about);
    const path = `${this.base}/centres/${centreId}`;
    const answered = await this.wires.ask('POST', path, { signer, body });
    const { status } = answered;
    const words = { upstream: this.way.id, centreId };
    if (status === 200) {
      if (this.refused.delete(centreId)) this.parts.journal.info(words, 'a centre is taken again');
      return true;
    }
    const why = whyOf(answered, row);
    if (status === 429 || status >= 500) throw new UpstreamAway(why);
    if (this.refused.get(centreId) !== why) {
      this.parts.journal.error({ ...words, why }, 'a centre is not taken');
    }
    this.refused.set(centreId, why);
    return false;
  }

  private begin({ centre_id: centreId, enrolled_at: enrolledAt }: CentreRow): Passed {
    const { queries, timers, now, random, journal } = this.parts;
    // It is tried again every few seconds, and said once.
    let told: string | undefined;
    let since: Millis | undefined;
    const passed: { state: ForwardState | null } = { state: null };
    const forwarder = new Forwarder({
      source: new StoredSource(queries, centreId),
      line: lineOf(this.wires, `${this.base}/centres/${centreId}`, () => this.key.signer()),
      ...{ timers, now, random },
      told: () => this.told(centreId),
      // The program above may be updated; and after a restore of this store the centres fill it
      // again, and then there is more to send.
      waitsFor: ['unknown', 'revoked', 'malformed', 'behind', 'altered'],
      onState: (state) => {
        passed.state = state;
        this.tell();
        const words = { upstream: this.way.id, centreId };
        if (state.is === 'live') {
          if (told !== undefined) journal.info(words, 'a centre is passed on again');
          told = since = undefined;
        }
        if (state.is !== 'stopped') return;
        const { why, hole } = state;
        since ??= now();
        const mayPass = why === 'behind' && hole === undefined && now() - since < FILLED_MS;
        const level = mayPass ? 'warn' : 'error';
        if (told === `${why} ${level}`) return;
        told = `${why} ${level}`;
        journal[level]({ ...words, why, ...hole }, hole === undefined ? 'no more is taken' : GONE);
      },
      onFault: (err) => {
        journal.error({ err, centreId }, 'passing on is tried again after a fault');
      },
    });
    const run = forwarder.run().finally(() => this.running.delete(run));
    this.running.add(run);
    return Object.assign(passed, { enrolledAt, forwarder });
  }

  /** When the centre was heard here, and what it told then. */
  private async told(centreId: string): Promise<Told> {
    const [row] = await this.parts.queries.query<{
      readonly heard_at: Millis | null;
      readonly live: LiveNumbers | null;
      readonly missing: number;
    }>('SELECT heard_at, live, missing FROM centre WHERE centre_id = $1', [centreId]);
    const [damage] = await this.parts.queries.query<Damage>(TOLD_DAMAGE, [centreId]);
    return {
      ...{ at: row?.heard_at ?? 0, live: row?.live ?? null, missing: row?.missing ?? 0 },
      ...(damage === undefined ? {} : { damage }),
    };
  }
}

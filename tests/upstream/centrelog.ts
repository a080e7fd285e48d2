import { EVENT_VERSION, genesisOf, hashOf, type StoredRow } from '../../chain/chain.js';
import { isCentreEvent, type Logged } from '../../core/events.js';
import { POST_EVENTS_MAX, type EventsPost, type SentRow } from '../../core/protocol/upstream.js';
import { DAY_MS, HOUR_MS } from '../../core/time.js';
import type { Ingest } from '../../upstream/ingest/ingest.js';
import { LoggedHall } from '../fixtures/factbook.js';
import { CENTRE, OPENING, randomDay } from '../fixtures/randomday.js';

/** Checkpoints are none of these tests' business. */
const NOBODYS_KEY = 'dawr/x+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

const bodyOf = ({ type: _, at: __, seq: ___, stream: ____, actor: _____, ...body }: Logged) =>
  JSON.stringify(body);

/** One stream of a centre as it is posted, each event a request of its own. */
export class StreamLog {
  readonly rows: SentRow[] = [];
  readonly hashes: Buffer[];
  private day: string | null = null;
  private sent = 0;

  constructor(
    readonly centreId: string,
    readonly stream: string,
  ) {
    this.hashes = [genesisOf(stream)];
  }

  /** A stream as it lies in a centre's file. */
  static of(centreId: string, rows: readonly StoredRow[]): StreamLog {
    const log = new StreamLog(centreId, rows[0]!.stream);
    for (const row of rows) {
      const { day, occurred_at, request, part, parts, actor, type, version, hash } = row;
      const body = row.body.toString('utf8');
      log.rows.push([day, occurred_at, request, part, parts, actor, type, version, body]);
      log.hashes.push(hash);
    }
    return log;
  }

  /** Takes in what the log has more than before. `day` is what was open before the first. */
  take(log: readonly Logged[], day: string | null = this.day): void {
    this.day = day;
    for (const event of log.slice(this.rows.length)) this.append(event);
  }

  /** A row as anybody might write it. */
  append(event: Logged, body = bodyOf(event), version = EVENT_VERSION): void {
    if (event.type === 'day.opened') this.day = event.day;
    const day = isCentreEvent(event) ? null : this.day;
    if (event.type === 'day.closed') this.day = null;
    const seq = this.rows.length + 1;
    const [request, part, parts] = [`r${seq}`, 1, 1];
    const { at: occurred_at, actor, type } = event;
    this.rows.push([day, occurred_at, request, part, parts, actor, type, version, body]);
    const { stream } = this;
    const row = { stream, seq, day, occurred_at, request, part, parts, actor, type, version };
    this.hashes.push(hashOf(this.hashes.at(-1)!, { ...row, body: Buffer.from(body) }));
  }

  /** Events that are not stored yet. */
  get left(): number {
    return this.rows.length - this.sent;
  }

  /** The end of the last whole request at or before there. */
  private wholeUpTo(to: number): number {
    return this.rows.findLastIndex(([, , , part, parts], at) => at < to && part === parts) + 1;
  }

  /** Stores up to so many more, in whole requests. */
  async send(ingest: Ingest, count = this.left): Promise<void> {
    const end = this.wholeUpTo(this.sent + Math.min(this.left, count));
    while (this.sent < end) {
      const to = this.wholeUpTo(Math.min(end, this.sent + POST_EVENTS_MAX));
      const post: EventsPost = {
        ...{ stream: this.stream, from: this.sent + 1, notes: [], at: 0, live: null },
        ...{ last: this.rows.length, ended: false },
        previous: this.hashes[this.sent]!.toString('hex'),
        head: this.hashes[to]!.toString('hex'),
        events: this.rows.slice(this.sent, to),
      };
      const sender = { centreId: this.centreId, logKey: NOBODYS_KEY, relayed: false };
      const arrived = { ...sender, post, at: 0 };
      const { refused } = await ingest.take(arrived);
      if (refused !== null) throw new Error(`${this.centreId} ${this.stream}: ${refused}`);
      this.sent = to;
    }
  }
}

/** As long as a stream's name is. */
export const streamName = (name: string): string => name.padEnd(26, '0');

/** A day of people who try anything, in a stream of that name. */
export const dayOf = (seed: number, stream: string, steps = 500): LoggedHall =>
  randomDay(seed, {
    ...{ steps, close: seed % 3 !== 0, paceMs: 60_000 },
    hall: new LoggedHall(CENTRE, { at: OPENING, stream: streamName(stream) }),
  });

/** Another day of people who try anything, in the same hall. */
export const nextDay = (hall: LoggedHall, seed: number): LoggedHall => {
  hall.ask({ type: 'closeDay' });
  hall.at = OPENING + Math.ceil((hall.at - OPENING + HOUR_MS) / DAY_MS) * DAY_MS;
  return randomDay(seed, { steps: 300, close: seed % 3 !== 0, paceMs: 60_000, hall });
};

/** The hall after its log was lost, restored from a copy of at least so many events. */
export const restored = (
  hall: Pick<LoggedHall, 'log'>,
  copied: number,
  [log, stream]: [StreamLog, string],
) => {
  // A copy ends with a whole request.
  const end = hall.log.findIndex((event, at) => at >= copied && event.at > hall.log[at - 1]!.at);
  const before = hall.log.slice(0, end);
  const hash = log.hashes[before.at(-1)!.seq]!.toString('hex');
  const at = before.at(-1)!.at + HOUR_MS / 4;
  const next = new LoggedHall(CENTRE, {
    ...{ at, stream: streamName(stream) },
    restored: { log: before, hash },
  });
  return { before, next };
};

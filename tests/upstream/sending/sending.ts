import { pino } from 'pino';
import { expect } from 'vitest';
import type { StoredRow } from '../../../chain/chain.js';
import { verifierKeyOf } from '../../../chain/note.js';
import type { EventsPost } from '../../../core/protocol/upstream.js';
import {
  Forwarder,
  UpstreamAway,
  type ForwardState,
  type Reply,
} from '../../../node/forward/forwarder.js';
import { machineTimers } from '../../../node/time.js';
import { rowsFrom } from '../../../server/log/read.js';
import { Scrub } from '../../../server/log/watch/scrub.js';
import { signerIn } from '../../../server/log/signer.js';
import { Outbox } from '../../../server/upstream/outbox.js';
import { toldOf } from '../../../server/upstream/upstreams.js';
import type { Ingest } from '../../../upstream/ingest/ingest.js';
import type { Database } from '../../../upstream/store/database.js';
import type { LoggedHall } from '../../fixtures/log.js';

/** What may befall a post on its way. */
export type Mishap = 'none' | 'lost' | 'unanswered' | 'doubled';

let centres = 0;

/** A centre with a forwarder, and a line on which anything may happen. */
export class Sending {
  readonly centreId = `c-${(centres += 1)}`;
  readonly states: ForwardState[] = [];
  readonly posts: EventsPost[] = [];
  readonly logKey: string;
  /** What of the log does not hold, as far as it was looked at. */
  readonly scrub: Scrub;
  forwarder!: Forwarder;
  /** Time passes by pauses alone, each as short as a turn. */
  passedMs = 0;
  private running: Promise<void> | undefined;

  constructor(
    readonly hall: LoggedHall,
    private readonly above: { readonly database: Database; readonly ingest: Ingest },
    private readonly mishap: () => Mishap = () => 'none',
  ) {
    const { directory } = hall.log;
    this.logKey = verifierKeyOf(signerIn(directory, 'hall'));
    const onFatal = (error: unknown): void => {
      throw error;
    };
    const journal = pino({ level: 'silent' });
    const timers = { every: (ms: number, run: () => void) => this.passEach(ms, run) };
    const settled = () => hall.committer.settled;
    this.scrub = new Scrub({ directory, timers, journal, onFatal, settled });
    this.scrub.onFound(() => this.forwarder.look());
  }

  start(): void {
    this.forwarder = new Forwarder({
      source: new Outbox(this.hall.log.database, machineTimers),
      line: {
        send: (post) => this.send(post),
        configuration: () => Promise.resolve(),
        staff: () => Promise.resolve(),
      },
      timers: { after: (ms, run) => this.pass(ms, run) },
      now: () => this.hall.clock.now(),
      random: () => 0,
      told: () => ({
        ...{ at: this.hall.clock.now(), live: null },
        ...toldOf(this.scrub),
      }),
      waitsFor: [],
      onState: (state) => void this.states.push(state),
    });
    this.running = this.forwarder.run();
  }

  private pass(ms: number, run: () => void): () => void {
    return machineTimers.after(1, () => {
      this.passedMs += ms;
      run();
    });
  }

  private passEach(ms: number, run: () => void): () => void {
    return machineTimers.every(1, () => {
      this.passedMs += ms;
      run();
    });
  }

  /** Of this centre, above. */
  alarms(): Promise<readonly { readonly kind: string; readonly seq: number }[]> {
    return this.above.database.query(
      'SELECT kind, seq FROM alarm WHERE centre_id = $1 AND cleared_at IS NULL ORDER BY kind',
      [this.centreId],
    );
  }

  async stop(): Promise<void> {
    this.forwarder.stop();
    await this.running;
  }

  private async send(post: EventsPost): Promise<Reply> {
    this.posts.push(post);
    const { centreId, logKey } = this;
    const arrived = { centreId, logKey, post, relayed: false, at: this.hall.clock.now() };
    const mishap = this.mishap();
    if (mishap === 'lost') throw new UpstreamAway('lost');
    if (mishap === 'doubled') void this.above.ingest.take(arrived);
    const { refused, stored } = await this.above.ingest.take(arrived);
    if (mishap === 'unanswered') throw new UpstreamAway('unanswered');
    if (refused !== null || stored === null) return { refused: refused ?? 'gap', stored };
    // As the door of a data centre says.
    return { stored, nextAfterMs: 30_000, wanted: [] };
  }

  rows(): readonly StoredRow[] {
    return [...rowsFrom(this.hall.log.database)];
  }

  /** Until all that the log holds is there. */
  async arrived(): Promise<void> {
    const { seq } = this.rows().at(-1)!;
    for (let known = 0; known < seq;) {
      const [row] = await this.above.database.query<{ n: number }>(
        'SELECT count(*) AS n FROM event WHERE centre_id = $1',
        [this.centreId],
      );
      known = row?.n ?? 0;
    }
  }

  async expectEqual(): Promise<void> {
    const there = await this.above.database.query<{
      seq: number;
      type: string;
      body: string;
      hash: string;
    }>(
      `SELECT seq, type, body, encode(hash, 'hex') AS hash FROM event WHERE centre_id = $1
       ORDER BY seq`,
      [this.centreId],
    );
    const here = this.rows().map(({ seq, type, body, hash }) => ({
      ...{ seq, type, body: body.toString('utf8'), hash: hash.toString('hex') },
    }));
    expect(there).toEqual(here);
  }
}

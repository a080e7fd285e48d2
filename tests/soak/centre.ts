import { verifierKeyOf } from '../../chain/note.js';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { Forwarder, type ForwardState, type Reply } from '../../node/forward/forwarder.js';
import { machineTimers } from '../../node/time.js';
import { rowsFrom } from '../../server/log/read.js';
import { signerIn } from '../../server/log/signer.js';
import { Outbox } from '../../server/upstream/outbox.js';
import type { Arrived } from '../../upstream/ingest/ingest.js';
import { LoggedHall, takeTicket } from '../fixtures/log.js';

/** Pauses of minutes are as short as this. */
const PAUSE_MS = 30;

/** Carries a post to a receiver, or does not; rejects with `UpstreamAway`. */
export type Carry = (arrived: Arrived) => Promise<Reply>;

/** A centre with a real log and a real forwarder. */
export class Centre {
  hall!: LoggedHall;
  state: ForwardState = { is: 'sending' };
  private forwarder!: Forwarder;
  private running: Promise<void> = Promise.resolve();

  constructor(
    readonly centreId: string,
    readonly directory: string,
    private readonly carry: Carry,
  ) {}

  protected open(): Promise<LoggedHall> {
    return new LoggedHall({ directory: this.directory }).open();
  }

  async start(): Promise<void> {
    this.hall = await this.open();
    this.forwarder = new Forwarder({
      source: new Outbox(this.hall.log.database, machineTimers),
      line: {
        send: (post) => this.send(post),
        configuration: () => Promise.resolve(),
        staff: () => Promise.resolve(),
      },
      timers: { after: (ms, run) => machineTimers.after(Math.min(ms, PAUSE_MS), run) },
      now: () => this.hall.clock.now(),
      random: () => 0.5,
      waitsFor: [],
      told: () => ({ at: this.hall.clock.now(), live: null }),
      onState: (state) => void (this.state = state),
    });
    this.running = this.forwarder.run();
  }

  /** The process ends; what the forwarder knew is forgotten. */
  async stop(): Promise<void> {
    this.forwarder.stop();
    await this.running;
    this.hall.close();
  }

  async tickets(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.hall.done(takeTicket);
    this.look();
  }

  look(): void {
    this.forwarder.look();
  }

  /** Hashes of all events, by stream. */
  hashes(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { stream, hash } of rowsFrom(this.hall.log.database)) {
      found.set(stream, [...(found.get(stream) ?? []), hash.toString('hex')]);
    }
    return found;
  }

  private async send(post: EventsPost): Promise<Reply> {
    const logKey = verifierKeyOf(signerIn(this.directory, this.hall.centreId));
    return this.carry({ centreId: this.centreId, logKey, post, relayed: false, at: post.at });
  }
}

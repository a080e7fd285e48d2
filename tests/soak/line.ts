import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventsPost } from '../../core/protocol/upstream.js';
import type { Reply } from '../../node/forward/forwarder.js';
import type { Arrived, Taken } from '../../upstream/ingest/ingest.js';
import type { Bug } from './bugs.js';
import { NoAnswer, type Receiver } from './receivers.js';
import { MISHAPS, type Mishap } from './report.js';

/** One post in three has a mishap. */
const CHANCES = 12;
/**
 * A sender that believes too much is put right by its next post: one answer in so many is held
 * against the store before the sender has it.
 */
const LOOK_EVERY = 8;
/** What the receivers take for a clock that is wrong. */
const CLOCK_OFF_MS = 10 * 60_000;

const replyOf = ({ refused, stored }: Taken): Reply =>
  refused !== null || stored === null
    ? { refused: refused ?? 'gap', stored }
    : { stored, nextAfterMs: 1, wanted: [] };

const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

/** The line from all centres to the receivers, on which anything may happen. */
export class Line {
  readonly happened: Record<Mishap, number> = { lost: 0, unanswered: 0, doubled: 0, late: 0 };
  posts = 0;
  isCalm = false;
  isDown = false;
  /** The data centre's clock. */
  now: number;
  /** What a centre was told to be stored, by `<centre> <stream>`. */
  readonly confirmed = new Map<string, number>();
  /** Centres that told a time that is far off. */
  readonly wrongClocks = new Set<string>();
  /** Those of them that a backup of the store knows. */
  private saved: readonly string[] = [];
  private readonly late: Arrived[] = [];
  private answers = 0;
  private server!: Server;

  constructor(
    private readonly parts: {
      readonly random: () => number;
      readonly receivers: () => readonly Receiver[];
      readonly bug: Bug | undefined;
      /** Holds what was confirmed against the store. */
      readonly look: () => Promise<void>;
      readonly at: number;
    },
  ) {
    this.now = parts.at;
  }

  async open(): Promise<void> {
    this.server = createServer((request, response) => {
      textOf(request)
        .then((text) => this.answer(JSON.parse(text) as Arrived))
        .then(
          (reply) => response.end(JSON.stringify(reply)),
          () => request.socket.destroy(),
        );
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', () => resolve()));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  storeSaved(): void {
    this.saved = [...this.wrongClocks];
  }

  /** The store is as it was saved: nothing that it said since holds. */
  storeRestored(): void {
    this.confirmed.clear();
    this.wrongClocks.clear();
    for (const centreId of this.saved) this.wrongClocks.add(centreId);
  }

  /** What was under way for long comes after what was sent later: nobody waits for its answer. */
  async deliver(): Promise<void> {
    for (const old of this.late.splice(0)) await this.send(old).catch(() => undefined);
  }

  private async answer(sent: Arrived): Promise<Reply> {
    const reply = await this.carry(sent);
    if ('refused' in reply) return reply;
    this.answers += 1;
    if (this.answers % LOOK_EVERY === 0) await this.parts.look();
    return reply;
  }

  /** A post's way: it may be lost, or its answer, or come twice, or much later. */
  private async carry(sent: Arrived): Promise<Reply> {
    const arrived = { ...sent, at: this.now };
    this.posts += 1;
    const mishap = this.isCalm ? undefined : this.mishap();
    if (mishap !== undefined) this.happened[mishap] += 1;
    if (this.parts.bug === 'sent unanswered' && mishap === 'lost') return this.pretend(arrived);
    if (mishap === 'lost' || this.isDown) throw new NoAnswer('lost');
    if (mishap === 'late') this.late.push(arrived);
    const first = this.send(arrived);
    const second = mishap === 'doubled' ? this.send(arrived, this.parts.receivers().at(-1)) : first;
    const [taken] = await Promise.allSettled([first, second]);
    if (taken.status === 'rejected') throw taken.reason;
    if (mishap === 'unanswered') throw new NoAnswer('unanswered');
    return replyOf(taken.value);
  }

  private mishap(): Mishap | undefined {
    return MISHAPS[Math.floor(this.parts.random() * CHANCES)];
  }

  /** A sender that takes a post for stored because it was sent. */
  private pretend({ centreId, post }: Arrived): Reply {
    const { head, from, events } = post;
    const seq = from - 1 + events.length;
    this.confirm(centreId, post, seq);
    return { stored: { seq, hash: head }, nextAfterMs: 1, wanted: [] };
  }

  private async send(arrived: Arrived, receiver = this.parts.receivers()[0]): Promise<Taken> {
    const { centreId, post } = arrived;
    // By the clock of then: time may leap while it is under way.
    const at = this.now;
    const taken = await receiver!.send({ ...arrived, at });
    if (taken.refused === null && taken.stored !== null) {
      this.confirm(centreId, post, taken.stored.seq);
    }
    if (Math.abs(post.at - at) > CLOCK_OFF_MS) this.wrongClocks.add(centreId);
    return taken;
  }

  private confirm(centreId: string, { stream }: EventsPost, seq: number): void {
    const key = `${centreId} ${stream}`;
    this.confirmed.set(key, Math.max(seq, this.confirmed.get(key) ?? 0));
  }
}

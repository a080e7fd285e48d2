import { chained } from '../../chain/check.js';
import type { Damage, EventsPost, Stored } from '../../core/protocol/upstream.js';
import type { ForwarderParts, Reply } from './forwarder.js';
import type { Part, Reach } from './source.js';

/** What a centre tells of itself beside its log, and when. */
export type Told = Pick<EventsPost, 'at' | 'live' | 'damage'> & {
  /** Events of its newest stream that it has and this end has not. */
  readonly missing?: number;
};

/** What was sent of a stream, or would be. */
type Sent = Part & Pick<EventsPost, 'stream' | 'from' | 'ended'>;

type Place = Pick<Damage, 'stream' | 'seq'>;

/** Whether the other end knew who told it, and what. */
const isHeard = (reply: Reply): boolean =>
  !('refused' in reply) || reply.refused === 'gap' || reply.refused === 'fork';

/** Tells the other end why nothing more is sent, so that it rings there too. */
export class Telling {
  /** The event that was said last to be gone. */
  private gone: Place | undefined;

  constructor(private readonly parts: Pick<ForwarderParts, 'source' | 'line' | 'told'>) {}

  /**
   * Says that what the other end has is not here any more. Only who was told so can say it, so no
   * post that is late or comes again is taken for this.
   */
  async loss(stream: string, { seq, hash }: Stored): Promise<void> {
    const { source, line, told } = this.parts;
    const end = await source.lastOf(stream);
    const last = Math.min(end, seq - 1);
    const place = { stream, from: seq + 1, last, ended: false, previous: hash, head: hash };
    const { missing: _, ...said } = await told();
    const isHole = seq <= end && !this.isSaid({ stream, seq });
    const damage = isHole ? { damage: { is: 'gone', stream, seq } as const } : {};
    const reply = await line.send({ ...place, events: [], notes: [], ...said, ...damage });
    if (isHole && isHeard(reply)) this.gone = { stream, seq };
  }

  /** Sends what follows here, which is refused there. */
  async fork({ stream, seq, ended }: Reach): Promise<void> {
    const { source, line, told } = this.parts;
    const part = await source.from(stream, seq + 1);
    const last = await source.lastOf(stream);
    const { missing: _, ...said } = await told();
    await line.send({ stream, from: seq + 1, last, ended, ...part, ...said });
  }

  /** Says that the first event to be sent is not here any more, while later ones are. */
  async hole(sent: Sent): Promise<void> {
    const { stream, from: seq } = sent;
    if (this.isSaid({ stream, seq })) return;
    const reply = await this.damage(sent, { is: 'gone', stream, seq });
    if (isHeard(reply)) this.gone = { stream, seq };
  }

  /** Says which event of what was refused is not here as it was written; `false`: all are. */
  async altered(refused: Sent): Promise<boolean> {
    const { stream } = refused;
    for (const { seq, hash } of chained(refused)) {
      if (hash.toString('hex') === (await this.parts.source.hashAt(stream, seq))) continue;
      await this.damage(refused, { is: 'altered', stream, seq });
      return true;
    }
    return false;
  }

  /** It may be gone for good: who has cleared the alarm knows, and is told once by each start. */
  private isSaid({ stream, seq }: Place): boolean {
    return this.gone?.stream === stream && this.gone.seq === seq;
  }

  /** Without an event, since none that follows can be sent. */
  private async damage({ stream, from, ended, previous }: Sent, damage: Damage): Promise<Reply> {
    const { source, line, told } = this.parts;
    const { missing = 0, ...said } = await told();
    const last = (await source.lastOf(stream)) + (ended ? 0 : missing);
    const place = { stream, from, last, ended, previous, head: previous };
    return line.send({ ...place, events: [], notes: [], ...said, damage });
  }
}

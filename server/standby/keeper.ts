import { Wires } from '../../node/forward/line.js';
import { UpstreamAway } from '../../node/forward/forwarder.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import type { FastifyInstance } from 'fastify';
import {
  besideAnswerSchema,
  STANDBY_ID,
  STANDING_PATH,
  type Beside,
  type Standing,
} from '../../core/protocol/standby.js';
import { roleIn } from './role.js';
import { senderPath } from '../../core/protocol/upstream.js';
import type { Centre } from '../centre.js';
import { LogFault } from '../log/faults.js';
import type { Log } from '../log/log.js';
import { contentOf, partsOf } from './beside.js';
import { standingAt, type AskedAt } from './standing.js';

/** How often what lies beside the log is compared; as often each end hears that the other lives. */
const BEAT_MS = 2_000;
/** A part that the standby refuses is sent again after so many beats, twice as many each time. */
const REFUSED_BEATS_MAX = 150;

/** Whether a log has a stream, and so what another server did in it. */
const hasStream = ({ database }: Pick<Log, 'database'>, stream: string): boolean =>
  database.prepare('SELECT 1 FROM stream WHERE id = ?').get(stream) !== undefined;

/** What a person must know of a standby that serves in this server's place; `null`: it does not. */
const takenOver = async (
  standby: AskedAt,
  centreId: string,
  log: Pick<Log, 'database'>,
): Promise<string | null> => {
  const standing = await standingAt(standby);
  if (standing?.role !== 'server' || standing.centreId !== centreId) return null;
  if (hasStream(log, standing.stream)) return null;
  const { tookOverAt } = standing;
  const when = tookOverAt === null ? '' : ` on ${new Date(tookOverAt).toISOString()}`;
  return (
    `${standby.url} took over from this server${when} and serves the hall: two must not. ` +
    'Make this machine its standby, by the command standby with --anew.'
  );
};

/** Throws `log.takenOver` where the standby serves in this server's place. */
export const refuseTakenOver = async (
  standby: AskedAt | null,
  centreId: string,
  log: Pick<Log, 'database'>,
): Promise<void> => {
  const why = standby === null ? null : await takenOver(standby, centreId, log);
  if (why !== null) throw new LogFault('log.takenOver', why);
};

/** Says to whoever asks that this program serves the hall. */
export const standingRoute = (app: FastifyInstance, centre: Centre): void => {
  app.get(STANDING_PATH, (_request, reply) => {
    const role = roleIn(centre.store.directory);
    const tookOverAt = role?.role === 'server' ? role.tookOverAt : null;
    const centreId = centre.configuration().centre.id;
    const { stream } = centre.log.state;
    return reply.send({ role: 'server', centreId, stream, tookOverAt } satisfies Standing);
  });
};

/** What the keeper of a standby needs to know. */
export interface Keeping {
  /** Port of the hall's pages. */
  readonly port: number;
  /** The standby serves in this server's place, which must end. */
  readonly onTakenOver: (why: string) => void;
}

/** Brings what lies beside the log to the standby, and looks whether that has taken over. */
class Keeper {
  private readonly wires: Wires;
  private readonly key: RequestKey;
  private readonly base: string;
  private readonly centreId: string;
  private beating: Promise<void> | null = null;
  /** Parts that were refused: for how many beats they are left, and were at first. */
  private readonly refused = new Map<string, { left: number; beats: number }>();

  constructor(
    private readonly centre: Centre,
    private readonly standby: AskedAt,
    private readonly keeping: Keeping,
  ) {
    this.centreId = centre.configuration().centre.id;
    this.wires = new Wires({ ...standby, proxy: null });
    this.key = new RequestKey(centre.store.directory, STANDBY_ID, this.centreId);
    this.base = senderPath(this.centreId);
  }

  start(): () => Promise<void> {
    const stop = this.centre.timers.every(BEAT_MS, () => this.beat());
    this.beat();
    return async () => {
      stop();
      await this.wires.close();
      await this.beating;
    };
  }

  private beat(): void {
    this.beating ??= this.tell()
      .catch((err: unknown) => {
        // That it is away is told by the way of events.
        if (!(err instanceof UpstreamAway)) {
          this.centre.journal.error({ err }, 'what lies beside the log did not reach the standby');
        }
      })
      .finally(() => (this.beating = null));
  }

  private async tell(): Promise<void> {
    const { settings, store } = this.centre;
    const door = { port: this.keeping.port, tls: settings.tls !== null };
    const told: Beside = { parts: { ...partsOf(store) }, door };
    const answer = besideAnswerSchema.safeParse(await this.post('beside', told)).data;
    if (answer === undefined) {
      const why = await takenOver(this.standby, this.centreId, store);
      if (why !== null) this.keeping.onTakenOver(why);
      return;
    }
    for (const name of answer.wanted) {
      const content = this.isLeft(name) ? undefined : contentOf(store, name);
      if (content === undefined) continue;
      if ((await this.post('beside/part', { name, content })) === undefined) this.leave(name);
      else this.refused.delete(name);
    }
  }

  /** Whether a part waits because it was refused; each look is a beat. */
  private isLeft(name: string): boolean {
    const refused = this.refused.get(name);
    if (refused === undefined || refused.left === 0) return false;
    refused.left -= 1;
    return true;
  }

  private leave(name: string): void {
    const before = this.refused.get(name)?.beats ?? 1;
    const beats = Math.min(REFUSED_BEATS_MAX, before * 2);
    this.refused.set(name, { left: beats, beats });
    const words = { part: name, againMs: beats * BEAT_MS };
    this.centre.journal.error(words, 'the standby refuses a part');
  }

  /** What was answered; `undefined` where the standby does not take it. */
  private async post(path: string, value: object): Promise<unknown> {
    const signer = this.key.signer();
    if (signer === null) return undefined;
    const body = JSON.stringify(value);
    const answered = await this.wires.ask('POST', `${this.base}/${path}`, { signer, body });
    return answered.status === 200 ? answered.value : undefined;
  }
}

/** Keeps the standby of the settings ready to serve, until the returned function is called. */
export const keepStandby = (centre: Centre, keeping: Keeping): (() => Promise<void>) => {
  const { standby } = centre.settings;
  if (standby === null) return () => Promise.resolve();
  return new Keeper(centre, standby, keeping).start();
};

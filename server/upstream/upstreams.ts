import { lineOf, Wires } from '../../node/forward/line.js';
import { verifierKeyOf } from '../../chain/note.js';
import type { Centre } from '../centre.js';
import { senderPath } from '../../core/protocol/upstream.js';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { liveNumbers } from '../../core/views/live.js';
import { Forwarder, type ForwarderParts, type ForwardState } from '../../node/forward/forwarder.js';
import type { Told } from '../../node/forward/telling.js';
import { damageOf } from '../log/watch/scrub.js';
import { signerIn } from '../log/signer.js';
import { Outbox } from './outbox.js';
import { RequestKey } from '../../node/forward/requestkey.js';

/** What clerks are called, if the policy of now tells it: of all, since past days name them too. */
const namesOf = ({ configuration, staff }: Centre): Record<string, string> =>
  configuration().centre.staffNamesAbove === true
    ? Object.fromEntries(staff.all().map(({ id, name }) => [id, name]))
    : {};

/** What of the log is told beside it. */
export const toldOf = ({ altered }: Centre['scrub']): Pick<Told, 'damage'> =>
  altered === null ? {} : { damage: damageOf(altered) };

const STANDBY_RETRY_MS_MAX = 1_000;
/** What a person may mend at the other end: rights, or an older program. */
const WAITS_FOR = ['unknown', 'revoked', 'malformed'] as const;

type Way = Centre['settings']['upstreams'][number] &
  Partial<Pick<ForwarderParts, 'retryMsMax' | 'waitsFor'>>;

/** What an upstream has of this centre's log. */
export interface UpstreamStatus {
  readonly id: string;
  readonly url: string;
  readonly state: ForwardState;
}

/** The ways up from one centre, each by itself: one that is away holds up no other. */
export class Upstreams {
  private readonly states = new Map<string, UpstreamStatus>();
  /** What the journal said last of each. */
  private readonly written = new Map<string, ForwardState>();
  private readonly stops: (() => Promise<void>)[] = [];

  /** Begins to forward to all of the settings. Throws on an authority's bad file. */
  start(centre: Centre, random: () => number): void {
    const { upstreams, standby } = centre.settings;
    for (const way of upstreams) this.forward(centre, way, random);
    if (standby === null) return;
    // As soon as it is there again: it must not be far behind when it is needed; also when its
    // copy was begun anew.
    const waitsFor = [...WAITS_FOR, 'fork', 'behind', 'altered'] as const;
    const way = { ...standby, id: STANDBY_ID, proxy: null, retryMsMax: STANDBY_RETRY_MS_MAX };
    this.forward(centre, { ...way, waitsFor }, random);
  }

  /** In the order of the settings. */
  status(): readonly UpstreamStatus[] {
    return [...this.states.values()];
  }

  async stop(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
  }

  private forward(centre: Centre, way: Way, random: () => number) {
    const { id, url, retryMsMax, waitsFor = WAITS_FOR } = way;
    const centreId = centre.configuration().centre.id;
    const { database, directory } = centre.store;
    const key = new RequestKey(directory, id, centreId);
    const logKey = verifierKeyOf(signerIn(directory, centreId));
    const wires = new Wires(way);
    const forwarder = new Forwarder({
      source: new Outbox(database, centre.timers, { names: () => namesOf(centre), logKey }),
      line: lineOf(wires, senderPath(centreId), () => key.signer()),
      timers: centre.timers,
      now: () => centre.clock.now(),
      random,
      ...(retryMsMax === undefined ? {} : { retryMsMax }),
      told: () => ({
        ...{ at: centre.clock.now(), live: liveNumbers(centre.log.state) },
        ...toldOf(centre.scrub),
      }),
      waitsFor,
      onState: (state) => {
        this.tell(centre, { id, url, state });
      },
      onFault: (err) => {
        centre.journal.error({ err, upstream: id }, 'forwarding is tried again after a fault');
      },
    });
    const state = { is: 'away', since: centre.clock.now(), why: 'not asked yet' } as const;
    this.states.set(id, { id, url, state });
    centre.log.onCommitted(() => forwarder.look());
    centre.scrub.onFound(() => forwarder.look());
    const ended = forwarder.run();
    this.stops.push(async () => {
      forwarder.stop();
      await wires.close();
      await ended;
    });
  }

  /** Keeps the state, and writes down a way that is another; not that something is under way. */
  private tell({ journal }: Centre, status: UpstreamStatus): void {
    const { id, state } = status;
    this.states.set(id, status);
    if (state.is === 'sending') return;
    const before = this.written.get(id);
    this.written.set(id, state);
    const { is } = state;
    const why = 'why' in state ? state.why : undefined;
    const isOther = is === 'stopped' && before?.is === 'stopped' && before.why !== why;
    if (is === before?.is && !isOther) return;
    const words = { upstream: id, state: is, why };
    if (is === 'stopped' && why === 'unknown') journal.warn(words, 'not enrolled there: join');
    else if (is === 'stopped') journal.error(words, 'an upstream takes no more');
    else journal.info(words, 'the way to an upstream has changed');
  }
}

import { lineOf, Wires } from './line.js';
import type { Centre } from '../centre.js';
import { liveNumbers } from '../../core/views/live.js';
import { Forwarder, type ForwardState } from './forwarder.js';
import { Outbox } from './outbox.js';
import { RequestKey } from './requestkey.js';

/** What an upstream has of this centre's log. */
export interface UpstreamStatus {
  readonly id: string;
  readonly url: string;
  readonly state: ForwardState;
}

/** The ways up from one centre, each by itself: one that is away holds up no other. */
export class Upstreams {
  private readonly states = new Map<string, UpstreamStatus>();

  private constructor(private readonly stops: readonly (() => Promise<void>)[]) {}

  /** Begins to forward to every upstream of the settings. Throws where an authority's file is bad. */
  static start(centre: Centre, random: () => number): Upstreams {
    const stops: (() => Promise<void>)[] = [];
    const upstreams = new Upstreams(stops);
    for (const way of centre.settings.upstreams) {
      const tell = (state: ForwardState): void =>
        upstreams.told({ id: way.id, url: way.url, state });
      const centreId = centre.configuration().centre.id;
      const key = new RequestKey(centre.store.directory, way.id, centreId);
      const wires = new Wires(way);
      const forwarder = new Forwarder({
        outbox: new Outbox(centre.store.database),
        line: lineOf(wires, centreId, () => key.signer()),
        timers: centre.timers,
        now: () => centre.clock.now(),
        random,
        live: () => liveNumbers(centre.log.state),
        onState: (state) => {
          const { is } = upstreams.states.get(way.id)?.state ?? {};
          tell(state);
          const says = state.is === 'stopped' || state.is === 'away' ? state.why : undefined;
          if (is === state.is || state.is === 'sending') return;
          const words = { upstream: way.id, state: state.is, why: says };
          if (state.is === 'stopped') centre.journal.error(words, 'an upstream takes no more');
          else centre.journal.info(words, 'the way to an upstream has changed');
        },
      });
      tell({ is: 'away', since: centre.clock.now(), why: 'not asked yet' });
      centre.log.onCommitted(() => forwarder.look());
      const ended = forwarder.run();
      ended.catch((fault: unknown) => {
        centre.journal.error({ err: fault, upstream: way.id }, 'forwarding ended by a fault');
      });
      stops.push(async () => {
        forwarder.stop();
        await wires.close();
        await ended.catch(() => undefined);
      });
    }
    return upstreams;
  }

  /** In the order of the settings. */
  status(): readonly UpstreamStatus[] {
    return [...this.states.values()];
  }

  async stop(): Promise<void> {
    await Promise.all(this.stops.map((stop) => stop()));
  }

  private told(status: UpstreamStatus): void {
    this.states.set(status.id, status);
  }
}

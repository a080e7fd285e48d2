import type { Logger } from 'pino';
import type { Millis } from '../../core/configuration.js';
import type { ForwardState } from '../../node/forward/forwarder.js';

/** How a data centre above stands to all that is passed on to it. */
export type WayState =
  | { readonly is: 'live' }
  | { readonly is: 'away'; readonly since: Millis; readonly why: string }
  /** Nothing is taken until somebody sees to it. */
  | { readonly is: 'stopped'; readonly why: string };

export interface WayStatus {
  readonly id: string;
  /** `null` until something was asked. */
  readonly state: WayState | null;
}

interface Seen {
  readonly isJoined: boolean;
  /** Why centres were not taken. */
  readonly refused: readonly string[];
  /** Of each centre that is passed on. */
  readonly passed: readonly (ForwardState | null)[];
}

/** One centre that is refused does not make it so, nor one post that failed. */
export const wayOf = ({ isJoined, refused, passed }: Seen): WayState | null => {
  if (!isJoined) return { is: 'stopped', why: 'unknown' };
  if (passed.some((state) => state?.is === 'live' || state?.is === 'sending')) {
    return { is: 'live' };
  }
  const away = passed.find((state) => state?.is === 'away');
  if (away?.is === 'away') return away;
  const stopped = passed.flatMap((state) => (state?.is === 'stopped' ? [state.why] : []));
  const isAll = stopped.length === passed.length;
  const [why] = [...stopped, ...refused];
  return isAll && why !== undefined ? { is: 'stopped', why } : null;
};

/** Keeps how the way stands, and writes down what is another than before. */
export class Way {
  private state: WayState | null = null;

  constructor(
    private readonly id: string,
    private readonly journal: Logger,
  ) {}

  get status(): WayStatus {
    return { id: this.id, state: this.state };
  }

  /** Without a state nothing new is known. */
  tell(state: WayState | null): void {
    if (state === null) return;
    const before = this.state;
    this.state = state;
    const why = 'why' in state ? state.why : undefined;
    const isStopped = state.is === 'stopped';
    const wasWhy = before?.is === 'stopped' ? before.why : undefined;
    if (before?.is === state.is && (!isStopped || wasWhy === why)) return;
    const words = { upstream: this.id, state: state.is, why };
    if (isStopped && why === 'unknown') this.journal.warn(words, 'not enrolled there: join');
    else if (isStopped) this.journal.error(words, 'an upstream takes no more');
    else this.journal.info(words, 'the way to an upstream has changed');
  }
}

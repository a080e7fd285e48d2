import { jobIdOf } from '../../../core/paper.js';
import type { Centre } from '../../../server/centre.js';

/** Ms of a clock that all processes of a machine share, and that nobody sets. */
export const steadyMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** When things happened to one ticket's paper, by `steadyMs` in the server's process. */
export interface PaperTimes {
  readonly ticketId: string;
  readonly kioskId: string;
  /** The ticket was on the disk. */
  readonly committedAt: number;
  /** The agent's word that its first bytes go to the printer was heard. */
  readonly sendingAt: number;
  /** What became of it was on the disk. */
  readonly endedAt: number;
  readonly state: string;
}

/** Longer than a paper is printed after it was ordered. */
const ENDED_MS_MAX = 90_000;

type Open = Omit<PaperTimes, 'endedAt' | 'state'>;

/** Listens to a centre's log and to its agent. */
export class Papers {
  /** By the id of the first copy's job. */
  private readonly open = new Map<string, Open>();
  private done: PaperTimes[] = [];
  private tell: () => void = () => undefined;

  constructor({ log, live }: Centre) {
    log.onCommitted(({ events }) => {
      const now = steadyMs();
      for (const event of events) {
        if (event.type === 'ticket.issued' && event.print) {
          const { ticketId, deviceId: kioskId } = event;
          const issued = { ticketId, kioskId, committedAt: now, sendingAt: NaN };
          this.open.set(jobIdOf(ticketId, 0), issued);
        } else if (event.type === 'ticket.printed') {
          this.end(jobIdOf(event.ticketId, event.copy), event.state, now);
        }
      }
    });
    const setPrint = live.setPrint.bind(live);
    live.setPrint = (jobId, state) => {
      setPrint(jobId, state);
      const paper = this.open.get(jobId);
      if (state !== 'sending' || paper === undefined) return;
      this.open.set(jobId, { ...paper, sendingAt: steadyMs() });
    };
  }

  /** Resolves when the paper of every ticket has ended; gives those that ended since. */
  async ended(): Promise<readonly PaperTimes[]> {
    const late = setTimeout(() => {
      throw new Error(`papers have not ended: ${[...this.open.keys()].join(', ')}`);
    }, ENDED_MS_MAX);
    while (this.open.size > 0) await new Promise<void>((resolve) => (this.tell = resolve));
    clearTimeout(late);
    const told = this.done;
    this.done = [];
    return told;
  }

  private end(jobId: string, state: string, endedAt: number): void {
    const paper = this.open.get(jobId);
    if (paper === undefined) return;
    this.open.delete(jobId);
    this.done.push({ ...paper, endedAt, state });
    if (this.open.size === 0) this.tell();
  }
}

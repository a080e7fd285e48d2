import type { io } from 'socket.io-client';
import type { Millis } from '../../core/configuration.js';
import type { DeviceId } from '../../core/events.js';
import type {
  KioskDoor,
  LeaseView,
  PrinterState,
  PrintJob,
  PrintState,
} from '../../core/protocol/views.js';
import { sleep } from '../clock.js';
import { NotFetched } from '../fetched.js';
import { JOBS_KEPT } from '../jobs/journal.js';
import { isOfflineJob } from './book.js';
import { Carried } from './carried.js';
import { Door } from './door.js';
import { Offline, type OfflineParts } from './offline.js';

/** What the server did not give is asked for again. */
export const FETCH_AGAIN_MS = 10_000;

export interface AwayParts extends Omit<OfflineParts, 'onGiven'> {
  /** Of the server's pages. */
  readonly origin: string;
  /** The link to the server. */
  readonly socket: Pick<ReturnType<typeof io>, 'connected' | 'emit'>;
  /** How a kiosk's printer is; `undefined` for a kiosk of another agent. */
  readonly printer: (kioskId: DeviceId) => PrinterState | undefined;
  /** Nothing more is begun. */
  readonly isStopping: () => boolean;
  readonly onFault: (what: string, fault: unknown) => void;
}

/** What an agent does so that its kiosks can do without the server, and tells it afterwards. */
export class Away {
  readonly offline: Offline;
  private door: Door | undefined;
  /** What became of jobs that the server knows under another id, or not yet. */
  private readonly papers = new Map<string, PrintState>();
  private readonly carried = new Carried();
  private isKeeping = false;
  private listed: readonly LeaseView[] = [];

  constructor(private readonly parts: AwayParts) {
    const { socket, onSettled } = parts;
    this.offline = new Offline({
      ...parts,
      // A server may be there that only a kiosk's page did not hear.
      onGiven: () => this.tell(),
      onSettled: () => {
        socket.emit('offline', this.offline.news());
        onSettled();
      },
    });
  }

  /** Lets the kiosk's page on this machine in. */
  async openDoor(): Promise<void> {
    const { data, origin, socket, onFault } = this.parts;
    const { offline, carried } = this;
    this.door = await Door.open({
      ...{ data, origin },
      offline: {
        now: () => offline.now(),
        openUntil: (kioskId) => offline.openUntil(kioskId),
        take: (ask) => carried.ticketOf(ask) ?? offline.take(ask),
      },
      printerOf: (kioskId) => this.printerOf(kioskId),
      onFault: (fault) => onFault("the door for the kiosk's page cannot go on", fault),
    });
    if (socket.connected) socket.emit('door', this.door.place);
  }

  /** Where the kiosk's page finds it, once the door is open. */
  get place(): KioskDoor | undefined {
    return this.door?.place;
  }

  close(): void {
    this.door?.close();
  }

  hear(at: Millis): void {
    this.offline.hear(at);
  }

  /** The server is there: it hears where the door is, and of every ticket. */
  greet(): void {
    if (this.door !== undefined) this.parts.socket.emit('door', this.door.place);
    this.tell();
  }

  private tell(): void {
    const { socket, isStopping, onFault } = this.parts;
    if (!socket.connected) return;
    socket.emit('offline', this.offline.news());
    this.offline
      .tell(() => socket.connected && !isStopping())
      .catch((fault: unknown) => onFault('tickets of the kiosk cannot be told', fault));
  }

  /**
   * Fetches leases that are new. The newest list holds, also one that comes meanwhile; what the
   * server did not give is asked for again, or listed by it when it is back.
   */
  keep(leases: readonly LeaseView[]): void {
    this.listed = leases;
    if (this.isKeeping) return;
    this.isKeeping = true;
    this.keepListed()
      .catch((fault: unknown) => this.parts.onFault('leases cannot be kept', fault))
      .finally(() => (this.isKeeping = false));
  }

  private async keepListed(): Promise<void> {
    const { say, clock, socket, isStopping } = this.parts;
    for (let kept: unknown; kept !== this.listed && !isStopping();) {
      const { listed } = this;
      try {
        await this.offline.keep(listed);
        kept = listed;
      } catch (fault) {
        if (!(fault instanceof NotFetched)) throw fault;
        say(`leases are not fetched yet, and will be: ${fault.message}`);
        if (!socket.connected) return;
        await sleep(clock, FETCH_AGAIN_MS);
      }
    }
  }

  /**
   * Of the jobs that the server lists, those to be printed, and the ids of all that are still
   * wanted. `null` while the server has not heard of every ticket: one whose paper is out already
   * may be among them, under an id that is not known here.
   */
  sorted(
    jobs: readonly PrintJob[],
  ): { readonly fresh: readonly PrintJob[]; readonly wanted: ReadonlySet<string> } | null {
    if (this.offline.isOwing) return null;
    const own = (job: PrintJob): string | undefined => this.offline.jobOf(job);
    return {
      fresh: jobs.filter((job) => own(job) === undefined),
      wanted: new Set(jobs.map((job) => own(job) ?? job.jobId)),
    };
  }

  /** A job of the server's goes to its printer here. */
  prints(job: PrintJob): void {
    this.carried.add(job);
  }

  /** Notes what became of a job; false if it is the server's. */
  notes(jobId: string, state: PrintState): boolean {
    this.carried.note(jobId, state);
    if (!isOfflineJob(jobId)) return false;
    this.papers.delete(jobId);
    this.papers.set(jobId, state);
    // As in the journal, the newest are enough.
    const oldest = this.papers.keys().next();
    if (this.papers.size > JOBS_KEPT && !oldest.done) this.papers.delete(oldest.value);
    return true;
  }

  /** What became here of a paper that the server asks for by its own id. */
  stateOf(job: PrintJob): PrintState | undefined {
    return this.papers.get(this.offline.jobOf(job) ?? '');
  }

  private printerOf(kioskId: DeviceId) {
    const printer = this.parts.printer(kioskId);
    if (printer === undefined) return undefined;
    const given = this.offline.papers(kioskId, (jobId) => this.papers.get(jobId));
    return { printer, papers: { ...given, ...this.carried.papers(kioskId) } };
  }
}

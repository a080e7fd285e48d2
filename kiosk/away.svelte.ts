import type { VisitorAsk } from '../core/protocol/commands.js';
import type { DoorAnswer, DoorAsk, DoorStatus } from '../core/protocol/door.js';
import { isRefusal, type RefusalCode } from '../core/protocol/refusals.js';
import { DOOR_HEADER, type KioskDoor, type KioskView } from '../core/protocol/views.js';
import type { Answer, Ask, Receipt } from '../core/protocol/wire.js';
import type { Connection } from '../web/connection.svelte.js';
import type { Outcome } from '../web/outbox.js';
import { pause } from '../web/api.js';

type TakeTicket = Extract<VisitorAsk, { type: 'takeTicket' }>;

/** How long a visitor waits for the server before the agent is asked. */
const AWAY_AFTER_MS = 4_000;
const STATUS_EVERY_MS = 2_000;
const ANSWER_MS_MAX = 3_000;
/** After the server is back, papers of tickets that the agent gave out are still looked at. */
const PAPERS_MS = 60_000;
/** What the server may answer better later. */
const FOR_LATER: readonly RefusalCode[] = ['day.notOpen', 'payload.invalid', 'rate.limited'];

/** A receipt whose QR code nobody else could draw. */
export interface DrawnReceipt extends Receipt {
  readonly qr?: string;
}

/** What the kiosk shows; `away`: without the server, so that nobody can count who is ahead. */
export interface ShownView extends KioskView {
  readonly away: boolean;
}

type Store = Pick<Storage, 'getItem' | 'setItem'>;

const kept = <T>(store: Store, key: string): T | null => {
  try {
    return JSON.parse(store.getItem(key) ?? 'null') as T | null;
  } catch {
    // Nothing was kept, or nothing that can be read: the server tells it again.
    return null;
  }
};

/** How the kiosk does without its server: with the agent on its own machine, and what it kept. */
export class Away {
  /** How the agent said that things stand; `null` while nobody needs to know. */
  #status = $state.raw<DoorStatus | null>(null);
  #view = $state.raw<KioskView | null>(null);
  readonly #deviceId: string;
  readonly #store: Store;
  readonly #keys: { readonly door: string; readonly view: string };
  #door: KioskDoor | null;
  #takenAt = Number.NEGATIVE_INFINITY;
  /** The configuration of the view that was kept last. */
  #kept: string | null = null;

  constructor(deviceId: string, store: Store = localStorage) {
    this.#deviceId = deviceId;
    this.#store = store;
    this.#keys = { door: `dawr-door-${deviceId}`, view: `dawr-view-${deviceId}` };
    this.#door = kept(store, this.#keys.door);
    this.#view = kept(store, this.#keys.view);
  }

  /** Whether tickets can be given out without the server. */
  get ready(): boolean {
    return this.#status !== null && this.#status.openUntil !== null;
  }

  /** Keeps what a page that starts without the server needs. */
  follow(view: KioskView): void {
    const { door, configuration } = view;
    this.#view = view;
    // A view of an earlier program may lack what this page shows: each page keeps its own.
    if (configuration !== this.#kept) this.#keep(this.#keys.view, view);
    this.#kept = configuration;
    if (door === null || JSON.stringify(door) === JSON.stringify(this.#door)) return;
    this.#door = door;
    this.#keep(this.#keys.door, door);
  }

  /** The hash of the configuration that held when the server was heard last. */
  get configuration(): string | null {
    return this.#view?.configuration ?? null;
  }

  /** What to show, from the server's view or without one; `null` where nothing is known. */
  shown(view: KioskView | null, live: boolean): ShownView | null {
    const status = this.#status;
    if (live && view !== null) {
      const papers = status?.papers ?? {};
      return { ...view, printing: { ...papers, ...view.printing }, away: false };
    }
    const last = view ?? this.#view;
    if (last === null || status === null) return last && { ...last, away: false };
    const closesAt = status.openUntil;
    const hall = closesAt === null ? last.hall : { ...last.hall, ...OPEN, closesAt };
    const { printer, papers: printing } = status;
    const none = { full: [], elsewhere: [], helpAsked: false };
    return { ...last, hall, printer, printing, ...none, away: this.ready };
  }

  /** Looks after the agent while the server is away, one look at a time. Returns what ends it. */
  watch(isLive: boolean): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isEnded = false;
    const look = async (): Promise<void> => {
      const isNeeded = !isLive || performance.now() - this.#takenAt < PAPERS_MS;
      const path = `/status?kiosk=${this.#deviceId}`;
      const status = isNeeded ? await this.#ask<DoorStatus>(path) : null;
      if (isEnded) return;
      this.#status = status;
      timer = setTimeout(() => void look(), STATUS_EVERY_MS);
    };
    void look();
    return () => {
      isEnded = true;
      clearTimeout(timer);
    };
  }

  /** Takes a ticket from the server, or from the agent once nobody has answered for a while. */
  async take(
    connection: Pick<Connection<KioskView, VisitorAsk>, 'ask' | 'withdraw' | 'restore'>,
    command: TakeTicket,
  ): Promise<Outcome | DrawnAnswer> {
    const answer = connection.ask(command);
    for (;;) {
      const first = await Promise.race([answer, pause(AWAY_AFTER_MS)]);
      if (first) return first;
      const ask = this.#door === null ? undefined : connection.withdraw(command);
      if (ask === undefined) return answer;
      const given = await this.#give(ask, command);
      if (given !== null) return given;
      connection.restore(ask);
    }
  }

  async #give(ask: Ask<VisitorAsk>, command: TakeTicket): Promise<DrawnAnswer | Answer | null> {
    const { services, classId = '', language } = command;
    const { requestId } = ask;
    const body: DoorAsk = { kioskId: this.#deviceId, requestId, services, classId, language };
    const given = await this.#ask<DoorAnswer>('/ticket', body);
    if (given === null) return null;
    if (isRefusal(given)) return FOR_LATER.includes(given.refused) ? null : given;
    this.#takenAt = performance.now();
    const { label, link, printing, qr } = given;
    const drawn = qr === null ? {} : { qr };
    const receipt = { ticketId: requestId, label, ahead: null, link, printing, ...drawn };
    return { done: true, seq: 0, receipt };
  }

  /** Asks the agent; `null` where it does not answer. */
  async #ask<T extends DoorStatus | DoorAnswer>(path: string, body?: DoorAsk): Promise<T | null> {
    if (this.#door === null) return null;
    const { port, token } = this.#door;
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { [DOOR_HEADER]: token, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      return response.ok ? ((await response.json()) as T) : null;
    } catch {
      // No agent on this machine, or it is starting: the kiosk says that it is offline.
      return null;
    }
  }

  #keep(key: string, value: object): void {
    try {
      this.#store.setItem(key, JSON.stringify(value));
    } catch {
      // A browser that keeps nothing does without the server only until the page is loaded anew.
    }
  }
}

/** An answer whose receipt brings its own QR code. */
export type DrawnAnswer = Extract<Answer, { done: true }> & { readonly receipt: DrawnReceipt };

const OPEN = { state: 'open', opensAt: null, reason: null, suspendedUntil: null } as const;

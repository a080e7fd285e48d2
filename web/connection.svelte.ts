import { io, type Socket } from 'socket.io-client';
import type { Millis } from '../core/configuration.js';
import type { Answer, Ask, ConnectRefusal } from '../core/protocol/wire.js';
import type { ViewBase } from '../core/protocol/views.js';
import { MINUTE_MS } from '../core/time.js';
import { makeRequestId, Outbox, UNANSWERED, type Outcome } from './outbox.js';

const ACK_MS = 5_000;
const SILENT_MS = 15_000;
const RETRY_MS = 3_000;
const PATIENCE_MS = 10 * MINUTE_MS;
/** Sent so long ago, an ask is answered if it was carried out, and is not carried out any more. */
const LONG_AGO = 0;

export interface ConnectionOptions<V, C> {
  readonly role: 'kiosk' | 'board' | 'desk' | 'manager' | 'phone';
  readonly auth: { readonly device: string } | { readonly ticket: string };
  /** After each view that is taken. */
  readonly onView?: (view: V) => void;
  /** The right to be here has ended: enrol or sign in again. */
  readonly onLost?: () => void;
  /** The answer to an ask whose caller was told of none, or that was sent before a reload. */
  readonly onLate?: (ask: Ask<C>, answer: Answer) => void;
  /** How long a caller waits before it is told that no answer has come. */
  readonly patienceMs?: number;
  /** Whether an ask is still to be carried out; else the server only says whether it was. */
  readonly wants?: (ask: Ask<C>) => boolean;
  /** What opens the socket; the tests bring their own. */
  readonly open?: typeof io;
  readonly store?: Pick<Storage, 'getItem' | 'setItem'>;
}

interface Beat {
  readonly at: Millis;
  readonly version: number;
}

/**
 * A screen's link with its server. Heals by itself and never reloads the page; an ask keeps its
 * request id until the server has answered, however long that takes: it alone knows what was done.
 */
export class Connection<V extends ViewBase, C> {
  view = $state.raw<V | null>(null);
  live = $state(false);
  refused = $state<ConnectRefusal | null>(null);
  ended = $state<'revoked' | 'signedOut' | null>(null);
  /** Grows each second. */
  tick = $state(0);
  /** Asks that wait for an answer. */
  pending = $state(0);

  readonly #options: ConnectionOptions<V, C>;
  readonly #socket: Socket;
  readonly #outbox: Outbox<C>;
  readonly #waiting = new Map<string, (outcome: Outcome) => void>();
  readonly #timer: ReturnType<typeof setInterval>;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #offsetMs = Date.now() - performance.now();
  #heardAt = 0;
  #fresh = false;
  #behind = false;
  #closed = false;

  constructor(options: ConnectionOptions<V, C>) {
    this.#options = options;
    const who = Object.values(options.auth).join();
    this.#outbox = new Outbox(options.store ?? sessionStorage, `dawr-asks-${options.role}-${who}`);
    this.pending = this.#outbox.all.length;
    this.#socket = (options.open ?? io)(`/${options.role}`, {
      path: '/socket',
      transports: ['websocket'],
      auth: options.auth,
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
      forceNew: true,
    });
    this.#listen();
    this.#timer = setInterval(() => this.#second(), 1000);
  }

  /** The server's time; follows the clock while read inside a derived value. */
  now(): Millis {
    void this.tick;
    return Math.round(this.#offsetMs + performance.now());
  }

  /** Sends a command and answers once: `onLate` tells what comes after that. Never rejects. */
  ask(command: C): Promise<Outcome> {
    const ask: Ask<C> = { requestId: makeRequestId(), sentAt: this.now(), command };
    this.#outbox.add(ask);
    this.pending = this.#outbox.all.length;
    return new Promise((resolve) => {
      this.#waiting.set(ask.requestId, resolve);
      this.#send(ask);
    });
  }

  /** Says what holds now; lost while nobody hears it. */
  tell(event: string, told: unknown): void {
    if (this.live) this.#socket.emit(event, told);
  }

  /** Stops asking, while the caller goes on waiting; gives the ask, if it has no answer yet. */
  withdraw(command: C): Ask<C> | undefined {
    const ask = this.#outbox.all.find((one) => one.command === command);
    if (ask === undefined) return undefined;
    this.#outbox.remove(ask.requestId);
    this.pending = this.#outbox.all.length;
    return ask;
  }

  /** Goes on with an ask that was withdrawn. */
  restore(ask: Ask<C>): void {
    this.#outbox.add(ask);
    this.pending = this.#outbox.all.length;
    this.#send(ask);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
    this.#socket.disconnect();
    this.live = false;
  }

  #listen(): void {
    this.#socket.on('connect', () => {
      this.refused = null;
      this.#heard();
      for (const ask of this.#outbox.all) this.#send(ask);
    });
    this.#socket.on('connect_error', (error: Error) => this.#refuse(error));
    this.#socket.on('disconnect', () => {
      this.#fresh = false;
      this.live = false;
      if (!this.#socket.active) this.#reconnectLater();
    });
    this.#socket.on('view', (view: V) => this.#take(view));
    this.#socket.on('beat', (beat: Beat) => this.#beat(beat));
    this.#socket.on('ended', (why: 'revoked' | 'signedOut') => {
      this.ended = why;
      this.live = false;
      this.#options.onLost?.();
    });
  }

  /** A socket that the server turned away stays shut until it is opened again. */
  #refuse(error: Error): void {
    this.live = false;
    if (this.#socket.active) return;
    const code = error.message as ConnectRefusal;
    this.refused = code;
    this.#reconnectLater();
    if (code === 'notEnrolled' || code === 'notSignedIn') this.#options.onLost?.();
  }

  #reconnectLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), RETRY_MS);
  }

  #heard(): void {
    this.#heardAt = performance.now();
    this.live = this.#fresh;
  }

  #take(view: V): void {
    this.#offsetMs = view.at - performance.now();
    this.#fresh = true;
    this.#behind = false;
    this.#heard();
    const held = this.view;
    if (held !== null && held.stream === view.stream && view.version < held.version) return;
    this.view = view;
    this.#options.onView?.(view);
  }

  /** Two beats in a row that name a newer version than is held: the view was lost on the way. */
  #beat(beat: Beat): void {
    this.#offsetMs = beat.at - performance.now();
    this.#heard();
    const behind = this.view !== null && this.view.version < beat.version;
    if (behind && this.#behind) this.#reopen();
    this.#behind = behind && !this.#behind;
  }

  #reopen(): void {
    this.#fresh = false;
    this.live = false;
    this.#socket.disconnect();
    this.#socket.connect();
  }

  #second(): void {
    this.tick += 1;
    if (this.#socket.connected && performance.now() - this.#heardAt > SILENT_MS) {
      this.#heardAt = performance.now();
      this.#reopen();
    }
    for (const ask of this.#outbox.all) {
      const waitedMs = this.now() - ask.sentAt;
      if (waitedMs > (this.#options.patienceMs ?? PATIENCE_MS)) {
        this.#callerOf(ask)?.({ refused: UNANSWERED });
      }
    }
  }

  /** Who waits for the answer; from now on nobody does. */
  #callerOf({ requestId }: Ask<C>): ((outcome: Outcome) => void) | undefined {
    const resolve = this.#waiting.get(requestId);
    this.#waiting.delete(requestId);
    return resolve;
  }

  #send(ask: Ask<C>): void {
    if (!this.#outbox.has(ask.requestId) || !this.#socket.connected) return;
    const wanted = this.#options.wants?.(ask) ?? true;
    const sent = wanted ? ask : { ...ask, sentAt: LONG_AGO };
    this.#socket.timeout(ACK_MS).emit('ask', sent, (late: Error | null, answer: Answer) => {
      if (late === null) this.#settle(ask, answer);
      else this.#send(ask);
    });
  }

  /** The first answer counts; later ones are the same by the server's word. */
  #settle(ask: Ask<C>, answer: Answer): void {
    if (!this.#outbox.has(ask.requestId)) return;
    this.#outbox.remove(ask.requestId);
    this.pending = this.#outbox.all.length;
    const resolve = this.#callerOf(ask);
    if (resolve === undefined) this.#options.onLate?.(ask, answer);
    else resolve(answer);
  }
}

import type { Namespace } from 'socket.io';
import type { Millis } from '../../core/configuration.js';
import type { ViewBase } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';
import { bodyOf, type Subject } from './screens.js';

/** Time alone changes what some screens show: they are looked at again this often. */
const LOOK_MS = 5_000;
/** Versions of one start of the server; each start begins above all earlier ones. */
const VERSIONS_PER_START = 1e9;

interface Shown {
  readonly subject: Subject;
  readonly text: string;
  readonly version: number;
}

const roomOf = ({ role, deviceId, staff, ticketId }: Subject): string =>
  [role, deviceId, staff?.id ?? '', ticketId ?? ''].join(' ');

/**
 * Sends each screen its view: whole, versioned, and only when it changed. The first change goes out
 * at once, later ones are gathered, so that no screen gets more than `perSecond` views a second.
 */
export class Views {
  private readonly shown = new Map<string, Shown>();
  private readonly gapMs: number;
  /** Ends the rest after a push; while there is one, changes wait. */
  private rest: (() => void) | undefined;
  private waiting = false;
  private version: number;
  private readonly looks: () => void;

  constructor(
    private readonly centre: Centre,
    private readonly namespaces: readonly Namespace[],
    perSecond: number,
  ) {
    this.gapMs = 1000 / perSecond;
    this.version = centre.store.starts * VERSIONS_PER_START;
    this.looks = centre.timers.every(LOOK_MS, () => this.look());
  }

  /** Says that something changed; screens are looked at now or when the gap has passed. */
  changed(): void {
    if (this.rest === undefined) this.push();
    else this.waiting = true;
  }

  /** A screen joins those of its subject; returns its view now, or `null` if there is none. */
  join(subject: Subject): { room: string; view: object | null } {
    const room = roomOf(subject);
    const at = this.centre.clock.now();
    const fresh = this.render(room, subject, at);
    return { room, view: fresh };
  }

  /** Tells each screen the time and the newest version that it should have. */
  beat(): void {
    const at = this.centre.clock.now();
    for (const nsp of this.namespaces) {
      for (const [room, { subject, version }] of this.shown) {
        if (`/${subject.role}` === nsp.name) nsp.to(room).emit('beat', { at, version });
      }
    }
  }

  stop(): void {
    this.rest?.();
    this.looks();
  }

  /** Time alone has passed: if it changed nothing, the next change still goes out at once. */
  private look(): void {
    if (this.rest === undefined && this.show()) this.pause();
  }

  private push(): void {
    this.show();
    this.pause();
  }

  private pause(): void {
    this.waiting = false;
    this.rest = this.centre.timers.after(this.gapMs, () => {
      this.rest = undefined;
      if (this.waiting) this.push();
    });
  }

  /** Whether any screen got a view. */
  private show(): boolean {
    const at = this.centre.clock.now();
    let sent = false;
    for (const nsp of this.namespaces) {
      for (const [room, { subject, text }] of this.shown) {
        if (`/${subject.role}` !== nsp.name) continue;
        if ((nsp.adapter.rooms.get(room)?.size ?? 0) === 0) {
          this.shown.delete(room);
          continue;
        }
        try {
          const view = this.render(room, subject, at);
          if (view === null) this.end(nsp, room);
          if (view === null || this.shown.get(room)?.text === text) continue;
          nsp.to(room).emit('view', view);
          sent = true;
        } catch (err) {
          // A screen that cannot be brought up to date must not look live.
          this.centre.journal.error({ err, device: subject.deviceId }, 'no view could be made');
          this.shown.delete(room);
          nsp.in(room).disconnectSockets(true);
        }
      }
    }
    return sent;
  }

  /** What the screens of a room showed is no more: the day of a ticket is over. */
  private end(nsp: Namespace, room: string): void {
    this.shown.delete(room);
    nsp.to(room).emit('ended', 'signedOut');
  }

  private render(room: string, subject: Subject, at: Millis): (ViewBase & object) | null {
    const body = bodyOf(this.centre, subject, at);
    if (body === null) return null;
    const { log } = this.centre;
    const configuration = log.state.day?.configuration ?? log.state.centre.configuration;
    const training = log.state.centre.training;
    const text = JSON.stringify([configuration, training, { ...body, delayMax: undefined }]);
    const same = this.shown.get(room);
    if (same?.text !== text) this.version += 1;
    const version = same?.text === text ? same.version : this.version;
    this.shown.set(room, { subject, text, version });
    return { ...body, stream: log.state.stream, version, at, configuration, training };
  }
}

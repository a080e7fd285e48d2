import type { Command } from '../../core/protocol/commands.js';
import type { ViewBase } from '../../core/protocol/views.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import type { Subject } from '../../server/hub/screens.js';
import type { Dice } from './halls.js';
import type { Loop } from './loop.js';
import type { Machine } from './machine.js';
import type { Network } from './network.js';
import type { Receiver } from './process.js';

const AGAIN_MS = 5_000;
/** A visitor waits so long for an answer. */
const IMPATIENT_MS = 9_000;
const KEEP_MS = 10 * 60_000;
const LISTEN_MS = 20_000;
const SILENT_MS = 70_000;

/** Everything that was ever asked, with what its sender heard. */
export interface Asked extends Ask<Command> {
  readonly deviceId: string;
  readonly heard: { readonly answer: Answer; readonly start: number }[];
  gaveUp: boolean;
}

/** The world that all screens share. */
export interface World {
  readonly loop: Loop;
  readonly dice: Dice;
  readonly network: Network;
  readonly machine: Machine;
  readonly ledger: Asked[];
  /** Visitors who got a number of a lease while nobody answered. */
  readonly offline: { readonly unanswered: Asked; readonly entered: Asked }[];
  /** A kiosk has no answer for its visitor; whether somebody else has given a number. */
  onImpatient: (asked: Asked) => boolean;
  /** False once everybody has gone home: nothing new is asked. */
  busy: boolean;
  readonly onFault: (what: string) => void;
  /** Whether a screen takes a view in place of the one it shows. */
  readonly takes: (held: number, fresh: number) => boolean;
}

/** A screen: it shows the newest view, and repeats each ask by its id until it is answered. */
export class Client<V extends ViewBase = ViewBase> implements Receiver {
  shown: V | undefined;
  readonly link: string;
  private readonly pending = new Map<string, (answer: Answer | undefined) => void>();
  private heardAt = 0;
  private offsetMs = 0;
  private behind = false;

  constructor(
    readonly world: World,
    readonly subject: Subject,
  ) {
    this.link = `${subject.role} ${subject.deviceId}`;
    this.heardAt = world.loop.now;
    this.hello();
    if (subject.role !== 'phone') world.loop.every(LISTEN_MS, () => this.listen());
  }

  get waits(): number {
    return this.pending.size;
  }

  /** The server's time, as far as this screen knows. */
  now(): number {
    return Math.max(0, Math.round(this.world.loop.now + this.offsetMs));
  }

  view(view: ViewBase): void {
    const { onFault, takes } = this.world;
    this.heard(view.at);
    this.behind = false;
    const held = this.shown;
    if (held !== undefined && !takes(held.version, view.version)) return;
    if (held !== undefined && view.version < held.version) {
      onFault(`${this.link} went back from ${held.version} to ${view.version}`);
    }
    this.shown = view as V;
  }

  beat(at: number, version: number): void {
    this.heard(at);
    const behind = (this.shown?.version ?? 0) < version;
    if (behind && this.behind) this.hello();
    this.behind = behind && !this.behind;
  }

  /** Asks, and hears one answer, or `undefined` after having waited for ten minutes. */
  ask(command: Command, then: (answer: Answer | undefined) => void = () => undefined): Asked {
    const { dice, ledger } = this.world;
    const requestId = Array.from({ length: 32 }, () => dice(16).toString(16)).join('');
    const { deviceId } = this.subject;
    const asked: Asked = {
      ...{ requestId, sentAt: this.now(), command, deviceId, heard: [], gaveUp: false },
    };
    ledger.push(asked);
    this.pending.set(requestId, then);
    this.send(asked);
    return asked;
  }

  /** Uses an id once more, with another command: a screen that has lost its mind. */
  confuse({ requestId, deviceId }: Asked): void {
    const asked: Asked = {
      ...{ requestId, sentAt: this.now(), deviceId, heard: [], gaveUp: false },
      command: { type: 'callForHelp' },
    };
    const { machine, network, onFault } = this.world;
    network.send(this.link, () =>
      machine.ask(this.subject, asked, (answer) => {
        if ('refused' in answer && answer.refused !== 'help.pending') return;
        onFault(`${requestId} was answered anew for another command`);
      }),
    );
  }

  private heard(at: number): void {
    this.heardAt = this.world.loop.now;
    this.offsetMs = at - this.heardAt;
  }

  private hello(): void {
    const { network, machine } = this.world;
    network.send(this.link, () => machine.join(this));
  }

  private listen(): void {
    const { now } = this.world.loop;
    if (now - this.heardAt < SILENT_MS) return;
    this.heardAt = now;
    this.hello();
  }

  private send(asked: Asked): void {
    const { network, machine, loop, onImpatient } = this.world;
    if (!this.pending.has(asked.requestId)) return;
    if (this.now() - asked.sentAt > KEEP_MS) {
      asked.gaveUp = true;
      return this.settle(asked, undefined);
    }
    const waitedMs = this.now() - asked.sentAt;
    if (this.subject.role === 'kiosk' && waitedMs > IMPATIENT_MS && onImpatient(asked)) {
      return this.settle(asked, undefined);
    }
    network.send(this.link, () => {
      const { requestId, sentAt, command } = asked;
      const { starts: start } = machine;
      machine.ask(this.subject, { requestId, sentAt, command }, (answer) =>
        network.send(this.link, () => this.answered(asked, answer, start)),
      );
    });
    loop.after(AGAIN_MS, () => this.send(asked));
  }

  private answered(asked: Asked, answer: Answer, start: number): void {
    asked.heard.push({ answer, start });
    this.settle(asked, answer);
    const kept = !['reportPrint', 'callForHelp'].includes(asked.command.type);
    const { dice, busy } = this.world;
    if ('done' in answer && kept && busy && dice(40) === 0) this.confuse(asked);
  }

  private settle({ requestId }: Asked, answer: Answer | undefined): void {
    const then = this.pending.get(requestId);
    this.pending.delete(requestId);
    then?.(answer);
  }
}

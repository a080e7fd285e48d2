import { getContext, setContext } from 'svelte';
import type { Configuration, Millis, ServiceConfig } from '../core/configuration.js';
import type { DeviceId } from '../core/events.js';
import type { Result } from '../core/lists.js';
import type { ClerkAsk } from '../core/protocol/commands.js';
import { isPrinting, type DeskTicket, type DeskView } from '../core/protocol/views.js';
import type { Acts } from './acts.svelte.js';
import type { Choice } from './choice.svelte.js';
import { askOf, possible, stepOf, type Action, type Keyed } from './step.js';

/** What a desk is given to show. */
export interface Given {
  readonly view: DeskView;
  readonly configuration: Configuration;
  readonly live: boolean;
  readonly now: Millis;
}

/** A question that stands between an action and its command. */
export type Question =
  | { readonly kind: 'park' | 'pause' | 'setClass' }
  | { readonly kind: 'transfer' | 'transferAndReturn' | 'walkDirect' }
  | { readonly kind: 'callTicket'; readonly ticket: DeskTicket };

/** What may be asked also without a counter. */
export type AnyQuestion = Question | { readonly kind: 'lost' } | { readonly kind: 'information' };

const DIRECT = ['recall', 'resume'] as const;
const ASKED = ['park', 'pause', 'setClass', 'transfer', 'transferAndReturn', 'walkDirect'] as const;
const isOne = <T extends string>(list: readonly T[], value: string): value is T =>
  (list as readonly string[]).includes(value);

/** One clerk's desk: what it shows, what it may do now, and what it is asking. */
export class Desk {
  question = $state.raw<AnyQuestion | null>(null);
  readonly acts: Acts;
  readonly choice: Choice;
  readonly #given: () => Given;
  #chosen = $state.raw<{ ticketId: string; result: Result }>({ ticketId: '', result: 'completed' });
  readonly #services = $derived(
    new Map(this.configuration.services.map((service) => [service.id, service])),
  );
  readonly step = $derived(stepOf(this.view));

  constructor(given: () => Given, acts: Acts, choice: Choice) {
    this.#given = given;
    this.acts = acts;
    this.choice = choice;
  }

  get view(): DeskView {
    return this.#given().view;
  }
  get configuration(): Configuration {
    return this.#given().configuration;
  }
  get live(): boolean {
    return this.#given().live;
  }
  get now(): Millis {
    return this.#given().now;
  }

  /** The result of the present service; a new ticket begins as completed. */
  get result(): Result {
    const { current } = this.view;
    return current?.ticketId === this.#chosen.ticketId ? this.#chosen.result : 'completed';
  }
  set result(result: Result) {
    this.#chosen = { ticketId: this.view.current?.ticketId ?? '', result };
  }

  service(id: string): ServiceConfig | undefined {
    return this.#services.get(id);
  }

  /** The printer that was wished for while it is in use, else the first that prints, or `''`. */
  printerOr(wished: DeviceId): DeviceId {
    const { printers } = this.view;
    const found =
      printers.find(({ kioskId }) => kioskId === wished) ??
      printers.find(({ state }) => isPrinting(state)) ??
      printers[0];
    return found?.kioskId ?? '';
  }

  /** Whether buttons take anything now: the link is there and no command is on its way. */
  get ready(): boolean {
    return this.live && this.acts.busy === null;
  }

  can(action: Action): boolean {
    return this.ready && possible(action, this.view, this.now);
  }

  canPrimary(): boolean {
    if (!this.ready) return false;
    if (this.step.kind === 'call') return this.view.waitingTotal > 0;
    return this.#primaryAsk() !== null;
  }

  primary(): void {
    const ask = this.canPrimary() ? this.#primaryAsk() : null;
    if (ask !== null) void this.acts.send(ask);
  }

  /** Does an action, or asks what it needs to know first. */
  act(action: Action): void {
    const counterId = this.view.counter?.counterId;
    if (counterId === undefined || !this.can(action)) return;
    if (isOne(DIRECT, action)) void this.acts.send({ type: action, counterId });
    else if (isOne(ASKED, action)) this.question = { kind: action };
    else if (action === 'noShow') this.#noShow(counterId);
    else if (action === 'finish') {
      const { result } = this;
      void this.acts.send({ type: 'finish', counterId, result, callNext: false });
    } else if (action === 'close') void this.acts.send({ type: 'closeCounter', counterId });
  }

  press(key: Keyed): void {
    if (this.question !== null) return;
    if (key === 'primary') this.primary();
    else if (key === 'pause' && this.step.kind === 'resume') this.act('resume');
    else this.act(key);
  }

  /** Sends what a question found out, and closes it; does neither while a command is on its way. */
  answer(ask: ClerkAsk): void {
    if (!this.ready) return;
    this.question = null;
    const { current, counter } = this.view;
    if (ask.type !== 'park' || current === null || counter === null) {
      void this.acts.send(ask);
      return;
    }
    const { ticketId, label } = current;
    const back = { type: 'unpark', counterId: counter.counterId, ticketId } as const;
    void this.acts.send(ask, { label, done: 'park', ask: back });
  }

  #primaryAsk(): ClerkAsk | null {
    if (this.step.kind !== 'choose' && this.step.kind !== 'open') {
      return askOf(this.step, this.result);
    }
    const { counter, profile } = this.choice;
    if (counter === undefined || profile === undefined) return null;
    return { type: 'openCounter', counterId: counter.id, profileId: profile.id };
  }

  #noShow(counterId: string): void {
    const { current } = this.view;
    if (current === null) return;
    const { ticketId, label } = current;
    const back = { type: 'returnTicket', ticketId } as const;
    void this.acts.send({ type: 'noShow', counterId }, { label, done: 'noShow', ask: back });
  }
}

const KEY = Symbol('desk');

/** To be called in the desk's root component, while it is initialised. */
export const setDesk = (desk: Desk): Desk => setContext(KEY, desk);
export const useDesk = (): Desk => getContext<Desk>(KEY);

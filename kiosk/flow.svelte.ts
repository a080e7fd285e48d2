import type { Millis } from '../core/configuration.js';
import type { Language } from '../core/lists.js';
import type { DeviceId, ServiceId } from '../core/events.js';
import type { VisitorAsk } from '../core/protocol/commands.js';
import { isRefusal, type RefusalCode } from '../core/protocol/refusals.js';
import type { Answer, Ask } from '../core/protocol/wire.js';
import type { Label } from '../core/protocol/views.js';
import { MINUTE_MS } from '../core/time.js';
import { UNANSWERED, type Outcome } from '../web/outbox.js';
import type { DrawnReceipt } from './away.svelte.js';
import type { Words } from '../web/words.svelte.js';

export type Step =
  | { readonly name: 'welcome' }
  | { readonly name: 'sector'; readonly sectorId: string }
  | { readonly name: 'search' }
  | { readonly name: 'service'; readonly serviceId: ServiceId; readonly back: Step }
  | {
      readonly name: 'ticket';
      readonly receipt: DrawnReceipt;
      readonly services: readonly ServiceId[];
    };

/** An ask for a paper beside the ticket's own. */
type PrintAsk = Extract<VisitorAsk, { type: 'printElsewhere' | 'printInformation' }>;

const WELCOME: Step = { name: 'welcome' };
const NOTE_MS = MINUTE_MS;
/** A visitor does not wait longer for an answer. */
export const PATIENCE_MS = MINUTE_MS;

const isUnanswered = (outcome: Outcome): outcome is Exclude<Outcome, Answer> =>
  'refused' in outcome && outcome.refused === UNANSWERED;

/** One visitor's way through the kiosk, from the first touch until the next visitor. */
export class Flow {
  step = $state.raw<Step>(WELCOME);
  /** Services chosen before the one that is looked at now. */
  basket = $state.raw<readonly ServiceId[]>([]);
  classId = $state('');
  /** What was typed in the search. */
  query = $state('');
  /** The priority question is open. */
  asking = $state(false);
  /** Reads about services while no tickets are given. */
  browsing = $state(false);
  taking = $state(false);
  refused = $state<RefusalCode | null>(null);
  /** What this visitor asked and got no answer to: it may have been done. */
  unsure = $state.raw<VisitorAsk | null>(null);
  /** Tickets whose visitors had gone when the answer came; each is noted for a minute. */
  noted = $state.raw<readonly Label[]>([]);
  calling = $state(false);
  /** A paper beside the ticket's own that this visitor asked for, until there is an answer. */
  printing = $state.raw<PrintAsk | null>(null);
  /** The service whose paper with all about it comes out of the printer. */
  informed = $state<ServiceId | null>(null);
  /** At which other kiosk this visitor's paper comes out. */
  printedAt = $state<DeviceId | null>(null);
  largeText = $state(false);
  lowReach = $state(false);
  /** Each page is read aloud. */
  reading = $state(false);
  /** Something is being read now: the visitor listens, and is not away. */
  speaking = $state(false);

  readonly #ask: (command: VisitorAsk) => Promise<Outcome>;
  readonly #words: Words;
  /** What each visitor finds. */
  readonly #language: Language;
  /** What this visitor asked; `null` while nobody has asked anything since the page came. */
  #asked: WeakSet<VisitorAsk> | null = null;

  constructor(ask: (command: VisitorAsk) => Promise<Outcome>, words: Words) {
    this.#ask = (command) => {
      (this.#asked ??= new WeakSet()).add(command);
      return ask(command);
    };
    this.#words = words;
    this.#language = words.language;
  }

  /** Whether the next visitor would find anything of this one. */
  get used(): boolean {
    return (
      this.step !== WELCOME ||
      this.basket.length > 0 ||
      this.classId !== '' ||
      this.asking ||
      this.browsing ||
      this.refused !== null ||
      this.unsure !== null ||
      this.largeText ||
      this.lowReach ||
      this.reading ||
      this.#words.language !== this.#language
    );
  }

  /**
   * Whether an ask without an answer is still to be carried out: that of a visitor who is here, or
   * who was a moment before the page was loaded again and may be. Nothing is done for nobody.
   */
  wants({ command, sentAt }: Ask<VisitorAsk>, now: Millis): boolean {
    return this.#asked === null ? now - sentAt <= PATIENCE_MS : this.#asked.has(command);
  }

  /** Whether a ticket may have been issued for this visitor already. */
  get unsureOfTicket(): boolean {
    return this.unsure?.type === 'takeTicket';
  }

  get stepKey(): string {
    const { step } = this;
    if (step.name === 'service') return `service ${step.serviceId}`;
    return step.name === 'sector' ? `sector ${step.sectorId}` : step.name;
  }

  go(step: Step): void {
    this.step = step;
    this.informed = null;
    this.refused = null;
  }

  open(serviceId: ServiceId): void {
    this.go({ name: 'service', serviceId, back: this.step });
  }

  back(): void {
    this.go(this.step.name === 'service' ? this.step.back : WELCOME);
  }

  /** Keeps the service for the same ticket and goes back to choose another. */
  addAnother(serviceId: ServiceId): void {
    if (!this.basket.includes(serviceId)) this.basket = [...this.basket, serviceId];
    this.go(WELCOME);
  }

  remove(serviceId: ServiceId): void {
    this.basket = this.basket.filter((id) => id !== serviceId);
  }

  choose(classId: string): void {
    this.classId = classId;
    this.asking = false;
  }

  /** Takes one ticket, however often it is touched before the answer comes. */
  async take(services: readonly ServiceId[]): Promise<void> {
    if (this.taking || this.unsureOfTicket || services.length === 0) return;
    this.taking = true;
    this.refused = null;
    const { classId } = this;
    const { language } = this.#words;
    const command: VisitorAsk = {
      type: 'takeTicket',
      services: [...services],
      classId,
      language,
    };
    const outcome = await this.#ask(command);
    this.taking = false;
    if (isUnanswered(outcome)) this.unsure = command;
    else this.#show(outcome, services);
  }

  /**
   * An answer that came late, or to an ask of before a reload. A visitor who is still here gets
   * all of it; if somebody else may be, only the number is noted.
   */
  late(
    { command, sentAt }: Pick<Ask<VisitorAsk>, 'command' | 'sentAt'>,
    answer: Answer,
    now: Millis,
  ): void {
    const mine = this.unsure === command;
    if (mine) this.unsure = null;
    if (command.type === 'callForHelp' && mine) this.#helped(answer);
    if (this.printing === command) this.#printed(this.printing, answer);
    if (command.type !== 'takeTicket') return;
    const alone = !this.used && now - sentAt <= PATIENCE_MS;
    if (mine || (alone && !isRefusal(answer))) this.#show(answer, command.services);
    else if (!isRefusal(answer) && answer.receipt !== undefined) this.#note(answer.receipt.label);
  }

  async callForHelp(): Promise<void> {
    if (this.calling) return;
    this.calling = true;
    const command: VisitorAsk = { type: 'callForHelp' };
    const outcome = await this.#ask(command);
    this.calling = false;
    if (!isUnanswered(outcome)) this.#helped(outcome);
    else if (this.used) this.unsure ??= command;
  }

  /** Has the paper of the ticket that is shown printed at another kiosk. */
  async printAt(kioskId: DeviceId): Promise<void> {
    const { step } = this;
    if (step.name !== 'ticket') return;
    await this.#print({ type: 'printElsewhere', ticketId: step.receipt.ticketId, kioskId });
  }

  /** Has all about a service printed at this kiosk. */
  async printInformation(serviceId: ServiceId, kioskId: DeviceId): Promise<void> {
    const { language } = this.#words;
    await this.#print({ type: 'printInformation', serviceId, language, kioskId });
  }

  /** Nobody touched the screen any more: a number that is only there stays in sight a while. */
  leave(): void {
    const { step } = this;
    this.startOver();
    if (step.name === 'ticket') this.#note(step.receipt.label);
  }

  startOver(): void {
    if (this.taking) return;
    this.go(WELCOME);
    this.#asked = new WeakSet();
    this.unsure = null;
    this.printing = null;
    this.basket = [];
    this.classId = '';
    this.query = '';
    this.asking = false;
    this.browsing = false;
    this.largeText = false;
    this.lowReach = false;
    this.reading = false;
    this.#words.language = this.#language;
  }

  /** One paper at a time; whoever has gone hears nothing of it. */
  async #print(command: PrintAsk): Promise<void> {
    if (this.printing !== null) return;
    this.printing = command;
    const outcome = await this.#ask(command);
    if (this.printing !== command) return;
    if (isUnanswered(outcome)) this.unsure ??= command;
    else this.#printed(command, outcome);
  }

  #printed(command: PrintAsk, answer: Answer): void {
    this.printing = null;
    if (isRefusal(answer)) this.refused = answer.refused;
    else if (command.type === 'printElsewhere') this.printedAt = command.kioskId;
    else this.informed = command.serviceId;
  }

  #helped(answer: Answer): void {
    if (isRefusal(answer) && answer.refused !== 'help.pending') this.refused = answer.refused;
  }

  #note(label: Label): void {
    this.noted = [...this.noted, label];
    setTimeout(() => (this.noted = this.noted.filter((one) => one !== label)), NOTE_MS);
  }

  #show(answer: Answer, services: readonly ServiceId[]): void {
    if (isRefusal(answer)) {
      this.refused = answer.refused;
      return;
    }
    if (answer.receipt === undefined) {
      this.refused = 'bug';
      return;
    }
    this.basket = [];
    this.asking = false;
    this.printedAt = null;
    this.printing = null;
    this.go({ name: 'ticket', receipt: answer.receipt, services });
  }
}

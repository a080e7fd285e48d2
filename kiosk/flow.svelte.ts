import type { Language } from '../core/lists.js';
import type { ServiceId } from '../core/events.js';
import type { VisitorAsk } from '../core/protocol/commands.js';
import { isRefusal, type RefusalCode } from '../core/protocol/refusals.js';
import type { Answer, Receipt } from '../core/protocol/wire.js';
import type { Words } from '../web/words.svelte.js';

export type Step =
  | { readonly name: 'welcome' }
  | { readonly name: 'sector'; readonly sectorId: string }
  | { readonly name: 'search' }
  | { readonly name: 'service'; readonly serviceId: ServiceId; readonly back: Step }
  | {
      readonly name: 'ticket';
      readonly receipt: Receipt;
      readonly services: readonly ServiceId[];
    };

const WELCOME: Step = { name: 'welcome' };
const FIRST_LANGUAGE: Language = 'ar';

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
  calling = $state(false);
  largeText = $state(false);
  lowReach = $state(false);

  readonly #ask: (command: VisitorAsk) => Promise<Answer>;
  readonly #words: Words;

  constructor(ask: (command: VisitorAsk) => Promise<Answer>, words: Words) {
    this.#ask = ask;
    this.#words = words;
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
      this.largeText ||
      this.lowReach ||
      this.#words.language !== FIRST_LANGUAGE
    );
  }

  get stepKey(): string {
    const { step } = this;
    if (step.name === 'service') return `service ${step.serviceId}`;
    return step.name === 'sector' ? `sector ${step.sectorId}` : step.name;
  }

  go(step: Step): void {
    this.step = step;
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
    if (this.taking || services.length === 0) return;
    this.taking = true;
    this.refused = null;
    const { classId } = this;
    const { language } = this.#words;
    const answer = await this.#ask({
      type: 'takeTicket',
      services: [...services],
      classId,
      language,
    });
    this.taking = false;
    this.#show(answer, services);
  }

  /** The answer to an ask of before a reload; shown only while nobody else is here. */
  late(command: VisitorAsk, answer: Answer): void {
    if (command.type !== 'takeTicket' || isRefusal(answer) || this.used) return;
    this.#show(answer, command.services);
  }

  async callForHelp(): Promise<void> {
    if (this.calling) return;
    this.calling = true;
    const answer = await this.#ask({ type: 'callForHelp' });
    this.calling = false;
    if (isRefusal(answer) && answer.refused !== 'help.pending') this.refused = answer.refused;
  }

  startOver(): void {
    if (this.taking) return;
    this.go(WELCOME);
    this.basket = [];
    this.classId = '';
    this.query = '';
    this.asking = false;
    this.browsing = false;
    this.largeText = false;
    this.lowReach = false;
    this.#words.language = FIRST_LANGUAGE;
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
    this.go({ name: 'ticket', receipt: answer.receipt, services });
  }
}

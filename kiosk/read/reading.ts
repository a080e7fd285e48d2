import type { Configuration, ServiceConfig, Words } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import type { KioskView, Label } from '../../core/protocol/views.js';
import { labelPhrases, type Phrase } from '../../core/voice/call.js';
import { COUNT_MAX, sentenceClip, wordsClip, type Sentence } from '../../core/voice/ids.js';
import { numberClips } from '../../core/voice/numbers.js';
import { holds } from '../../core/voice/said.js';
import type { VoiceInUse } from '../../core/voice/use.js';
import { availability, type Obstacle } from '../available.js';
import type { Step } from '../flow.svelte.js';
import type { PaperNews } from '../paper.js';

/** Longest list of names that is read out: more is not remembered. */
const LIST_MAX = 8;

const PAPER: Readonly<Partial<Record<PaperNews, Sentence>>> = {
  printing: 'paper-printing',
  again: 'paper-printing',
  take: 'paper-take',
  unprinted: 'paper-none',
  failed: 'paper-none',
  none: 'paper-none',
};

/** What stands on the kiosk's screen now. */
export interface OnScreen {
  readonly step: Step;
  /** Set while the screen says why there are no tickets. */
  readonly shut: Obstacle | null;
  /** The priority question is open. */
  readonly asking: boolean;
  /** The visitor is asked whether to start over. */
  readonly doubted: boolean;
  /** News of the paper, on the ticket's page. */
  readonly paper: PaperNews | null;
  readonly view: KioskView;
  readonly configuration: Configuration;
}

/** Puts what a screen says into the clips of one voice. What the voice lacks is left out. */
export class Reading {
  readonly #language: Language;
  readonly #voice: VoiceInUse;
  readonly #has: (clip: string) => boolean;

  constructor(language: Language, voice: VoiceInUse) {
    this.#language = language;
    this.#voice = voice;
    this.#has = holds(voice);
  }

  /** The screen from top to bottom. */
  of(screen: OnScreen): Phrase[] {
    return this.#screen(screen).filter((phrase) => phrase.length > 0 && phrase.every(this.#has));
  }

  /** A name on a button. */
  name(name: Words): Phrase {
    return [wordsClip(name[this.#language])].filter(this.#has);
  }

  #screen({ step, shut, asking, doubted, paper, view, configuration }: OnScreen): Phrase[] {
    if (doubted) return [this.#say('idle')];
    if (asking && step.name !== 'ticket') return this.#priority(configuration);
    if (shut !== null) return [this.#say(`closed-${shut}`)];
    switch (step.name) {
      case 'welcome':
        return [
          this.#say('welcome'),
          this.#say('frequent'),
          ...this.#names(configuration.services.filter(({ frequent }) => frequent)),
          this.#say('hold'),
        ];
      case 'sector': {
        const { sectorId } = step;
        const services = configuration.services.filter(({ sector }) => sector === sectorId);
        const sector = configuration.sectors.find(({ id }) => id === sectorId);
        const title = sector === undefined ? [] : this.name(sector.name);
        return [title, this.#say('section'), ...this.#names(services), this.#say('hold')];
      }
      case 'search':
        return [this.#say('search')];
      case 'service': {
        const service = configuration.services.find(({ id }) => id === step.serviceId);
        return service === undefined ? [] : this.#service(service, view);
      }
      case 'ticket':
        return this.#ticket(step.receipt.label, paper);
    }
  }

  #priority({ classes }: Configuration): Phrase[] {
    const grounds = classes.flatMap((entry) => entry.grounds.map((ground) => this.name(ground)));
    return [this.#say('priority'), ...grounds, this.#say('priority-none')];
  }

  #service(service: ServiceConfig, view: KioskView): Phrase[] {
    const ahead = view.ahead[service.id] ?? 0;
    const state = availability(view, service.id);
    const end = { open: 'take', suspended: 'paused', full: 'no-numbers' } as const;
    return [
      this.name(service.name),
      ahead === 0 ? this.#say('nobody') : this.#count('ahead', ahead),
      ...this.#papers(service.papers),
      ...this.#fees(service.fees),
      service.days === null || service.days === 0 ? [] : this.#count('days', service.days),
      this.#say(end[state]),
    ];
  }

  /** All papers or none: a list with a paper missing would send somebody home. */
  #papers(papers: readonly Words[] | null): Phrase[] {
    if (papers?.length === 0) return [this.#say('paperless')];
    const names = (papers ?? []).map((paper) => this.name(paper));
    const whole = papers !== null && names.every((name) => name.length > 0);
    return whole ? [this.#say('papers'), ...names] : [this.#say('ask-papers')];
  }

  #fees(fees: readonly Words[] | null): Phrase[] {
    if (fees === null) return [];
    if (fees.length === 0) return [this.#say('no-fee')];
    const names = fees.map((fee) => this.name(fee));
    return names.every((name) => name.length > 0) ? [this.#say('fees'), ...names] : [];
  }

  #ticket(label: Label, paper: PaperNews | null): Phrase[] {
    const tongue = { language: this.#language, grammar: this.#voice.grammar, has: this.#has };
    const news = paper === null ? undefined : PAPER[paper];
    return [
      this.#say('number'),
      ...(labelPhrases(label, tongue) ?? []),
      news === undefined ? [] : this.#say(news),
      this.#say('listen'),
    ];
  }

  #names(services: readonly ServiceConfig[]): Phrase[] {
    return services.slice(0, LIST_MAX).map(({ name }) => this.name(name));
  }

  #say(sentence: Sentence): Phrase {
    return [sentenceClip(sentence)];
  }

  #count(sentence: Sentence, value: number): Phrase {
    if (value > COUNT_MAX) return [];
    const [language, has] = [this.#language, this.#has];
    return [sentenceClip(sentence), ...numberClips(value, { language, reading: 'cardinal', has })];
  }
}

import type { Configuration, Words } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import type { Phrase } from '../../core/voice/call.js';
import { Clips } from '../../web/voice/clips.js';
import { Speaker } from '../../web/voice/speaker.js';
import { Reading, type OnScreen } from './reading.js';

/** A finger that stays so long on a button hears its name, and does not press it. */
const HOLD_MS = 600;

/** Reads the kiosk's pages out. Loaded when somebody first asks for it. */
export class Aloud {
  readonly #speaker = new Speaker(window);
  readonly #clips = new Clips((bytes) => this.#speaker.context!.decodeAudioData(bytes));
  readonly #onSpeaking: (speaking: boolean) => void;
  #turn = 0;

  constructor(onSpeaking: (speaking: boolean) => void) {
    this.#onSpeaking = onSpeaking;
  }

  /** Reads a screen; ends what was being read. `hash` names the voices in use. */
  async read(screen: OnScreen, language: Language, hash: string | null): Promise<void> {
    await this.#speak(language, hash, (reading) => reading.of(screen));
  }

  /**
   * Lets a finger that is held on a button hear the button's name, until the function returned is
   * called. `nameOf` gives the name that stands on a button.
   */
  listen(
    nameOf: (button: HTMLElement) => Words | undefined,
    voice: () => { readonly language: Language; readonly hash: string | null },
  ): () => void {
    let held: number | undefined;
    let swallow = false;
    const down = ({ target }: PointerEvent): void => {
      swallow = false;
      clearTimeout(held);
      const button = target instanceof Element ? target.closest<HTMLElement>('button') : null;
      const name = button === null ? undefined : nameOf(button);
      if (name === undefined) return;
      held = window.setTimeout(() => {
        swallow = true;
        const { language, hash } = voice();
        void this.#speak(language, hash, (reading) => [reading.name(name)]);
      }, HOLD_MS);
    };
    const up = (): void => clearTimeout(held);
    const click = (event: MouseEvent): void => {
      if (!swallow) return;
      swallow = false;
      event.stopPropagation();
      event.preventDefault();
    };
    const events = new AbortController();
    const options = { capture: true, signal: events.signal };
    window.addEventListener('pointerdown', down, options);
    window.addEventListener('pointerup', up, options);
    window.addEventListener('pointercancel', up, options);
    window.addEventListener('click', click, options);
    return () => {
      up();
      events.abort();
    };
  }

  /** Ends for good: a browser lends a page few loudspeakers. */
  close(): void {
    this.stop();
    this.#speaker.close();
  }

  stop(): void {
    this.#turn += 1;
    this.#speaker.stop();
    this.#onSpeaking(false);
  }

  /** One reading at a time; a later one ends an earlier one, also while its clips are fetched. */
  async #speak(
    language: Language,
    hash: string | null,
    say: (reading: Reading) => readonly Phrase[],
  ): Promise<void> {
    this.stop();
    const turn = this.#turn;
    await this.#clips.follow(hash, []);
    const voice = this.#clips.voices?.languages[language];
    if (voice === undefined || turn !== this.#turn) return;
    const phrases = say(new Reading(language, voice));
    const found = await Promise.all(phrases.map((phrase) => this.#clips.find(voice, phrase)));
    if (turn !== this.#turn) return;
    // Half of a page is worse than none: where a clip cannot be had, nothing is read.
    const clips = found.flatMap((phrase) => (phrase === null ? [] : [phrase]));
    if (clips.length < found.length || clips.length === 0) return;
    await this.#speaker.awake();
    if (turn !== this.#turn) return;
    this.#onSpeaking(true);
    await this.#speaker.play({
      chime: false,
      speech: [{ gapMs: voice.gapMs, phrases: clips }],
      volume: 1,
    });
    if (turn === this.#turn) this.#onSpeaking(false);
  }
}

/** The name on a button of the kiosk: of a service or of a section. */
export const nameOn = (
  { services, sectors }: Configuration,
  { dataset }: HTMLElement,
): Words | undefined =>
  services.find(({ id }) => id === dataset['service'])?.name ??
  sectors.find(({ id }) => id === dataset['sector'])?.name;

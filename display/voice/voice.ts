import { civil } from '../../core/calendar.js';
import type { Configuration, Millis } from '../../core/configuration.js';
import type { BoardView } from '../../core/protocol/views.js';
import { speakerOf, volumeOf } from '../../core/voice/volume.js';
import { saidOf } from '../../core/voice/said.js';
import type { Sounding } from '../../core/voice/schedule.js';
import { Clips } from '../../web/voice/clips.js';
import { Speaker, type Speech } from '../../web/voice/speaker.js';
import { Announcer } from './announcer.js';

/** A clip that is not here by then is not waited for: the board chimes. */
const CLIPS_MS_MAX = 1_000;

interface Parts {
  readonly boardId: string;
  /** Where a touch may wake the sound of a browser that wants one. */
  readonly wake: EventTarget;
  readonly clock: { now(): Millis; after(ms: number, act: () => void): () => void };
  /** The server's time. */
  readonly now: () => Millis;
  readonly configuration: () => Configuration | null;
  /** Whether the board can be heard, or need not be. */
  readonly onAudible: (audible: boolean) => void;
}

/** What a board sounds: the calls of the zones that are left to it, as loud as the hour says. */
export class Voice {
  readonly #parts: Parts;
  readonly #speaker: Speaker;
  readonly #clips: Clips;
  readonly #announcer: Announcer;
  #view: BoardView | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#speaker = new Speaker(parts.wake, () => this.#tellAudible());
    const { context } = this.#speaker;
    this.#clips = new Clips((bytes) => context!.decodeAudioData(bytes));
    this.#announcer = new Announcer({
      now: () => parts.clock.now(),
      zoneOf: (counterId) => this.#zoneOf(counterId),
      play: (sounding, done) => void this.#play(sounding).finally(done),
    });
  }

  take(view: BoardView): void {
    this.#view = view;
    this.look();
    this.#announcer.take(view);
  }

  /** To be called when the configuration has come, or has changed. */
  look(): void {
    this.#tellAudible();
    if (this.#view === null || this.#speaker.context === null || !this.#sounds()) return;
    void this.#clips.follow(this.#view.voice, ['calls']);
  }

  close(): void {
    this.#speaker.close();
  }

  /** Whether any zone is left to this board. */
  #sounds(): boolean {
    const configuration = this.#parts.configuration();
    if (configuration === null || configuration.voice.calls === 'silent') return false;
    return configuration.zones.some(
      ({ id }) => speakerOf(configuration, id) === this.#parts.boardId,
    );
  }

  #tellAudible(): void {
    this.#parts.onAudible(this.#speaker.audible || !this.#sounds());
  }

  #zoneOf(counterId: string): string | null {
    const configuration = this.#parts.configuration();
    const zone = configuration?.counters.find(({ id }) => id === counterId)?.zone;
    if (configuration === null || zone === undefined) return null;
    const isOurs = speakerOf(configuration, zone) === this.#parts.boardId;
    return isOurs && this.#volume(configuration, [zone]) > 0 ? zone : null;
  }

  #volume({ voice, centre }: Configuration, zones: readonly string[]): number {
    const { time } = civil(this.#parts.now(), centre.zone);
    return Math.max(...zones.map((zone) => volumeOf(voice, zone, time)));
  }

  async #play(sounding: Sounding): Promise<void> {
    const configuration = this.#parts.configuration();
    if (configuration === null) return;
    const volume = this.#volume(configuration, sounding.zones);
    if (volume === 0) return;
    const speech = await this.#speech(sounding, configuration);
    const chime = sounding.kind !== 'again';
    if (chime || speech.length > 0) await this.#speaker.play({ chime, speech, volume });
  }

  /** What can be said of it; nothing unless every clip of every language is here in time. */
  async #speech(sounding: Sounding, configuration: Configuration): Promise<Speech[]> {
    const said = saidOf(sounding, configuration, this.#clips.voices);
    const found = Promise.all(
      said.map(async ({ voice, phrases }): Promise<Speech | null> => {
        const clips = await this.#clips.find(voice, phrases.flat());
        if (clips === null) return null;
        const left = clips.values();
        const taken = phrases.map((phrase) => phrase.map(() => left.next().value!));
        return { gapMs: voice.gapMs, phrases: taken };
      }),
    );
    let cancel = (): void => undefined;
    const late = new Promise<null[]>((resolve) => {
      cancel = this.#parts.clock.after(CLIPS_MS_MAX, () => resolve([null]));
    });
    const speech = await Promise.race([found, late]);
    cancel();
    return speech.includes(null) ? [] : speech.flatMap((one) => one ?? []);
  }
}

import type { Configuration } from '../../core/configuration.js';
import type { Language } from '../../core/lists.js';
import type { VoiceAnswer } from '../../core/protocol/api.js';
import { callPhrases, type Phrase } from '../../core/voice/call.js';
import { GAP_MS, type VoiceInUse } from '../../core/voice/use.js';
import { holds } from '../../core/voice/said.js';
import { GRAMMARS, scriptOf, type ScriptClip } from '../../core/voice/script.js';
import { type Part } from '../../core/voice/ids.js';
import { assertAway } from '../../web/api.js';
import { Clips } from '../../web/voice/clips.js';
import { Speaker } from '../../web/voice/speaker.js';
import type { Office } from '../office.js';
import { Microphone } from './microphone.svelte.js';
import { clipOf, NoClip } from './sound.js';

const WAV = /\.wav$/i;
type Work = () => ReturnType<Office['voice']>;

const keyOf = (language: Language, id: string): string => `${language}/${id}`;

/** How far a part of the voice is. */
export interface Progress {
  readonly part: Part;
  readonly done: number;
  readonly needed: number;
}

/** The page on which a manager records the centre's own voice. */
export class Studio {
  status = $state.raw<VoiceAnswer | null>(null);
  language = $state<Language>('ar');
  chosen = $state('');
  busy = $state(false);
  /** A code with words of its own, or a refusal's. */
  problem = $state<string | null>(null);
  /** Of the last import: how many files were taken, and names that are no clip of this centre. */
  imported = $state.raw<{ readonly taken: number; readonly unknown: readonly string[] } | null>(
    null,
  );
  readonly microphone = new Microphone();
  readonly #office: Office;
  readonly #configuration: () => Configuration;
  readonly #speaker: Speaker;
  readonly #clips: Clips;
  /** What each clip was before, as far as this page changed it. */
  readonly #before = new Map<string, Blob | null>();
  undoable = $state.raw<ReadonlySet<string>>(new Set());

  readonly script = $derived.by(() => scriptOf(this.language, this.#configuration()));
  readonly recorded = $derived(
    new Map(
      (this.status?.recorded ?? [])
        .filter(({ language }) => language === this.language)
        .map((clip) => [clip.clip, clip]),
    ),
  );
  readonly clip: ScriptClip | undefined = $derived(
    this.script.find(({ id }) => id === this.chosen) ?? this.#firstMissing(),
  );

  constructor(office: Office, configuration: () => Configuration, wake: EventTarget) {
    this.#office = office;
    this.#configuration = configuration;
    this.#speaker = new Speaker(wake);
    const { context } = this.#speaker;
    this.#clips = new Clips((bytes) => context!.decodeAudioData(bytes));
  }

  close(): void {
    this.microphone.close();
    this.#speaker.close();
  }

  async load(): Promise<void> {
    await this.#ask(() => this.#office.voice());
  }

  progress(part: Part): Progress {
    const needed = this.script.filter((clip) => clip.part === part && clip.needed);
    const done = needed.filter(({ id }) => this.recorded.has(id)).length;
    return { part, done, needed: needed.length };
  }

  /** Chooses the neighbour of the chosen clip in the order of the script, recorded or not. */
  go(step: -1 | 1): void {
    const at = this.script.findIndex(({ id }) => id === this.clip?.id);
    const next = this.script[at + step];
    if (next !== undefined) this.chosen = next.id;
    this.problem = null;
  }

  /** Begins to record the chosen clip, or ends it; what was recorded is stored and played back. */
  async record(): Promise<void> {
    const { clip, language, microphone } = this;
    if (microphone.recording) return microphone.stop();
    if (clip === undefined || this.busy) return;
    this.chosen = clip.id;
    this.problem = null;
    this.#speaker.stop();
    const recorded = await microphone.record();
    if (typeof recorded === 'string') this.problem = recorded;
    else if (await this.#store(language, clip.id, recorded)) await this.play([[clip.id]]);
  }

  /** Takes files by their names (`n3.wav`); each is trimmed and made as loud as the others. */
  async import(files: Iterable<File>): Promise<void> {
    const { language } = this;
    const known = new Set(this.script.map(({ id }) => id));
    const unknown: string[] = [];
    let taken = 0;
    this.imported = null;
    for (const file of files) {
      const id = file.name.replace(WAV, '');
      if (!known.has(id)) unknown.push(file.name);
      else if (await this.#store(language, id, file)) taken += 1;
      else break;
    }
    this.imported = { taken, unknown };
  }

  /** Puts the clip back as it was before this page changed it last. */
  async undo(id: string): Promise<void> {
    const { language } = this;
    const before = this.#before.get(keyOf(language, id));
    if (before === undefined) return;
    const done = await this.#ask(() =>
      before === null
        ? this.#office.deleteVoice(language, id)
        : this.#office.putClip(language, id, before),
    );
    if (done) this.#remember(language, id, undefined);
  }

  /** Forgets one clip, or all of the language. */
  async remove(id: string | null): Promise<void> {
    const { language } = this;
    const forget = () => this.#office.deleteVoice(language, id);
    if (id === null) await this.#ask(forget);
    else await this.#change(language, id, forget);
  }

  /** What a call would be with what is recorded; `undefined` while a clip of it is missing. */
  example(letter: { readonly ar: string; readonly en: string } | null, of: Example) {
    const tongue = {
      language: this.language,
      grammar: GRAMMARS[this.language],
      has: holds(this.#own()),
    };
    const call = { label: { letter, number: of.number }, counter: of.counter };
    return callPhrases(call, tongue, 'full');
  }

  /** Plays recorded clips, after a chime if they are a whole call. */
  async play(phrases: readonly Phrase[], chime = false): Promise<void> {
    const voice = this.#own();
    const found = await Promise.all(phrases.map((phrase) => this.#clips.find(voice, phrase)));
    const clips = found.flatMap((phrase) => (phrase === null ? [] : [phrase]));
    if (clips.length < found.length) {
      this.problem = 'unplayed';
      return;
    }
    this.#speaker.stop();
    await this.#speaker.play({
      chime,
      speech: [{ gapMs: voice.gapMs, phrases: clips }],
      volume: 1,
    });
  }

  #own(): VoiceInUse {
    const clips = Object.fromEntries([...this.recorded].map(([id, { hash }]) => [id, hash]));
    const calls = { origin: 'recorded', gainDb: 0, clips } as const;
    return { grammar: GRAMMARS[this.language], gapMs: GAP_MS.usual, parts: { calls } };
  }

  #firstMissing(): ScriptClip | undefined {
    const missing = this.script.find(({ id, needed }) => needed && !this.recorded.has(id));
    return missing ?? this.script[0];
  }

  #remember(language: Language, id: string, before: Blob | null | undefined): void {
    const key = keyOf(language, id);
    if (before === undefined) this.#before.delete(key);
    else this.#before.set(key, before);
    this.undoable = new Set(this.#before.keys());
  }

  /** Whether the page can put this clip back. */
  canUndo(id: string): boolean {
    return this.undoable.has(keyOf(this.language, id));
  }

  async #fileOf(language: Language, id: string): Promise<Blob | null> {
    const recorded = this.status?.recorded.find(
      (clip) => clip.language === language && clip.clip === id,
    );
    return recorded === undefined ? null : this.#office.clipFile(recorded.hash);
  }

  #store(language: Language, id: string, recording: Blob): Promise<boolean> {
    return this.#change(language, id, async () => {
      const clip = new Blob([await clipOf(recording)], { type: 'audio/wav' });
      return this.#office.putClip(language, id, clip);
    });
  }

  /** As `#ask`, for what can be undone: what the clip was is fetched first. */
  async #change(language: Language, id: string, work: Work): Promise<boolean> {
    let before: Blob | null = null;
    const done = await this.#ask(async () => {
      before = await this.#fileOf(language, id);
      return work();
    });
    if (done) this.#remember(language, id, before);
    return done;
  }

  /** Asks the server; whether it did it. `problem` says why not. */
  async #ask(work: Work): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      const answer = await work();
      if ('refused' in answer) this.problem = answer.refused;
      else this.status = answer;
      return !('refused' in answer);
    } catch (fault) {
      if (fault instanceof NoClip) this.problem = fault.problem;
      else {
        assertAway(fault);
        this.problem = 'away';
      }
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** A call that the page plays as it would sound. */
export interface Example {
  readonly number: number;
  readonly counter: number;
}

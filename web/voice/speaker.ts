import { pause } from '../api.js';
import type { Clip } from './clips.js';

const TONES_HZ = [659.25, 523.25] as const;
const TONE_S = 0.55;
const STEP_S = 0.42;
const PEAK = 0.5;
const SILENCE = 0.0001;
/** From the chime to the first word, between phrases, and between languages, in seconds. */
const REST_S = { chime: 0.15, phrase: 0.18, language: 0.5 } as const;
/** Sounds are set up this far ahead, so that none begins late. */
const LEAD_S = 0.05;
/** A loudspeaker that has stopped to tell the time is not waited for. */
const PATIENCE_MS = 1_000;

/** Clips that follow each other at once, in phrases, in languages. */
export interface Speech {
  readonly gapMs: number;
  readonly phrases: readonly (readonly Clip[])[];
}

export interface Sound {
  readonly chime: boolean;
  readonly speech: readonly Speech[];
  /** From 0 to 1. */
  readonly volume: number;
}

/**
 * The page's one voice, by WebAudio. A browser that wants a touch before it makes sound keeps it
 * silent until then; `audible` says which it is. Sounds never overlap. Never throws for want of
 * sound.
 */
export class Speaker {
  readonly context: AudioContext | null;
  readonly #closing = new AbortController();
  #busyUntil = 0;
  #playing: AudioScheduledSourceNode[] = [];

  constructor(wake: EventTarget, onChange: () => void = () => undefined) {
    const context = typeof AudioContext === 'undefined' ? null : new AudioContext();
    this.context = context;
    if (context === null) return;
    const { signal } = this.#closing;
    const resume = (): void => {
      // A machine without a loudspeaker stays silent, as `audible` says: the next touch asks again.
      context.resume().catch(onChange);
    };
    for (const touch of ['pointerdown', 'keydown']) {
      wake.addEventListener(touch, resume, { signal });
    }
    context.addEventListener('statechange', onChange, { signal });
  }

  get audible(): boolean {
    return this.context?.state === 'running';
  }

  /** Resolves once sound can be heard, or after a moment in which it cannot. */
  async awake(): Promise<void> {
    if (this.context === null || this.audible) return;
    await Promise.race([this.context.resume(), pause(PATIENCE_MS)]).catch(() => undefined);
  }

  /** Ends what sounds and gives the loudspeaker back; from now on there is no sound. */
  close(): void {
    this.#closing.abort();
    if (this.context !== null && this.context.state !== 'closed') void this.context.close();
  }

  /** Ends what sounds now. */
  stop(): void {
    for (const source of this.#playing) source.stop();
    this.#playing = [];
    this.#busyUntil = 0;
  }

  /** Sounds once nothing else does; resolves at its end, or at once where nothing can be heard. */
  async play(sound: Sound): Promise<void> {
    const { context } = this;
    if (context === null || !this.audible) return;
    const master = new GainNode(context, { gain: sound.volume });
    master.connect(context.destination);
    const from = Math.max(context.currentTime + LEAD_S, this.#busyUntil);
    this.#playing = [];
    const spoken = sound.chime ? this.#ring(master, from) + REST_S.chime : from;
    const end = this.#speak(master, spoken, sound.speech);
    this.#busyUntil = end;
    const [last] = this.#playing.slice(-1);
    if (last === undefined) return;
    const waitMs = (end - context.currentTime) * 1000 + PATIENCE_MS;
    await new Promise<void>((resolve) => {
      const patience = setTimeout(resolve, waitMs);
      last.addEventListener('ended', () => {
        clearTimeout(patience);
        resolve();
      });
    });
    master.disconnect();
  }

  /** Returns when it ends. */
  #ring(to: AudioNode, start: number): number {
    const context = this.context!;
    this.#playing = TONES_HZ.map((hz, n) => {
      const from = start + n * STEP_S;
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: SILENCE });
      gain.gain.setValueAtTime(SILENCE, from);
      gain.gain.exponentialRampToValueAtTime(PEAK, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(SILENCE, from + TONE_S);
      tone.connect(gain).connect(to);
      tone.start(from);
      tone.stop(from + TONE_S);
      return tone;
    });
    return start + (TONES_HZ.length - 1) * STEP_S + TONE_S;
  }

  /** Returns when it ends. */
  #speak(to: AudioNode, start: number, speech: readonly Speech[]): number {
    const context = this.context!;
    let at = start;
    let end = start;
    for (const { gapMs, phrases } of speech) {
      for (const phrase of phrases) {
        for (const { buffer, gain } of phrase) {
          const source = new AudioBufferSourceNode(context, { buffer });
          source.connect(new GainNode(context, { gain })).connect(to);
          source.start(at);
          this.#playing.push(source);
          end = at + buffer.duration;
          at = end + gapMs / 1000;
        }
        at = end + REST_S.phrase;
      }
      at = end + REST_S.language;
    }
    return end;
  }
}

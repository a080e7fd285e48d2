const TONES_HZ = [659.25, 523.25] as const;
const TONE_S = 0.55;
const STEP_S = 0.42;
const PEAK = 0.5;
const SILENCE = 0.0001;

/**
 * A two-tone chime made on the spot. A browser that wants a touch before it makes sound keeps it
 * silent until then; `audible` says which it is. Never throws for want of sound.
 */
export class Chime {
  readonly #context: AudioContext | null;

  constructor(wake: EventTarget, onChange: (audible: boolean) => void) {
    const context = typeof AudioContext === 'undefined' ? null : new AudioContext();
    this.#context = context;
    if (context === null) return;
    const resume = (): void => void context.resume().catch(() => undefined);
    for (const touch of ['pointerdown', 'keydown']) wake.addEventListener(touch, resume);
    context.addEventListener('statechange', () => onChange(this.audible));
    onChange(this.audible);
  }

  get audible(): boolean {
    return this.#context?.state === 'running';
  }

  close(): void {
    void this.#context?.close();
  }

  /** Rings once; a board without sound stays quiet. */
  ring(): void {
    const context = this.#context;
    if (context === null || !this.audible) return;
    TONES_HZ.forEach((hz, n) => {
      const from = context.currentTime + n * STEP_S;
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: SILENCE });
      gain.gain.setValueAtTime(SILENCE, from);
      gain.gain.exponentialRampToValueAtTime(PEAK, from + 0.02);
      gain.gain.exponentialRampToValueAtTime(SILENCE, from + TONE_S);
      tone.connect(gain).connect(context.destination);
      tone.start(from);
      tone.stop(from + TONE_S);
    });
  }
}

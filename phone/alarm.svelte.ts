const PATTERN_MS = [400, 200, 400, 200, 800];
const NOTES_HZ = [659, 523, 784];
const NOTE_S = 0.35;

type Player = new () => AudioContext;
const players = window as unknown as { AudioContext?: Player; webkitAudioContext?: Player };

/**
 * Sound and vibration for a call. Phones allow them only after the visitor has touched the page,
 * so `allow` belongs in the handler of a touch; until then `ring` stays silent.
 */
export class Alarm {
  allowed = $state(false);
  #sound: AudioContext | null = null;

  allow(): void {
    const Audio = players.AudioContext ?? players.webkitAudioContext;
    if (this.#sound === null && Audio !== undefined) this.#sound = new Audio();
    void this.#sound?.resume();
    this.allowed = true;
  }

  ring(): void {
    if (!this.allowed) return;
    if (typeof navigator.vibrate === 'function') navigator.vibrate(PATTERN_MS);
    if (this.#sound === null) return;
    void this.#sound.resume();
    NOTES_HZ.forEach((hz, place) => this.#note(hz, place * NOTE_S));
  }

  #note(hz: number, afterS: number): void {
    const sound = this.#sound!;
    const from = sound.currentTime + afterS;
    const tone = sound.createOscillator();
    const loudness = sound.createGain();
    tone.frequency.value = hz;
    loudness.gain.setValueAtTime(0.6, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S);
    tone.connect(loudness);
    loudness.connect(sound.destination);
    tone.start(from);
    tone.stop(from + NOTE_S);
  }
}

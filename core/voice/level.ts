import type { Sound } from './wav.js';

/**
 * Loudness of every clip, in LUFS, and the highest peak that making it so may cause, in dBFS:
 * speech without a limiter reaches no more, so that all clips are equally loud.
 */
export const LOUDNESS_LUFS = -19;
export const PEAK_DBFS = -1;

/** What is said stands out of the rest of a recording by so much, in dB. */
const SPEECH_OVER_NOISE_DB = 12;
const SPEECH_BELOW_PEAK_DB = 40;
/** What is softer, in dBFS, is silence in any recording. */
const SILENCE_DBFS = -60;
const WINDOW_S = 0.01;
/** Kept before and after what is said, so that no soft sound is cut. */
const LEAD_S = 0.03;
const TAIL_S = 0.06;
const FADE_S = 0.005;

const db = (ratio: number): number => 20 * Math.log10(ratio);
const ratio = (decibels: number): number => 10 ** (decibels / 20);

/** Root mean square of the samples of each window, and how many samples a window has. */
const windowsOf = ({ rate, samples }: Sound): { readonly size: number; readonly rms: number[] } => {
  const size = Math.max(1, Math.round(rate * WINDOW_S));
  const rms: number[] = [];
  for (let from = 0; from < samples.length; from += size) {
    let sum = 0;
    const to = Math.min(samples.length, from + size);
    for (let n = from; n < to; n++) sum += samples[n]! ** 2;
    rms.push(Math.sqrt(sum / (to - from)));
  }
  return { size, rms };
};

/**
 * Without the silence, or the steady noise of a room, before and after what is said. Empty when
 * nothing stands out of it.
 */
export const trim = (sound: Sound): Sound => {
  const { rate, samples } = sound;
  const { size, rms } = windowsOf(sound);
  const sorted = [...rms].sort((a, b) => a - b);
  const noise = sorted[Math.floor(sorted.length / 10)] ?? 0;
  const peak = sorted.at(-1) ?? 0;
  const over = Math.min(noise * ratio(SPEECH_OVER_NOISE_DB), peak / 2);
  const threshold = Math.max(over, peak * ratio(-SPEECH_BELOW_PEAK_DB), ratio(SILENCE_DBFS));
  const first = rms.findIndex((level) => level >= threshold);
  if (first === -1) return { rate, samples: new Float32Array() };
  const last = rms.findLastIndex((level) => level >= threshold);
  const from = Math.max(0, first * size - Math.round(LEAD_S * rate));
  const to = Math.min(samples.length, (last + 1) * size + Math.round(TAIL_S * rate));
  return { rate, samples: faded(samples.slice(from, to), Math.round(FADE_S * rate)) };
};

/** Ends that rise and fall, so that no clip begins or ends with a click. */
const faded = (samples: Float32Array, length: number): Float32Array => {
  const reach = Math.min(length, Math.floor(samples.length / 2));
  for (let n = 0; n < reach; n++) {
    samples[n]! *= n / reach;
    samples[samples.length - 1 - n]! *= n / reach;
  }
  return samples;
};

interface Filter {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** The two filters of ITU-R BS.1770-4 for any rate: a shelf for the head, and a high pass. */
const weighting = (rate: number): readonly Filter[] => {
  const shelf = (): Filter => {
    const [gain, quality, hz] = [3.999843853973347, 0.7071752369554196, 1681.974450955533];
    const k = Math.tan((Math.PI * hz) / rate);
    const high = 10 ** (gain / 20);
    const mid = high ** 0.4996667741545416;
    const a0 = 1 + k / quality + k * k;
    return {
      b: [
        (high + (mid * k) / quality + k * k) / a0,
        (2 * (k * k - high)) / a0,
        (high - (mid * k) / quality + k * k) / a0,
      ],
      a: [(2 * (k * k - 1)) / a0, (1 - k / quality + k * k) / a0],
    };
  };
  const pass = (): Filter => {
    const [quality, hz] = [0.5003270373238773, 38.13547087602444];
    const k = Math.tan((Math.PI * hz) / rate);
    const a0 = 1 + k / quality + k * k;
    return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / a0, (1 - k / quality + k * k) / a0] };
  };
  return [shelf(), pass()];
};

const filtered = (samples: Float32Array, { b, a }: Filter): Float32Array => {
  const out = new Float32Array(samples.length);
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let n = 0; n < samples.length; n++) {
    const x = samples[n]!;
    const y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    out[n] = y;
  }
  return out;
};

/**
 * Loudness by ITU-R BS.1770-4, in LUFS, of one channel that is speech from end to end: clips are
 * shorter than the standard's gates, which are left out. Silence is `-Infinity`.
 */
export const loudness = ({ rate, samples }: Sound): number => {
  const heard = weighting(rate).reduce(filtered, samples);
  const sum = heard.reduce((total, sample) => total + sample * sample, 0);
  return -0.691 + 10 * Math.log10(sum / Math.max(1, samples.length));
};

/** Made as loud as every other clip, as far as its peaks allow. */
export const level = (sound: Sound): Sound => {
  const { rate, samples } = sound;
  const peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
  if (peak === 0) return sound;
  const wantedDb = LOUDNESS_LUFS - loudness(sound);
  const gain = ratio(Math.min(wantedDb, PEAK_DBFS - db(peak)));
  return { rate, samples: samples.map((sample) => sample * gain) };
};

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { level, loudness, LOUDNESS_LUFS, PEAK_DBFS, trim } from './level.js';
import { durationMs, makeWav, parseWav, RATES, type Sound } from './wav.js';

const tone = (rate: number, seconds: number, peak: number): Sound => ({
  rate,
  samples: Float32Array.from(
    { length: Math.round(rate * seconds) },
    (_, n) => peak * Math.sin((2 * Math.PI * 997 * n) / rate),
  ),
});

const joined = (rate: number, ...parts: readonly Float32Array[]): Sound => ({
  rate,
  samples: Float32Array.from(parts.flatMap((part) => [...part])),
});

/** A steady hiss, the same in every run. */
const hiss = (count: number, peak: number): Float32Array => {
  let seed = 1;
  return Float32Array.from({ length: count }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return peak * (seed / 2 ** 31 - 1);
  });
};

const peakOf = ({ samples }: Sound): number => Math.max(...samples.map(Math.abs));

describe('a WAV file', () => {
  test('comes back as it went in, to the last of its 16 bits', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 400 }),
        (rate, levels) => {
          const samples = Float32Array.from(levels, (value) => value / 32_768);
          expect(parseWav(makeWav({ rate, samples }))).toEqual({ rate, samples });
        },
      ),
    );
  });

  test('of another kind, or cut short, is refused and never throws', () => {
    const good = makeWav(tone(24_000, 0.1, 0.5));
    const spoilt = (at: number, value: number): Uint8Array => {
      const bytes = good.slice();
      bytes[at] = value;
      return bytes;
    };
    const wrong: [string, Uint8Array][] = [
      ['empty', new Uint8Array()],
      ['no RIFF', spoilt(0, 0)],
      ['no WAVE', spoilt(8, 0)],
      ['compressed', spoilt(20, 7)],
      ['two channels', spoilt(22, 2)],
      ['8 bits', spoilt(34, 8)],
      ['an odd rate', spoilt(24, 1)],
      ['a chunk beyond the end', spoilt(43, 0x7f)],
      ['cut in its header', good.slice(0, 40)],
      ['cut in its samples', good.slice(0, 100)],
    ];
    for (const [what, bytes] of wrong) expect(parseWav(bytes), what).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        const bytes = good.slice();
        bytes.set(noise.slice(0, bytes.length));
        parseWav(bytes);
      }),
    );
  });

  test('lasts as long as it has samples', () => {
    expect(durationMs(tone(22_050, 1.5, 0.1))).toBe(1500);
  });
});

describe('trimming', () => {
  test('takes away silence, and leaves a little before and after', () => {
    const said = tone(24_000, 0.5, 0.3).samples;
    const still = new Float32Array(24_000);
    const found = trim(joined(24_000, still, said, still));
    expect(durationMs(found)).toBeGreaterThan(500);
    expect(durationMs(found)).toBeLessThan(620);
    expect(Math.abs(found.samples[0]!)).toBe(0);
  });

  test('takes away the noise of a room', () => {
    const noise = hiss(24_000, 0.01);
    const said = tone(24_000, 0.5, 0.3).samples;
    const found = trim(joined(24_000, noise, said, noise));
    expect(durationMs(found)).toBeGreaterThan(500);
    expect(durationMs(found)).toBeLessThan(640);
  });

  test('leaves nothing of silence', () => {
    expect(trim({ rate: 24_000, samples: new Float32Array(24_000) }).samples).toHaveLength(0);
  });
});

describe('loudness', () => {
  test('is that of ITU-R BS.1770: a full-scale tone of 997 Hz in one channel is -3.01 LUFS', () => {
    for (const rate of RATES) {
      expect(loudness(tone(rate, 2, 1))).toBeCloseTo(-3.01, 1);
      expect(loudness(tone(rate, 2, 0.1))).toBeCloseTo(-23.01, 1);
    }
  });

  test('is made equal, and no peak goes beyond what is allowed', () => {
    for (const peak of [0.001, 0.05, 0.9]) {
      expect(loudness(level(tone(24_000, 1, peak)))).toBeCloseTo(LOUDNESS_LUFS, 1);
    }
    const click = joined(24_000, new Float32Array(24_000), Float32Array.of(0.5));
    expect(20 * Math.log10(peakOf(level(click)))).toBeCloseTo(PEAK_DBFS, 3);
  });
});

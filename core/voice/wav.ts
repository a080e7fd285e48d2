/** Sound of one channel, samples from -1 to 1. */
export interface Sound {
  readonly rate: number;
  readonly samples: Float32Array;
}

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
const FULL_SCALE = 32_768;
/** Rates of clips: espeak-ng's, ours, and those of studios. */
export const RATES = [22_050, 24_000, 44_100, 48_000] as const;
/** The rate of clips that the manager's page makes. */
export const OWN_RATE = 24_000;

const FORMAT_PCM = 1;

export const durationMs = ({ rate, samples }: Sound): number => (samples.length * 1000) / rate;

const ascii = (bytes: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((n) => bytes.getUint8(at + n)));

/** Where in a file its samples lie. */
interface Data {
  readonly bytes: DataView;
  readonly rate: number;
  readonly at: number;
  readonly count: number;
}

/**
 * A WAV file of 16 bits and one channel, as RIFF has it. `undefined` where the bytes are not that,
 * where a chunk up to the samples is not whole, or the last sample is not. What comes after the
 * samples is not looked at.
 */
export const parseWav = (file: Uint8Array): Sound | undefined => {
  const data = dataOf(file);
  return data && { rate: data.rate, samples: samplesOf(data) };
};

/** Whether a file has such a sound, told from its headers alone. */
export const isWav = (file: Uint8Array): boolean => dataOf(file) !== undefined;

const dataOf = (file: Uint8Array): Data | undefined => {
  const bytes = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.byteLength < HEADER_BYTES) return undefined;
  if (ascii(bytes, 0) !== 'RIFF' || ascii(bytes, 8) !== 'WAVE') return undefined;
  let rate: number | undefined;
  for (let at = 12; at + 8 <= bytes.byteLength;) {
    const [name, size] = [ascii(bytes, at), bytes.getUint32(at + 4, true)];
    const body = at + 8;
    if (size > bytes.byteLength - body) return undefined;
    if (name === 'fmt ') rate = formatOf(bytes, body, size);
    if (name === 'data') {
      if (rate === undefined || size % SAMPLE_BYTES !== 0) return undefined;
      return { bytes, rate, at: body, count: size / SAMPLE_BYTES };
    }
    at = body + size + (size % 2);
  }
  return undefined;
};

const formatOf = (bytes: DataView, at: number, size: number): number | undefined => {
  if (size < 16) return undefined;
  const [format, channels] = [bytes.getUint16(at, true), bytes.getUint16(at + 2, true)];
  const [rate, bits] = [bytes.getUint32(at + 4, true), bytes.getUint16(at + 14, true)];
  const known = RATES.some((one) => one === rate);
  return format === FORMAT_PCM && channels === 1 && bits === 16 && known ? rate : undefined;
};

const samplesOf = ({ bytes, at, count }: Data): Float32Array => {
  const samples = new Float32Array(count);
  for (let n = 0; n < count; n++) {
    samples[n] = bytes.getInt16(at + n * SAMPLE_BYTES, true) / FULL_SCALE;
  }
  return samples;
};

/** The file of a sound: 16 bits, one channel; what is beyond -1 and 1 is cut off. */
export const makeWav = ({ rate, samples }: Sound): Uint8Array<ArrayBuffer> => {
  const data = samples.length * SAMPLE_BYTES;
  const file = new Uint8Array(HEADER_BYTES + data);
  const bytes = new DataView(file.buffer);
  const text = (at: number, name: string): void =>
    [...name].forEach((sign, n) => bytes.setUint8(at + n, sign.charCodeAt(0)));
  text(0, 'RIFF');
  bytes.setUint32(4, HEADER_BYTES - 8 + data, true);
  text(8, 'WAVEfmt ');
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, FORMAT_PCM, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, rate, true);
  bytes.setUint32(28, rate * SAMPLE_BYTES, true);
  bytes.setUint16(32, SAMPLE_BYTES, true);
  bytes.setUint16(34, 16, true);
  text(36, 'data');
  bytes.setUint32(40, data, true);
  samples.forEach((sample, n) => {
    const level = Math.round(sample * FULL_SCALE);
    bytes.setInt16(
      HEADER_BYTES + n * SAMPLE_BYTES,
      Math.max(-32_768, Math.min(32_767, level)),
      true,
    );
  });
  return file;
};

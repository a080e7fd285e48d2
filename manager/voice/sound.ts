import { CLIP_MS } from '../../core/voice/use.js';
import { level, trim } from '../../core/voice/level.js';
import { durationMs, makeWav, OWN_RATE, type Sound } from '../../core/voice/wav.js';

/** A recording that gives no clip; words under `voice.problem.<code>`. */
export class NoClip extends Error {
  constructor(readonly problem: 'silent' | 'long' | 'unread') {
    super(problem);
  }
}

const FILE_BYTES_MAX = 30_000_000;

/** One channel at the rate of our clips, of any file that the browser can read. */
const decoded = async (file: Blob): Promise<Sound> => {
  if (file.size > FILE_BYTES_MAX) throw new NoClip('long');
  const context = new OfflineAudioContext(1, 1, OWN_RATE);
  try {
    const buffer = await context.decodeAudioData(await file.arrayBuffer());
    const channels = Array.from({ length: buffer.numberOfChannels }, (_, n) =>
      buffer.getChannelData(n),
    );
    const samples = channels[0]!.map(
      (_, n) => channels.reduce((sum, channel) => sum + channel[n]!, 0) / channels.length,
    );
    return { rate: OWN_RATE, samples };
  } catch (fault) {
    if (fault instanceof DOMException) throw new NoClip('unread');
    throw fault;
  }
};

/** A recording as a clip: without the silence around it, as loud as the others. Throws `NoClip`. */
export const clipOf = async (file: Blob): Promise<Uint8Array<ArrayBuffer>> => {
  const clip = level(trim(await decoded(file)));
  const ms = durationMs(clip);
  if (ms < CLIP_MS.min) throw new NoClip('silent');
  if (ms > CLIP_MS.max) throw new NoClip('long');
  return makeWav(clip);
};

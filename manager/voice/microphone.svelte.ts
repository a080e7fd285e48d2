/** Why there is no microphone; words under `voice.problem.<code>`. */
export type MicrophoneProblem = 'insecure' | 'denied' | 'noMicrophone';

const LOOK_MS = 60;
/** A recording that nobody ends is ended. */
const RECORDING_MS_MAX = 22_000;

/** The machine's microphone, as it is: nothing the browser would do to please a telephone. */
export class Microphone {
  recording = $state(false);
  /** The loudest sample of the moment, from 0 to 1. */
  peak = $state(0);
  #stream: MediaStream | null = null;
  #end: () => void = () => undefined;

  /** Records until `stop`; gives what was recorded, or why there is no microphone. */
  async record(): Promise<Blob | MicrophoneProblem> {
    const opened = await this.#open();
    if (typeof opened === 'string') return opened;
    const recorder = new MediaRecorder(opened);
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise<void>((resolve) => (recorder.onstop = () => resolve()));
    const quiet = this.#watch(opened);
    const limit = setTimeout(() => this.stop(), RECORDING_MS_MAX);
    this.#end = () => recorder.state === 'inactive' || recorder.stop();
    recorder.start();
    this.recording = true;
    await ended;
    this.recording = false;
    clearTimeout(limit);
    quiet();
    return new Blob(parts, { type: recorder.mimeType });
  }

  stop(): void {
    this.#end();
  }

  close(): void {
    this.stop();
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  async #open(): Promise<MediaStream | MicrophoneProblem> {
    if (this.#stream !== null) return this.#stream;
    if (!window.isSecureContext) return 'insecure';
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
      });
      return this.#stream;
    } catch (fault) {
      if (!(fault instanceof DOMException)) throw fault;
      return fault.name === 'NotAllowedError' ? 'denied' : 'noMicrophone';
    }
  }

  /** Keeps `peak` until the function returned is called. */
  #watch(stream: MediaStream): () => void {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 1024 });
    new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const look = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.peak = samples.reduce((max, sample) => Math.max(max, Math.abs(sample)), 0);
    }, LOOK_MS);
    return () => {
      clearInterval(look);
      this.peak = 0;
      void context.close();
    };
  }
}

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import WebSocket from 'ws';

const HEARD_MAX_MS = 20_000;
/** Between two calls, whichever system they go to. */
const GAP_MS = 50;

/** Something that hears calls: a board's line, or a plain socket. */
export interface Ear {
  onView: (text: string) => void;
  close(): void;
}

/** A board of the server without Socket.IO. */
export class RawEar implements Ear {
  onView: (text: string) => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.onView(data.toString('latin1')));
  }

  static async open(url: string): Promise<RawEar> {
    const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
    await once(socket, 'open');
    return new RawEar(socket);
  }

  call(): void {
    this.socket.send('call');
  }

  close(): void {
    this.socket.terminate();
  }
}

/** A system whose calls are heard. */
export interface Heard {
  readonly name: string;
  readonly ears: readonly Ear[];
  readonly call: () => unknown;
  /** Whether each call is a new one in the view; elsewhere the same bytes come again. */
  readonly fresh: boolean;
}

/** Which call a board's view shows first. */
const newest = (text: string): string => {
  const at = text.indexOf('"key":"');
  return at < 0 ? '' : text.slice(at, text.indexOf('"', at + 7));
};

const before = new Map<string, string>();

/** Times in ms from a call to each ear that heard it. */
const hear = async ({ name, ears, call, fresh }: Heard): Promise<number[]> => {
  const heard: number[] = [];
  const last = fresh ? before.get(name) : undefined;
  let all: () => void;
  const done = new Promise<void>((resolve) => (all = resolve));
  const started = performance.now();
  for (const ear of ears) {
    ear.onView = (text) => {
      const key = newest(text);
      if (fresh && (key === last || key === '')) return;
      heard.push(performance.now() - started);
      ear.onView = () => undefined;
      if (heard.length < ears.length) return;
      before.set(name, key);
      all();
    };
  }
  await call();
  const late = new AbortController();
  const limit = pause(HEARD_MAX_MS, undefined, { signal: late.signal }).then(
    () => {
      throw new Error(`${name}: ${heard.length} of ${ears.length} boards heard a call`);
    },
    () => undefined,
  );
  await Promise.race([done, limit]);
  late.abort();
  const rest = GAP_MS - (performance.now() - started);
  await pause(Math.max(GAP_MS / 5, rest));
  return heard;
};

/** So many calls of each system, in turn; those of one are at least two gaps apart. */
export const hearCalls = async (
  systems: readonly Heard[],
  calls: number,
): Promise<Record<string, number[]>> => {
  const found: Record<string, number[]> = Object.fromEntries(systems.map(({ name }) => [name, []]));
  for (let n = 0; n < calls; n += 1) {
    for (const system of systems) found[system.name]!.push(...(await hear(system)));
  }
  return found;
};

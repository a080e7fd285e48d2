import { setTimeout as after } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Sealed } from './fleet.js';

/** Lines to a data centre, kept open. */
export class Lines {
  private readonly pool: Pool;

  constructor(url: string, connections: number) {
    this.pool = new Pool(url, { connections, pipelining: 1 });
  }

  /** Resolves when it is confirmed. Rejects where it is not. */
  async send({ path, headers, body }: Sealed): Promise<void> {
    const answer = await this.pool.request({ method: 'POST', path, headers, body });
    if (answer.statusCode === 200) return void (await answer.body.dump());
    throw new Error(`${path} was answered ${answer.statusCode}: ${await answer.body.text()}`);
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** Posts and events, and how long all of them took. */
export interface Sent {
  readonly posts: number;
  readonly events: number;
  /** Of bodies, and with the heads of requests. */
  readonly bytes: Sealed['bytes'];
  readonly ms: number;
}

/**
 * All centres at once send what they have, each post when the one before it is confirmed, until
 * there is nothing left or it is enough.
 */
export const drain = async (
  lines: Lines,
  logs: readonly (readonly Sealed[])[],
  isEnough: () => boolean = () => false,
): Promise<Sent> => {
  const began = performance.now();
  let [posts, events, body, whole] = [0, 0, 0, 0];
  await Promise.all(
    logs.map(async (log) => {
      for (const post of log) {
        if (isEnough()) return;
        await lines.send(post);
        posts += 1;
        events += post.events;
        body += post.bytes.body;
        whole += post.bytes.whole;
      }
    }),
  );
  return { posts, events, bytes: { body, whole }, ms: performance.now() - began };
};

/** A post that goes out so long after the beginning: its events happen then. */
export interface Timed {
  readonly dueMs: number;
  readonly post: Sealed;
}

/** What became of a timed post, in ms from the beginning. */
export interface Confirmed {
  readonly dueMs: number;
  readonly confirmedMs: number;
  readonly post: Sealed;
}

/** Each centre sends at its times, one post after the other; what is late waits for it. */
export const live = async (
  lines: Lines,
  schedules: readonly (readonly Timed[])[],
  onConfirmed: (centre: number, confirmed: Confirmed) => void,
): Promise<void> => {
  const began = performance.now();
  await Promise.all(
    schedules.map(async (schedule, centre) => {
      for (const { dueMs, post } of schedule) {
        const waitMs = dueMs - (performance.now() - began);
        if (waitMs > 0) await after(waitMs);
        await lines.send(post);
        const confirmedMs = performance.now() - began;
        onConfirmed(centre, { dueMs, confirmedMs, post });
      }
    }),
  );
};

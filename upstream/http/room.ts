import type { FastifyReply } from 'fastify';

/**
 * Memory for what comes in, over all connections: bodies as they are read, and what they unpack to,
 * each from before it is there until its answer has gone.
 */
export class Room {
  private held = 0;

  constructor(private readonly bytesMax: number) {}

  /**
   * Holds so many bytes until the reply has gone, or its connection; false: there is no room, or
   * nobody to answer any more.
   */
  hold(bytes: number, { raw }: Pick<FastifyReply, 'raw'>): boolean {
    // Its end was told before, and would never be heard here: the bytes would be held for ever.
    if (raw.destroyed || this.held + bytes > this.bytesMax) return false;
    this.held += bytes;
    raw.once('close', () => (this.held -= bytes));
    return true;
  }
}

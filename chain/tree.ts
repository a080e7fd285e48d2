import { sha256 as hashOf } from './chain.js';

/** A mark and up to two hashes, one after the other: nothing of it is kept. */
const scratch = Buffer.allocUnsafeSlow(65);

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  let at = 0;
  for (const part of parts) at += part.copy(scratch, at);
  return hashOf(scratch.subarray(0, at));
};

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);
const HASH_BYTES = 32;

/**
 * A Merkle tree as in RFC 6962 §2.1 that only grows: it keeps the roots of its whole subtrees,
 * largest first, and nothing else.
 */
export class Tree {
  private constructor(
    private count: number,
    private readonly peaks: Buffer[],
  ) {}

  static empty(): Tree {
    return new Tree(0, []);
  }

  /** Continues from `size` and `toBytes`. Throws when they do not belong together. */
  static of(size: number, bytes: Buffer): Tree {
    const peaks = Array.from({ length: bytes.length / HASH_BYTES }, (_, i) =>
      bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES),
    );
    const ones = [...size.toString(2)].filter((digit) => digit === '1').length;
    if (bytes.length % HASH_BYTES !== 0 || peaks.length !== ones) {
      throw new Error(`${bytes.length} bytes are not the peaks of ${size} leaves`);
    }
    return new Tree(size, peaks);
  }

  get size(): number {
    return this.count;
  }

  append(entry: Buffer): void {
    let top = sha256(LEAF, entry);
    for (let rest = this.count; rest % 2 === 1; rest = Math.floor(rest / 2)) {
      top = sha256(NODE, this.peaks.pop()!, top);
    }
    this.peaks.push(top);
    this.count += 1;
  }

  root(): Buffer {
    const [last, ...before] = [...this.peaks].reverse();
    if (last === undefined) return sha256();
    return before.reduce((right, left) => sha256(NODE, left, right), last);
  }

  toBytes(): Buffer {
    return Buffer.concat(this.peaks);
  }
}

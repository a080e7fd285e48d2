import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { syncFile } from '../../node/folder.js';

export const BALLAST_BYTES = 64 * 1024 * 1024;
/** From here down managers are warned. */
const FREE_WARNING_BYTES = 2 * 1024 ** 3;
const BLOCK_BYTES = 1024 * 1024;
const FSYNCS = 20;
const FSYNC_SLOW_MS = 20;
const FSYNC_LYING_MS = 0.05;

export interface StorageStatus {
  readonly freeBytes: number;
  readonly warning: boolean;
  /** `used`: the disk was full once and the reserve is gone until there is room again. */
  readonly ballast: 'kept' | 'used';
}

/** What the log needs to know of the disk under it. */
export interface Disk {
  status(): StorageStatus;
  /** Gives up the reserve so that the hall goes on; false when there is none left. */
  release(): boolean;
  /** Makes the reserve again once there is room. Call it now and then. */
  refill(): void;
}

/** A file that takes up room, so that removing it makes writing possible on a full disk. */
export class Ballast implements Disk {
  private readonly file: string;

  constructor(
    private readonly directory: string,
    private readonly bytes = BALLAST_BYTES,
  ) {
    this.file = join(directory, 'ballast');
    this.rescue();
    this.refill();
  }

  status(): StorageStatus {
    const freeBytes = freeBytesOf(this.directory);
    const ballast = existsSync(this.file) ? 'kept' : 'used';
    return { freeBytes, warning: freeBytes < FREE_WARNING_BYTES || ballast === 'used', ballast };
  }

  release(): boolean {
    if (!existsSync(this.file)) return false;
    rmSync(this.file);
    syncFile(this.directory);
    return true;
  }

  /** Twice its size must be free, so that the reserve itself never fills the disk. */
  refill(): void {
    if (existsSync(this.file) || freeBytesOf(this.directory) < 2 * this.bytes) return;
    const partial = `${this.file}.partial`;
    if (this.fill(partial)) renameSync(partial, this.file);
    else rmSync(partial);
    syncFile(this.directory);
  }

  /** False when the room was gone before the file had its size. */
  private fill(file: string): boolean {
    const handle = openSync(file, 'w', 0o600);
    // Random bytes: a file system that compresses would keep nothing in reserve for zeros.
    const block = randomBytes(Math.min(BLOCK_BYTES, this.bytes));
    try {
      for (let left = this.bytes; left > 0; left -= block.length) {
        writeSync(handle, block, 0, Math.min(left, block.length));
      }
      fsyncSync(handle);
      return fstatSync(handle).size === this.bytes;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
      throw error;
    } finally {
      closeSync(handle);
    }
  }

  /** A start on a full disk needs room before the log can even be opened. */
  private rescue(): void {
    rmSync(`${this.file}.partial`, { force: true });
    if (freeBytesOf(this.directory) < BLOCK_BYTES) this.release();
  }
}

const freeBytesOf = (directory: string): number => {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
};

export interface FsyncTiming {
  readonly p50Ms: number;
  /** `lying`: faster than a disk can be; it may lose what it says it has. */
  readonly verdict: 'good' | 'slow' | 'lying';
}

/** Times some flushes of a small file of its own. `monotonicMs` reads a steady clock. */
export const timeFsync = (directory: string, monotonicMs: () => number): FsyncTiming => {
  const file = join(directory, 'fsync-probe');
  const handle = openSync(file, 'w', 0o600);
  const took = Array.from({ length: FSYNCS }, (_, i) => {
    writeSync(handle, Buffer.alloc(512, i), 0, 512, 0);
    const from = monotonicMs();
    fsyncSync(handle);
    return monotonicMs() - from;
  }).sort((a, b) => a - b);
  closeSync(handle);
  rmSync(file);
  const p50Ms = took[FSYNCS / 2]!;
  const slow = p50Ms > FSYNC_SLOW_MS ? 'slow' : 'good';
  return { p50Ms, verdict: p50Ms < FSYNC_LYING_MS ? 'lying' : slow };
};

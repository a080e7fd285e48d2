import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** One thing that a process did to a file, as powerlog.c wrote it down. */
export interface Operation {
  readonly kind: 'C' | 'W' | 'T' | 'S' | 'U' | 'R';
  readonly path: string;
  readonly number: number;
  readonly data: Buffer;
}

const HEAD_BYTES = 15;
const SECTOR_BYTES = 512;

/** Everything that was done, in order. A record that was cut off at the end is left out. */
export const readHistory = (file: string): Operation[] => {
  const bytes = readFileSync(file);
  const operations: Operation[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const pathEnd = at + HEAD_BYTES + bytes.readUInt16LE(at + 1);
    const end = pathEnd + bytes.readUInt32LE(at + 3);
    if (end > bytes.length) break;
    operations.push({
      kind: String.fromCharCode(bytes[at]!) as Operation['kind'],
      path: bytes.toString('utf8', at + HEAD_BYTES, pathEnd),
      number: Number(bytes.readBigUInt64LE(at + 7)),
      data: bytes.subarray(pathEnd, end),
    });
    at = end;
  }
  return operations;
};

/** What a cut leaves of the writes that were not flushed. */
export const REMAINDERS = ['nothing', 'a beginning', 'a random part, torn'] as const;
export type Remainder = (typeof REMAINDERS)[number];

/**
 * A disk that has certainly only what was flushed. Files that are made, renamed or unlinked are so
 * at once: directories are not simulated.
 */
export class CutDisk {
  private readonly waiting = new Map<string, Operation[]>();

  constructor(
    private readonly directory: string,
    private readonly random: () => number,
  ) {}

  take(operation: Operation): void {
    const { kind, path } = operation;
    if (kind === 'W' || kind === 'T') {
      const list = this.waiting.get(path);
      if (list === undefined) this.waiting.set(path, [operation]);
      else list.push(operation);
      return;
    }
    if (kind !== 'C') this.flush(path);
    if (kind !== 'S') this.carryOut(operation);
  }

  /** The power goes: of each file's unflushed writes there remains this. */
  cut(remainder: Remainder): void {
    for (const list of this.waiting.values()) {
      if (remainder === 'a beginning') {
        const kept = Math.floor(this.random() * (list.length + 1));
        for (const operation of list.slice(0, kept)) this.carryOut(operation);
      }
      if (remainder !== 'a random part, torn') continue;
      for (const operation of list) {
        const chance = this.random();
        if (chance < 0.4) this.carryOut(operation);
        else if (chance < 0.6) this.tear(operation);
      }
    }
    this.waiting.clear();
  }

  private flush(path: string): void {
    for (const operation of this.waiting.get(path) ?? []) this.carryOut(operation);
    this.waiting.delete(path);
  }

  private carryOut({ kind, path, number, data }: Operation): void {
    const file = join(this.directory, path);
    if (kind === 'U') rmSync(file, { force: true });
    else if (kind === 'R') renameSync(file, join(this.directory, data.toString('utf8')));
    else {
      this.inFile(file, (handle) => {
        if (kind === 'W') writeSync(handle, data, 0, data.length, number);
        if (kind === 'T') ftruncateSync(handle, number);
      });
    }
  }

  /** Of one write each sector reaches the disk or does not. */
  private tear({ kind, path, number, data }: Operation): void {
    if (kind !== 'W') return;
    this.inFile(join(this.directory, path), (handle) => {
      for (let at = 0; at < data.length; at += SECTOR_BYTES) {
        const bytes = Math.min(SECTOR_BYTES, data.length - at);
        if (this.random() < 0.5) writeSync(handle, data, at, bytes, number + at);
      }
    });
  }

  private inFile(file: string, run: (handle: number) => void): void {
    mkdirSync(dirname(file), { recursive: true });
    const handle = openSync(file, existsSync(file) ? 'r+' : 'w+', 0o600);
    run(handle);
    closeSync(handle);
  }
}

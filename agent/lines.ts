import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import type { z } from 'zod';
import { FileRefused, syncFolder, writeWhole } from './files.js';

const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);

const lineOf = (entry: unknown): string => {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
};

/**
 * A file to which entries are added, one a line, each with its checksum. A last line that was not
 * written whole, as a power cut leaves it, is cut off; other damage is refused (`FileRefused`).
 */
export class Lines<T> {
  private fd: number;

  /** Opens or makes the file; `onFound` is told of each entry in it, oldest first. */
  constructor(
    private readonly file: string,
    private readonly schema: z.ZodType<T>,
    onFound: (entry: T) => void,
  ) {
    this.read(onFound);
    this.fd = this.open();
  }

  /** Returns when the entry is on the disk; throws if it is not, and nothing of it stays there. */
  append(entry: T): void {
    const { size } = fs.fstatSync(this.fd);
    try {
      fs.writeFileSync(this.fd, lineOf(entry));
      fs.fdatasyncSync(this.fd);
    } catch (fault) {
      fs.ftruncateSync(this.fd, size);
      throw fault;
    }
  }

  /** Only these entries are in the file from now on; whatever happens meanwhile, all are. */
  keep(entries: readonly T[]): void {
    writeWhole(this.file, entries.map(lineOf).join(''));
    this.close();
    this.fd = this.open();
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  private open(): number {
    const fd = fs.openSync(this.file, 'a', 0o600);
    fs.fsyncSync(fd);
    syncFolder(this.file);
    return fd;
  }

  private read(onFound: (entry: T) => void): void {
    if (!fs.existsSync(this.file)) return;
    const bytes = fs.readFileSync(this.file);
    for (let at = 0, line = 1; at < bytes.length; line += 1) {
      const end = bytes.indexOf(0x0a, at);
      const entry = end === -1 ? undefined : this.entryOf(bytes.toString('utf8', at, end));
      if (entry === undefined) {
        if (end !== -1 && end + 1 < bytes.length) {
          const damaged = `${this.file}: line ${line} is damaged`;
          throw new FileRefused(`${damaged}: move the file away to start without what it holds`);
        }
        fs.truncateSync(this.file, at);
        return;
      }
      onFound(entry);
      at = end + 1;
    }
  }

  private entryOf(line: string): T | undefined {
    const text = line.slice(9);
    if (line.slice(0, 9) !== `${checksum(text)} `) return undefined;
    return this.schema.parse(JSON.parse(text));
  }
}

import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PRINT_STATES } from '../../core/protocol/views.js';

const entrySchema = z.strictObject({
  jobId: z.string().min(1).max(120),
  state: z.enum(PRINT_STATES),
  /** How often its printing was started. */
  tries: z.number().int().min(0),
  at: z.number().int(),
});

/** What became of a job at a time; the last entry of a job holds. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** A line before the last is not as it was written. The message names file and line. */
export class JournalDamaged extends Error {
  readonly code = 'journal.damaged';
}

/** The newest jobs are kept, far more than a centre prints in a day; older ones are forgotten. */
export const JOBS_KEPT = 5_000;

/**
 * What the agent knows of its jobs, in a file that is written anew whenever it has two lines for
 * each job that it keeps: neither file nor memory grows for ever. `append` returns when the entry
 * is on the disk, and throws if it is not. A last line that was not written whole, as a power cut
 * leaves it, is cut off; other damage is refused.
 */
export class Journal {
  private readonly entries: Map<string, JournalEntry>;
  private lines: number;
  private fd: number;

  /** Opens or makes the file. Throws `JournalDamaged`, or what the file system throws. */
  constructor(
    private readonly file: string,
    private readonly jobsKept = JOBS_KEPT,
  ) {
    const { lines, entries } = readEntries(file);
    this.entries = entries;
    this.lines = lines;
    if (this.isLong) this.rewrite();
    this.fd = this.open();
  }

  /** The last entry of the job. */
  get(jobId: string): JournalEntry | undefined {
    return this.entries.get(jobId);
  }

  /** The last entry of each job, the one that was written first coming first. */
  all(): JournalEntry[] {
    return [...this.entries.values()];
  }

  append(entry: JournalEntry): void {
    fs.writeFileSync(this.fd, lineOf(entry));
    fs.fdatasyncSync(this.fd);
    this.lines += 1;
    this.entries.delete(entry.jobId);
    this.entries.set(entry.jobId, entry);
    if (!this.isLong) return;
    this.rewrite();
    fs.closeSync(this.fd);
    this.fd = this.open();
  }

  close(): void {
    fs.closeSync(this.fd);
  }

  private get isLong(): boolean {
    return this.lines > 2 * this.jobsKept;
  }

  private open(): number {
    const fd = fs.openSync(this.file, 'a');
    fs.fsyncSync(fd);
    syncFolder(this.file);
    return fd;
  }

  private rewrite(): void {
    const kept = this.all().slice(-this.jobsKept);
    const draft = `${this.file}.new`;
    const fd = fs.openSync(draft, 'w');
    fs.writeFileSync(fd, kept.map(lineOf).join(''));
    fs.fsyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(draft, this.file);
    this.lines = kept.length;
    this.entries.clear();
    for (const entry of kept) this.entries.set(entry.jobId, entry);
  }
}

const checksum = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 8);

const lineOf = (entry: JournalEntry): string => {
  const text = JSON.stringify(entry);
  return `${checksum(text)} ${text}\n`;
};

function readEntries(file: string): { lines: number; entries: Map<string, JournalEntry> } {
  const entries = new Map<string, JournalEntry>();
  if (!fs.existsSync(file)) return { lines: 0, entries };
  const bytes = fs.readFileSync(file);
  let lines = 0;
  for (let at = 0; at < bytes.length; lines += 1) {
    const end = bytes.indexOf(0x0a, at);
    const entry = end === -1 ? undefined : entryOf(bytes.toString('utf8', at, end));
    if (entry === undefined) {
      if (end !== -1 && end + 1 < bytes.length) {
        throw new JournalDamaged(`${file}: line ${lines + 1} is damaged`);
      }
      fs.truncateSync(file, at);
      break;
    }
    entries.delete(entry.jobId);
    entries.set(entry.jobId, entry);
    at = end + 1;
  }
  return { lines, entries };
}

function entryOf(line: string): JournalEntry | undefined {
  const text = line.slice(9);
  if (line.slice(0, 9) !== `${checksum(text)} `) return undefined;
  return entrySchema.parse(JSON.parse(text));
}

/** Makes the file's name as durable as its contents. */
function syncFolder(file: string): void {
  const fd = fs.openSync(dirname(file), 'r');
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

import { z } from 'zod';
import { PRINT_STATES } from '../../core/protocol/views.js';
import { Lines } from '../lines.js';

const entrySchema = z.strictObject({
  jobId: z.string().min(1).max(120),
  state: z.enum(PRINT_STATES),
  /** How often its printing was started. */
  tries: z.number().int().min(0),
  at: z.number().int(),
});

/** What became of a job at a time; the last entry of a job holds. */
export type JournalEntry = z.infer<typeof entrySchema>;

/** The newest jobs are kept, far more than a centre prints in a day; older ones are forgotten. */
export const JOBS_KEPT = 5_000;

/**
 * What the agent knows of its jobs, in a file that is written anew whenever it has two lines for
 * each job that it keeps: neither file nor memory grows for ever. `append` returns when the entry
 * is on the disk, and throws if it is not.
 */
export class Journal {
  private readonly entries = new Map<string, JournalEntry>();
  private readonly lines: Lines<JournalEntry>;
  private count = 0;

  /** Opens or makes the file. Throws `FileRefused`, or what the file system throws. */
  constructor(
    file: string,
    private readonly jobsKept = JOBS_KEPT,
  ) {
    this.lines = new Lines(file, entrySchema, (entry) => this.note(entry));
    this.shorten();
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
    this.lines.append(entry);
    this.note(entry);
    this.shorten();
  }

  close(): void {
    this.lines.close();
  }

  private note(entry: JournalEntry): void {
    this.count += 1;
    this.entries.delete(entry.jobId);
    this.entries.set(entry.jobId, entry);
  }

  private shorten(): void {
    if (this.count <= 2 * this.jobsKept) return;
    const kept = this.all().slice(-this.jobsKept);
    this.lines.keep(kept);
    this.count = 0;
    this.entries.clear();
    for (const entry of kept) this.note(entry);
  }
}

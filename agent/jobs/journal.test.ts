import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { FileRefused } from '../files.js';
import { Journal, JOBS_KEPT, type JournalEntry } from './journal.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-journal-'));
afterAll(() => rmSync(folder, { recursive: true }));

let count = 0;
let file = '';
beforeEach(() => {
  file = join(folder, `jobs-${(count += 1)}`);
});

const entry = (jobId: string, state: JournalEntry['state'], tries = 1): JournalEntry => ({
  jobId,
  state,
  tries,
  at: 1_000,
});

function written(entries: readonly JournalEntry[]): void {
  const journal = new Journal(file);
  for (const each of entries) journal.append(each);
  journal.close();
}

const read = (): JournalEntry[] => {
  const journal = new Journal(file);
  journal.close();
  return journal.all();
};

describe('the journal', () => {
  const sent = entry('s:1/1', 'sent');
  const done = entry('s:1/1', 'confirmed');
  const queued = entry('s:2/1', 'queued', 0);

  test('knows the last state of each job when it is opened again', () => {
    written([sent, queued, done]);
    expect(read()).toEqual([queued, done]);
  });

  test('cuts off a line that a power cut left torn, wherever it was torn', () => {
    written([sent, queued]);
    const whole = readFileSync(file);
    const first = whole.indexOf(0x0a) + 1;
    for (let length = first; length < whole.length; length += 1) {
      writeFileSync(file, whole.subarray(0, length));
      expect(read()).toEqual([sent]);
      expect(statSync(file).size).toBe(first);
    }
  });

  test('cuts off a last line of other bytes: blocks that never reached the disk', () => {
    written([sent]);
    appendFileSync(file, `${'\0'.repeat(80)}\n`);
    expect(read()).toEqual([sent]);
    written([done]);
    expect(read()).toEqual([done]);
  });

  test('refuses damage before the last line, by file and line', () => {
    written([sent, done, queued]);
    const text = readFileSync(file, 'utf8').replace('confirmed', 'confirmes');
    writeFileSync(file, text);
    expect(() => new Journal(file)).toThrow(FileRefused);
    expect(() => new Journal(file)).toThrow(`${file}: line 2`);
  });

  test('does not grow for ever, and keeps the newest jobs', () => {
    written([sent]);
    const line = readFileSync(file, 'utf8');
    writeFileSync(file, line.repeat(2 * JOBS_KEPT + 1));
    expect(read()).toEqual([sent]);
    expect(readFileSync(file, 'utf8')).toBe(line);
  });

  test('does not grow for ever while it is open, and keeps the newest jobs', () => {
    const [kept, printed] = [4, 14];
    const journal = new Journal(file, kept);
    const jobs = Array.from({ length: printed }, (_, n) => `s:${n}/0`);
    for (const jobId of jobs) {
      for (const state of ['queued', 'sending', 'sent', 'confirmed'] as const) {
        journal.append(entry(jobId, state));
        const lines = readFileSync(file, 'utf8').split('\n').length - 1;
        expect(lines).toBeLessThanOrEqual(2 * kept);
        expect(journal.all().length).toBeLessThanOrEqual(2 * kept);
      }
      expect(journal.get(jobId)?.state).toBe('confirmed');
    }
    expect(journal.get(jobs[0]!)).toBeUndefined();
    const newest = journal.all();
    expect(newest.slice(-kept).map(({ jobId }) => jobId)).toEqual(jobs.slice(-kept));
    journal.close();
    expect(read()).toEqual(newest);
  });
});

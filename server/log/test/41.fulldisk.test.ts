import { spawnSync } from 'node:child_process';
import { writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LoggedHall, numbersIn, scratch, takeTicket } from '../../../tests/fixtures/log.js';
import type { Disk } from '../disk.js';
import { verify } from '../verify.js';

const KIB = 1024;

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

/** Takes tickets until one is refused; how many were given. */
const fill = async (hall: LoggedHall, most = 5000): Promise<number> => {
  for (let taken = 0; taken < most; taken++) {
    const answer = await hall.ask(takeTicket);
    if ('refused' in answer) {
      expect(answer).toEqual({ refused: 'storage.failed' });
      return taken;
    }
  }
  throw new Error(`the disk was not full after ${most} tickets`);
};

/** A stand-in that needs no rights: the file may have so many pages, and more when released. */
const pagedDisk = (pages: number): Disk & { hall?: LoggedHall; released: boolean } => ({
  released: false,
  status: () => ({ freeBytes: 0, warning: true, ballast: 'used' }),
  refill: () => undefined,
  release(): boolean {
    if (this.released) return false;
    this.released = true;
    this.hall!.log.database.pragma(`max_page_count = ${pages}`);
    return true;
  },
});

test('a full disk costs the reserve, not a ticket; then it says so, and heals', async () => {
  const disk = pagedDisk(120);
  const hall = await new LoggedHall({ directory: folder.path, disk }).open();
  disk.hall = hall;
  const size = hall.log.database.pragma('page_count', { simple: true }) as number;
  hall.log.database.pragma(`max_page_count = ${size + 2}`);
  const given = await fill(hall);
  expect(disk.released).toBe(true);
  expect(numbersIn(hall.log).length).toBe(given);
  expect(hall.fatal).toEqual([]);
  hall.log.database.pragma('max_page_count = 4294967294');
  await hall.done(takeTicket);
  expect(numbersIn(hall.log)).toEqual(Array.from({ length: given + 1 }, (_, i) => i + 1));
  expect(verify(hall.log.database).problems).toEqual([]);
  hall.close();
});

/** A small file system of its own, where this machine allows it. */
const mounted = (path: string, bytes: number): boolean =>
  spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]).status === 0;

test('on a small file system of its own', async (context) => {
  const isMounted = mounted(folder.path, 6 * KIB * KIB);
  // Mounting needs rights; the stand-in above has shown the same without a disk.
  if (!isMounted) return context.skip('mounting a small file system is not allowed here');
  try {
    const options = { directory: folder.path, ballastBytes: 512 * KIB };
    const hall = await new LoggedHall(options).open();
    expect(hall.log.disk.status().ballast).toBe('kept');
    const filler = join(folder.path, 'filler');
    const { freeBytes } = hall.log.disk.status();
    writeFileSync(filler, Buffer.alloc(freeBytes - 64 * KIB, 1));
    const given = await fill(hall);
    expect(hall.log.disk.status().ballast).toBe('used');
    expect(given).toBeGreaterThan(0);
    expect(numbersIn(hall.log).length).toBe(given);
    expect(hall.fatal).toEqual([]);
    hall.log.database.prepare('SELECT count(*) FROM event').get();
    rmSync(filler);
    await hall.done(takeTicket);
    hall.log.disk.refill();
    expect(hall.log.disk.status().ballast).toBe('kept');
    expect(verify(hall.log.database).problems).toEqual([]);
    hall.close();
    const again = new LoggedHall(options);
    expect(numbersIn(again.log).length).toBe(given + 1);
    again.close();
  } finally {
    spawnSync('umount', [folder.path]);
  }
});

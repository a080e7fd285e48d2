import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, afterAll, expect, test } from 'vitest';
import { machineTimers } from '../../node/time.js';
import { programOf } from '../../node/place.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { scratch } from '../fixtures/log.js';
import { confirmedIn, lostOf } from './kept.js';
import { newStore } from './template.js';
import { wholeness } from './wholeness.js';

const KEEPER = programOf('tests/upstream/keeper.js');
const SOURCE = fileURLToPath(new URL('failing.c', import.meta.url));

const open = (path: string) =>
  openEmbedded(path, machineTimers, (fault) => {
    throw fault;
  });

/** A keeper on a disk that fails as it is told to. */
class Keeper {
  readonly folder = scratch();
  readonly store = join(this.folder.path, 'store');
  private readonly how = join(this.folder.path, 'how');
  private child!: ChildProcess;
  text = '';
  words = '';

  /** `below`: the part of the store that lies on the failing disk. */
  start(below = ''): void {
    if (!existsSync(this.store)) cpSync(join(made.path, 'store'), this.store, { recursive: true });
    this.disk('');
    this.child = spawn(process.execPath, [KEEPER, this.store, '-', '100000', 'durable'], {
      env: {
        ...process.env,
        LD_PRELOAD: failing(),
        FAILING_BELOW: realpathSync(join(this.store, below)),
        FAILING_HOW: this.how,
      },
    });
    this.child.stdout?.on('data', (bytes: Buffer) => (this.text += bytes.toString()));
    this.child.stderr?.on('data', (bytes: Buffer) => (this.words += bytes.toString()));
  }

  disk(how: '' | 'full' | 'sync'): void {
    writeFileSync(this.how, how);
  }

  get confirmed(): string[] {
    return confirmedIn(this.text);
  }

  /** Until it has told so much more, or has ended. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo() && this.child.exitCode === null) await once(this.child.stdout!, 'data');
  }

  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      await once(this.child, 'close');
    }
    return this.child.exitCode;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended();
  }

  /** Opens what is left, and looks whether all that was confirmed is there. */
  async expectKept(): Promise<void> {
    const database = await open(this.store);
    const { problems, hashes } = await wholeness(database);
    await database.close();
    expect([...problems, ...lostOf(this.confirmed, hashes)]).toEqual([]);
  }
}

let keeper: Keeper;
let made: ReturnType<typeof scratch>;
const failing = (): string => join(made.path, 'failing.so');
beforeAll(async () => {
  made = scratch();
  const flags = ['-shared', '-fPIC', '-O2', '-Wall', '-o', failing(), SOURCE, '-ldl'];
  expect(spawnSync('cc', flags).status, 'a C compiler').toBe(0);
  await newStore(join(made.path, 'store'));
  const database = await open(join(made.path, 'store'));
  await migrate(database);
  await database.close();
});
afterAll(() => made.remove());
afterEach(async () => {
  await keeper.kill();
  keeper.folder.remove();
});

test('a full disk refuses posts, and they are kept when there is room again', async () => {
  keeper = new Keeper();
  keeper.start();
  await keeper.until(() => keeper.confirmed.length > 20);
  keeper.disk('full');
  await keeper.until(() => keeper.text.includes('fault 53100'));
  keeper.disk('');
  const before = keeper.confirmed.length;
  await keeper.until(() => keeper.confirmed.length > before + 20);
  expect(keeper.confirmed.length).toBeGreaterThan(before + 20);
  await keeper.kill();
  await keeper.expectKept();
});

test('where the write-ahead log finds no room, the program ends and starts again', async () => {
  keeper = new Keeper();
  keeper.start('cluster/pg_wal');
  await keeper.until(() => keeper.confirmed.length > 20);
  keeper.disk('full');
  expect(await keeper.ended()).toBe(70);
  expect(keeper.words).toContain('No space left on device');
  await keeper.expectKept();
});

test('after a flush that failed nothing is confirmed any more: the program ends', async () => {
  keeper = new Keeper();
  keeper.start();
  await keeper.until(() => keeper.confirmed.length > 20);
  keeper.disk('sync');
  expect(await keeper.ended()).toBe(70);
  expect(keeper.words).toContain('has broken off: a flush failed: EIO');
  await keeper.expectKept();
});

test('a folder is for one process, and free again when that was killed', async () => {
  keeper = new Keeper();
  keeper.start();
  await keeper.until(() => keeper.confirmed.length > 0);
  await expect(open(keeper.store)).rejects.toMatchObject({
    code: 'store.inUse',
    message: `${keeper.store} is used by another process: stop that program first.`,
  });
  await keeper.kill();
  // A cut of power in its first moments leaves the database's own lock empty.
  writeFileSync(join(keeper.store, 'cluster', 'postmaster.pid'), '');
  await keeper.expectKept();
});

test('a table that is written anew again and again does not grow for ever', async () => {
  const folder = scratch();
  cpSync(join(made.path, 'store'), folder.path, { recursive: true });
  const chores: (() => void)[] = [];
  const every = (_: number, run: () => void) => {
    chores.push(run);
    return () => undefined;
  };
  const database = await openEmbedded(folder.path, { every }, (fault) => {
    throw fault;
  });
  const size = async (): Promise<number> => {
    await database.query('UPDATE written SET n = n + 1');
    for (const chore of chores) chore();
    const [row] = await database.query<{ bytes: number }>(
      `SELECT pg_relation_size('written') AS bytes`,
    );
    return row!.bytes;
  };
  await database.query('CREATE TABLE written AS SELECT n FROM generate_series(1, 2000) AS n');
  const first = await size();
  await size();
  expect(await size()).toBeLessThan(1.5 * first);
  await database.close();
  folder.remove();
});

test.each([
  [
    'store.version',
    'PostgreSQL 17',
    (cluster: string) => writeFileSync(cluster + '/PG_VERSION', '17\n'),
  ],
  ['store.damaged', 'PG_VERSION', (cluster: string) => rmSync(cluster + '/PG_VERSION')],
  ['store.damaged', 'PANIC', (cluster: string) => rmSync(cluster + '/global/pg_control')],
  ['store.damaged', 'FATAL', (cluster: string) => rmSync(cluster + '/base/5', { recursive: true })],
])('a store that cannot be read is refused as %s: %s', async (code, words, damage) => {
  keeper = new Keeper();
  keeper.start();
  await keeper.until(() => keeper.text.includes('open'));
  await keeper.kill();
  damage(join(keeper.store, 'cluster'));
  const refused = open(keeper.store);
  await expect(refused).rejects.toMatchObject({ code });
  await expect(refused).rejects.toThrow(words);
});

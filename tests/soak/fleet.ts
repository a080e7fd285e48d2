import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../fixtures/log.js';
import { OPENING, seeded } from '../fixtures/randomday.js';
import { Disk } from './disks.js';
import { Line } from './line.js';
import { CentreProcess } from './process.js';
import type { SoakOptions } from './report.js';
import { pause, type Above } from './stores.js';

const STEPS_MAX = 40;
export const PAUSE_MS = 25;

/** Centres, a line on which anything may happen, and what takes their logs in. */
export class Fleet {
  readonly folder = scratch();
  readonly problems = new Set<string>();
  readonly line: Line;
  protected readonly random;
  protected readonly root = realpathSync(this.folder.path);
  protected centres: readonly CentreProcess[] = [];
  protected readonly disks: Disk[] = [];
  protected above!: Above;
  /** What was confirmed before a restore of the store counts no more. */
  protected restores = 0;

  constructor(protected readonly options: SoakOptions) {
    const random = seeded(options.seed);
    this.random = random;
    const receivers = () => this.above.receivers;
    const look = () => this.look();
    this.line = new Line({ random, receivers, bug: options.bug, look, at: OPENING });
  }

  async close(): Promise<void> {
    for (const centre of this.centres) await centre.kill();
    await this.above.close();
    this.line.close();
    this.folder.remove();
  }

  protected centre(centreId: string, directory = join(this.root, centreId)): CentreProcess {
    mkdirSync(directory, { recursive: true });
    const disk = new Disk(this.root, centreId);
    this.disks.push(disk);
    return new CentreProcess(centreId, directory, disk);
  }

  protected start(centre: CentreProcess, standby = ''): Promise<void> {
    const seed = Math.floor(this.random() * 2 ** 31);
    return centre.start({ line: this.line.url, seed, at: this.line.now, standby });
  }

  protected pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  protected shuffled<T>(items: readonly T[]): T[] {
    const keyed = items.map((item) => ({ item, key: this.random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
  }

  protected async work(centre: CentreProcess, most = STEPS_MAX): Promise<void> {
    const worked = await centre.work(Math.ceil(this.random() * most), this.line.now);
    if (worked !== undefined) this.line.now = Math.max(this.line.now, worked.at);
  }

  protected async step(): Promise<void> {
    await Promise.all(this.centres.map((centre) => this.work(centre)));
    await this.line.deliver();
    await pause(PAUSE_MS);
    await this.look();
  }

  protected async backUp(): Promise<void> {
    for (const centre of this.centres) await centre.backUp(this.backupOf(centre));
    if (this.options.disasters.includes('storeRestored')) {
      await this.above.backUp(() => this.line.storeSaved());
    }
  }

  protected backupOf = ({ centreId }: CentreProcess): string =>
    join(this.root, `${centreId}.backup`);

  /** What must be true at every moment. */
  protected async look(): Promise<void> {
    const { restores, line } = this;
    const confirmed = new Map(line.confirmed);
    const stored = await this.above.state();
    if (stored !== undefined && restores === this.restores) {
      for (const { centreId, stream, seq, whole } of stored) {
        const last = `${centreId} ${stream}:${seq}`;
        if (whole === null) this.problems.add(`${last} is not there`);
        if (whole === false) this.problems.add(`${last} ends within a request`);
      }
      const there = new Map(
        stored.map(({ centreId, stream, seq }) => [`${centreId} ${stream}`, seq]),
      );
      for (const [key, seq] of confirmed) {
        if ((there.get(key) ?? 0) >= seq) continue;
        this.problems.add(`${key} was told that ${seq} events are stored: ${there.get(key)}`);
      }
    }
    for (const { faults } of this.centres) for (const words of faults) this.problems.add(words);
    for (const { failed } of this.above.receivers)
      for (const words of failed) this.problems.add(words);
  }
}

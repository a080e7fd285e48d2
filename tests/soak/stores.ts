import { cpSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { machineTimers } from '../../node/time.js';
import { newStore } from '../upstream/template.js';
import { PostgresServer } from '../upstream/postgres.js';
import type { Bug } from './bugs.js';
import { Disk } from './disks.js';
import { NoAnswer, Receiver, type StoredStream } from './receivers.js';
import type { SoakOptions } from './report.js';

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void machineTimers.after(ms, () => resolve()));

/** A store with its receivers: one process, or a database with two of them. */
export class Above {
  receivers: readonly Receiver[] = [];
  private address = '';

  private constructor(
    private readonly folder: string,
    private readonly server: PostgresServer | undefined,
    readonly disk: Disk,
  ) {}

  static async open(
    folder: string,
    { kind, bug }: { readonly kind: SoakOptions['kind']; readonly bug: Bug | undefined },
  ): Promise<Above> {
    const server = kind === 'postgresql' ? await PostgresServer.make() : undefined;
    // The server runs as another user, who must be able to read how its disk is.
    const above = new Above(folder, server, new Disk(server?.folder ?? folder, 'above'));
    await above.make(bug);
    return above;
  }

  private async make(bug: Bug | undefined): Promise<void> {
    const { server, folder, disk } = this;
    if (server === undefined) {
      this.address = join(folder, 'store');
      await newStore(this.address);
      // Without its write-ahead log: a program that finds no room for that ends, and starts again.
      const env = disk.env(join(realpathSync(this.address), 'cluster', 'base'));
      this.receivers = [new Receiver(this.address, bug, env)];
    } else {
      this.address = await server.database('dawr');
      await server.stop('orderly');
      server.env = disk.env(join(realpathSync(server.cluster), 'base'));
      await server.start();
      this.receivers = [new Receiver(this.address, bug), new Receiver(this.address, bug)];
    }
    for (const receiver of this.receivers) await receiver.start();
  }

  /** A folder, or the address of a database. */
  get store(): string {
    return this.address;
  }

  async crash(): Promise<void> {
    await this.server!.stop('crash');
    await pause(25);
    await this.server!.start();
  }

  private get files(): string {
    return this.server?.cluster ?? this.address;
  }

  /** Nobody writes to the store's files meanwhile. */
  async aside(work: () => Promise<void> | void): Promise<void> {
    for (const receiver of this.receivers) await receiver.kill();
    await this.server?.stop('orderly');
    await work();
    await this.server?.start();
    for (const receiver of this.receivers) await receiver.start();
  }

  /** Nobody but `work` uses the store meanwhile. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    for (const receiver of this.receivers) await receiver.kill();
    const result = await work();
    for (const receiver of this.receivers) await receiver.start();
    return result;
  }

  /** `saved` is called while nobody is answered. */
  backUp(saved: () => void): Promise<void> {
    return this.aside(() => {
      this.copy(this.files, join(this.folder, 'backup'));
      saved();
    });
  }

  restore(forgotten: () => void): Promise<void> {
    return this.aside(() => {
      this.copy(join(this.folder, 'backup'), this.files);
      forgotten();
    });
  }

  private copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
    this.server?.own(to);
  }

  async state(): Promise<StoredStream[] | undefined> {
    try {
      return await this.receivers[0]!.state();
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const receiver of this.receivers) await receiver.kill();
    await this.server?.remove();
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Queries } from '../../../upstream/store/database.js';
import { Child } from '../../bench/child.js';
import type { PostgresServer } from '../../upstream/postgres.js';
import { enrolledOf } from './fleet.js';
import type { Opening, Used } from './receiving.js';

/** A data centre in a process of its own. */
export class Receiver {
  private constructor(
    private readonly child: Child,
    readonly url: string,
  ) {}

  static async open(opening: Opening): Promise<Receiver> {
    const child = await Child.start('../fleet/stages/receiving');
    return new Receiver(child, await child.tell<string>('open', opening));
  }

  /** Its store, asked in its process. */
  get queries(): Queries {
    return { query: (sql: string) => this.child.tell('query', sql) };
  }

  enrol(centres: readonly string[]): Promise<void> {
    return this.child.tell('enrol', enrolledOf(centres));
  }

  /** A one-time code for a centre that enrols itself. */
  code(centreId: string): Promise<string> {
    return this.child.tell('code', centreId);
  }

  mark(): Promise<void> {
    return this.child.tell('mark');
  }

  used(): Promise<Used> {
    return this.child.tell('used');
  }

  facts(): Promise<number> {
    return this.child.tell('facts');
  }

  async close(): Promise<void> {
    await this.child.tell('close');
    await this.child.stop();
  }
}

const TICK_MS = 10;

/** Field of `/proc/PID/stat` by its number in proc(5). */
const statOf = (pid: string): readonly string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return ['', '', '', ...text.slice(text.lastIndexOf(')') + 2).split(' ')];
};

/**
 * Time that the processes of a server have used up, with those that have ended; `NaN` where the
 * system has no `/proc`.
 */
export const serverCpuMs = ({ cluster }: PostgresServer): number => {
  let ticks = 0;
  try {
    const [server = ''] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const own = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    for (const pid of own) {
      const fields = pid === server || isChild(pid, server) ? statOf(pid) : [];
      const used = pid === server ? [14, 15, 16, 17] : [14, 15];
      for (const field of used) ticks += Number(fields[field] ?? 0);
    }
    return ticks * TICK_MS;
  } catch {
    // No such files here: the figure is left out.
    return Number.NaN;
  }
};

const isChild = (pid: string, parent: string): boolean => {
  try {
    return statOf(pid)[4] === parent;
  } catch {
    // It has ended meanwhile.
    return false;
  }
};

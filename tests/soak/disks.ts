import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../../node/place.js';

const SOURCE = join(PROJECT, 'tests', 'upstream', 'failing.c');

/** A disk below a folder that can be full: for processes started with `env`. */
export class Disk {
  private readonly how: string;
  private readonly library: string;

  /** `beside` is where its own two files lie. Throws where there is no C compiler. */
  constructor(
    beside: string,
    readonly name: string,
  ) {
    this.how = join(beside, `${name}.how`);
    this.library = join(beside, 'failing.so');
    this.full(false);
    if (existsSync(this.library)) return;
    const flags = ['-shared', '-fPIC', '-O2', '-o', this.library, SOURCE, '-ldl'];
    if (spawnSync('cc', flags).status !== 0) throw new Error('there is no C compiler');
  }

  full(is: boolean): void {
    writeFileSync(this.how, is ? 'full' : '');
  }

  /** `below` is absolute and without links. */
  env(below: string): Record<string, string> {
    return { LD_PRELOAD: this.library, FAILING_BELOW: below, FAILING_HOW: this.how };
  }
}

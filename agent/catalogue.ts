import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSchema, type Configuration } from '../core/configuration.js';
import type { Clock } from './clock.js';
import { AGAIN_MS } from './enrol.js';
import type { Fetched } from './fetched.js';
import { writeWhole } from './files.js';

export interface CatalogueParts {
  /** The agent's folder. */
  readonly data: string;
  readonly clock: Clock;
  readonly fetched: Fetched;
  say(line: string): void;
  /** The disk does not keep it, or there is a bug. */
  readonly onFault: (fault: unknown) => void;
  /** Told of the configuration that holds from now on; at the start, of the one kept. */
  onChange(configuration: Configuration): void;
}

const PATH = (hash: string): string => `/configuration/${hash}.json`;

/** The centre's configuration, as the server has it; kept, so that it is known without a server. */
export class Catalogue {
  private readonly file: string;
  /** What the server named last, and what is held. */
  private wanted = '';
  private held = '';

  constructor(private readonly parts: CatalogueParts) {
    const { data } = parts;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    this.file = join(data, 'configuration.json');
    const body = keptBody(this.file);
    if (body !== undefined) this.hold(body);
  }

  /** The server's configuration has this hash. */
  see(hash: string): void {
    if (hash === this.wanted) return;
    this.wanted = hash;
    if (hash !== this.held) this.bring(hash);
  }

  private bring(hash: string): void {
    this.download(hash)
      .then(
        (body) => {
          if (hash !== this.wanted) return;
          if (this.hold(body)) return writeWhole(this.file, body);
          this.again(hash, 'cannot be read');
        },
        (fault: unknown) => this.again(hash, fault instanceof Error ? fault.message : `${fault}`),
      )
      .catch(this.parts.onFault);
  }

  private again(hash: string, why: string): void {
    this.parts.say(`the configuration cannot be brought, papers stay as they are: ${why}`);
    this.parts.clock.after(AGAIN_MS, () => {
      if (hash === this.wanted && hash !== this.held) this.bring(hash);
    });
  }

  private async download(hash: string): Promise<string> {
    const body = await this.parts.fetched(PATH(hash));
    if (hashOf(body) !== hash) throw new Error('it is not the one that was asked for');
    return body;
  }

  /** False if it is no configuration that this version reads. */
  private hold(body: string): boolean {
    const parsed = configurationSchema.safeParse(JSON.parse(body));
    if (!parsed.success) return false;
    this.held = hashOf(body);
    this.parts.onChange(parsed.data);
    return true;
  }
}

const hashOf = (body: string): string => createHash('sha256').update(body).digest('hex');

const keptBody = (file: string): string | undefined => {
  try {
    const body = readFileSync(file, 'utf8');
    JSON.parse(body);
    return body;
  } catch {
    // Not brought yet, or damaged: the server has it.
    return undefined;
  }
};

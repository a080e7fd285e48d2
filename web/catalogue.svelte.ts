import type { ClassConfig, Configuration, ServiceConfig } from '../core/configuration.js';
import { assertAway, get, pause } from './api.js';

type Sector = Configuration['sectors'][number];
type Category = Configuration['categories'][number];
type Counter = Configuration['counters'][number];
type Zone = Configuration['zones'][number];
type Profile = Configuration['profiles'][number];

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 10_000;

const byId = <T extends { readonly id: string }>(items: readonly T[] = []): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));

/** The centre's configuration under the hash that the newest view names. */
export class Catalogue {
  configuration = $state.raw<Configuration | null>(null);
  #wanted = '';
  readonly #sectors = $derived(byId(this.configuration?.sectors));
  readonly #categories = $derived(byId(this.configuration?.categories));
  readonly #services = $derived(byId(this.configuration?.services));
  readonly #counters = $derived(byId(this.configuration?.counters));
  readonly #zones = $derived(byId(this.configuration?.zones));
  readonly #profiles = $derived(byId(this.configuration?.profiles));
  readonly #classes = $derived(byId(this.configuration?.classes));
  readonly #load: (hash: string) => Promise<Configuration>;
  readonly #arrived: (configuration: Configuration) => void;

  constructor(
    arrived: (configuration: Configuration) => void = () => undefined,
    load = (hash: string) => get<Configuration>(`/configuration/${hash}.json`),
  ) {
    this.#arrived = arrived;
    this.#load = load;
  }

  /** Loads the configuration of this hash unless it is there; asks again until it comes. */
  async follow(hash: string): Promise<void> {
    if (hash === this.#wanted) return;
    this.#wanted = hash;
    const configuration = await this.#fetched(hash);
    if (configuration === null) return;
    this.configuration = configuration;
    this.#arrived(configuration);
  }

  /** Asks until the server answers; `null` once another hash is wanted. */
  async #fetched(hash: string): Promise<Configuration | null> {
    for (let waitMs = RETRY_FIRST_MS; this.#wanted === hash;) {
      try {
        const configuration = await this.#load(hash);
        return this.#wanted === hash ? configuration : null;
      } catch (fault) {
        // The server is away or restarting; the screen keeps what it has until it answers.
        assertAway(fault);
        await pause(waitMs);
        waitMs = Math.min(waitMs * 2, RETRY_MAX_MS);
      }
    }
    return null;
  }

  sector(id: string): Sector | undefined {
    return this.#sectors.get(id);
  }
  category(id: string): Category | undefined {
    return this.#categories.get(id);
  }
  service(id: string): ServiceConfig | undefined {
    return this.#services.get(id);
  }
  counter(id: string): Counter | undefined {
    return this.#counters.get(id);
  }
  zone(id: string): Zone | undefined {
    return this.#zones.get(id);
  }
  profile(id: string): Profile | undefined {
    return this.#profiles.get(id);
  }
  class(id: string): ClassConfig | undefined {
    return this.#classes.get(id);
  }
}

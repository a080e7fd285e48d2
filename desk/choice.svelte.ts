import type { Configuration } from '../core/configuration.js';
import type { DeskView } from '../core/protocol/views.js';

type Kept = Pick<Storage, 'getItem' | 'setItem'>;

/** Which counter a clerk opens, for which services; the last choice of the desk stands first. */
export class Choice {
  readonly #given: () => { readonly view: DeskView; readonly configuration: Configuration };
  readonly deviceId: string;
  readonly #kept: Kept;
  #wanted = $state.raw({ counterId: '', profileId: '' });

  readonly #states = $derived.by(
    () => new Map(this.#given().view.counters.map((counter) => [counter.counterId, counter])),
  );
  readonly #fixed = $derived.by(
    () => this.#given().configuration.desks.find(({ id }) => id === this.deviceId)?.counter ?? null,
  );
  /** All of the centre, or the desk's own. */
  readonly counters = $derived.by(() =>
    this.#given().configuration.counters.filter(
      ({ id }) => this.#fixed === null || id === this.#fixed,
    ),
  );
  readonly free = $derived(this.counters.filter(({ id }) => this.clerkAt(id) === null));
  readonly counter = $derived(
    this.free.find(({ id }) => id === this.#wanted.counterId) ?? this.free[0],
  );
  readonly profiles = $derived.by(() =>
    this.#given().configuration.profiles.filter(({ id }) => this.counter?.profiles.includes(id)),
  );
  readonly profile = $derived(
    this.profiles.find(({ id }) => id === this.#wanted.profileId) ?? this.profiles[0],
  );

  constructor(
    given: () => { readonly view: DeskView; readonly configuration: Configuration },
    deviceId: string,
    kept: Kept,
  ) {
    this.#given = given;
    this.deviceId = deviceId;
    this.#kept = kept;
    const [counterId = '', profileId = ''] = (kept.getItem(this.#key) ?? '').split(' ');
    this.#wanted = { counterId, profileId };
  }

  /** The name of who has a counter open; `null` if nobody. */
  clerkAt(counterId: string): string | null {
    const counter = this.#states.get(counterId);
    return counter === undefined || counter.state === 'closed' ? null : (counter.clerk?.name ?? '');
  }

  want(choice: { readonly counterId?: string; readonly profileId?: string }): void {
    this.#wanted = { ...this.#wanted, ...choice };
    this.#kept.setItem(this.#key, `${this.#wanted.counterId} ${this.#wanted.profileId}`);
  }

  get #key(): string {
    return `dawr-counter-${this.deviceId}`;
  }
}

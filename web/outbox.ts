import type { Answer, Ask } from '../core/protocol/wire.js';

export const UNANSWERED = 'request.unanswered';
/** The server's answer, or that none has come yet: whether it was done is not known. */
export type Outcome = Answer | { readonly refused: typeof UNANSWERED };

type Store = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Asks that have no answer yet, oldest first. They outlive a reload of the page as far as the
 * browser lets them; a browser that stores nothing keeps them until the page goes.
 */
export class Outbox<C> {
  readonly #store: Store;
  readonly #key: string;
  #asks: Ask<C>[];

  constructor(store: Store, key: string) {
    this.#store = store;
    this.#key = key;
    this.#asks = parseAsks<C>(read(store, key));
  }

  get all(): readonly Ask<C>[] {
    return this.#asks;
  }

  has(requestId: string): boolean {
    return this.#asks.some((ask) => ask.requestId === requestId);
  }

  add(ask: Ask<C>): void {
    this.#keep([...this.#asks, ask]);
  }

  remove(requestId: string): void {
    this.#keep(this.#asks.filter((ask) => ask.requestId !== requestId));
  }

  #keep(asks: Ask<C>[]): void {
    this.#asks = asks;
    try {
      this.#store.setItem(this.#key, JSON.stringify(asks));
    } catch {
      // Private windows of old browsers refuse to store; the memory still holds them.
    }
  }
}

const read = (store: Store, key: string): string | null => {
  try {
    return store.getItem(key);
  } catch {
    return null;
  }
};

const parseAsks = <C>(text: string | null): Ask<C>[] => {
  if (text === null) return [];
  try {
    const asks: unknown = JSON.parse(text);
    return Array.isArray(asks) ? (asks as Ask<C>[]) : [];
  } catch {
    return [];
  }
};

/** 128 random bits, 32 hex digits. */
export const makeRequestId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

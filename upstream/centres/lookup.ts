/**
 * Asks for things by their ids, one question at a time: ids that come while one is asked share the
 * next. However many strangers come, the store is asked no more often than it answers.
 */
export class Lookup<Found> {
  private next: { readonly ids: Set<string>; readonly found: Promise<Answers<Found>> } | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly ask: (ids: readonly string[]) => Promise<Answers<Found>>) {}

  /** As it is now or later; `undefined` where there is none. Rejects as the question does. */
  async of(id: string): Promise<Found | undefined> {
    const next = (this.next ??= this.begun());
    next.ids.add(id);
    return (await next.found).get(id);
  }

  private begun() {
    const ids = new Set<string>();
    const found = this.last.then(() => {
      this.next = undefined;
      return this.ask([...ids]);
    });
    this.last = found.catch(() => undefined);
    return { ids, found };
  }
}

type Answers<Found> = ReadonlyMap<string, Found>;

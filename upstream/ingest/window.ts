import type { CheckedRow, Held } from '../../chain/check.js';
import { heldOf, keyOf, type Cursor, type Fresh, type Moved, type Point } from './rows.js';

/** A stream that is stored, or that posts of this window have begun. */
interface Standing {
  readonly centreId: string;
  readonly stream: string;
  readonly ordinal: number;
  /** The event after which it says to go on. */
  readonly follows: Point | null;
}

const standingOf = (cursor: Cursor): Standing => ({
  ...{ centreId: cursor.centre_id, stream: cursor.stream, ordinal: cursor.ordinal },
  follows:
    cursor.follows === null || cursor.follows === ''
      ? null
      : { stream: cursor.follows, seq: cursor.follows_seq ?? 0 },
});

/**
 * What is stored of some centres with what the posts of one transaction bring, in the order in
 * which they come: each is judged against all before it.
 */
export class Window {
  readonly fresh: Fresh[] = [];
  /** By centre and stream. */
  private readonly standings = new Map<string, Map<string, Standing>>();
  private readonly helds = new Map<string, Held>();

  constructor(private readonly cursors: ReadonlyMap<string, Cursor>) {
    for (const cursor of cursors.values()) this.stand(standingOf(cursor));
  }

  held(centreId: string, stream: string): Held {
    const key = keyOf(centreId, stream);
    return this.helds.get(key) ?? heldOf(stream, this.cursors.get(key));
  }

  /** Takes in what a post brought; `follows` is for one that begins a stream. */
  take(
    { centreId, stream }: Pick<Standing, 'centreId' | 'stream'>,
    { rows, held }: { readonly rows: readonly CheckedRow[]; readonly held: Held },
    follows: Point | null,
  ): void {
    if (held.seq === this.held(centreId, stream).seq) return;
    if (this.standing(centreId, stream) === undefined) {
      this.stand({ centreId, stream, ordinal: this.newest(centreId) + 1, follows });
    }
    this.helds.set(keyOf(centreId, stream), held);
    if (rows.length > 0) this.fresh.push({ centreId, rows });
  }

  /** Ordinal of the newest stream of a centre; 0 where it has none. */
  newest(centreId: string): number {
    return Math.max(0, ...this.streamsOf(centreId).map(({ ordinal }) => ordinal));
  }

  /** A later stream of the centre is there. */
  isSuperseded(centreId: string, stream: string): boolean {
    const own = this.standing(centreId, stream);
    return own !== undefined && own.ordinal < this.newest(centreId);
  }

  /** Hash of an event that a post of this window brought. */
  hashAt(centreId: string, { stream, seq }: Point): string | undefined {
    return this.fresh
      .filter((one) => one.centreId === centreId)
      .flatMap(({ rows }) => rows)
      .find((row) => row.stream === stream && row.seq === seq)
      ?.hash.toString('hex');
  }

  moved(): readonly Moved[] {
    return [...this.helds].map(([key, held]): Moved => {
      const { centreId, stream, ordinal, follows } = this.standing(
        ...(key.split(' ') as [string, string]),
      )!;
      const from = this.cursors.get(key)?.stored_seq ?? 0;
      return { centreId, stream, ordinal, from, held, follows };
    });
  }

  private stand(standing: Standing): void {
    const own = this.standings.get(standing.centreId) ?? new Map<string, Standing>();
    this.standings.set(standing.centreId, own.set(standing.stream, standing));
  }

  private standing(centreId: string, stream: string): Standing | undefined {
    return this.standings.get(centreId)?.get(stream);
  }

  private streamsOf(centreId: string): readonly Standing[] {
    return [...(this.standings.get(centreId)?.values() ?? [])];
  }
}

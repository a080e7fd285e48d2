import type { Millis } from '../../core/configuration.js';
import { grouped } from '../../core/figures.js';
import type { Timers } from '../../node/time.js';
import { isPassing, Overtaken, QueryFault, type Database } from '../store/database.js';
import { forgetMonths } from '../store/schema.js';
import { LAYOUTS } from '../store/layout.js';
import { forget } from './rewind.js';
import { CENTRES_MAX, round, stopAt } from './round.js';
import { centresBehind, standsOf } from './stands.js';

/** What comes within so long is taken together. */
const GATHER_MS = 250;
/** Others may have stored something, or have gone away in the middle. */
const LOOK_EVERY_MS = 10_000;
const TRIES_MAX = 5;

export interface Outside {
  readonly timers: Pick<Timers, 'after' | 'every'>;
  readonly now: () => Millis;
  /** A `Misfit`, or what nobody expected; then the work goes on when it is next looked for. */
  readonly onFault: (fault: unknown) => void;
}

/** What the events hold is at fault, or what is made of them: not the database. */
const isOfCentre = (fault: unknown): boolean =>
  !(fault instanceof QueryFault) || /^(2[23]|54)/.test(fault.state);

/**
 * Makes facts and roll-ups from stored events, behind the receivers' backs: how far it is lies in
 * the database, so any number may do so at once. A centre whose events do not fit gets an alarm and
 * stops there; others go on.
 */
export class Projector {
  private readonly behind = new Set<string>();
  private work: Promise<void> | undefined;
  private readonly stopLooking: () => void;
  private stopGathering: (() => void) | undefined;
  private ended = false;
  private fault: Error | undefined;

  constructor(
    private readonly database: Database,
    private readonly outside: Outside,
  ) {
    this.stopLooking = outside.timers.every(LOOK_EVERY_MS, () => void this.look());
    void this.look();
  }

  /** Call it after a commit. */
  stored(centreIds: Iterable<string>): void {
    for (const centreId of centreIds) this.behind.add(centreId);
    if (this.ended || this.behind.size === 0 || this.work !== undefined) return;
    this.stopGathering ??= this.outside.timers.after(GATHER_MS, () => {
      this.stopGathering = undefined;
      this.begin();
    });
  }

  /**
   * Resolves when all that is stored now has its facts, or its alarm. Rejects where the database
   * does not do its part.
   */
  async catchUp(): Promise<void> {
    for (;;) {
      this.fault = undefined;
      await this.work;
      if (this.fault !== undefined) throw this.fault;
      for (const centreId of await centresBehind(this.database)) this.behind.add(centreId);
      if (this.behind.size === 0 || this.ended) return;
      this.begin();
    }
  }

  /** Resolves when nothing of it is under way any more. */
  async stop(): Promise<void> {
    this.ended = true;
    this.stopLooking();
    this.stopGathering?.();
    await this.work;
  }

  private async look(): Promise<void> {
    try {
      this.stored(await centresBehind(this.database));
    } catch (fault) {
      if (!this.ended) this.outside.onFault(fault);
    }
  }

  private begin(): void {
    if (this.ended || this.work !== undefined) return;
    this.work = this.turns().finally(() => {
      this.work = undefined;
      // What was stored after the last turn and before this.
      this.stored([]);
    });
  }

  private async turns(): Promise<void> {
    const { database } = this;
    while (this.behind.size > 0 && !this.ended) {
      const centres = [...this.behind].slice(0, CENTRES_MAX);
      for (const centreId of centres) this.behind.delete(centreId);
      try {
        const keys = await LAYOUTS[database.engine].groupKeys(database, centres);
        const own = centres.map((centreId, index) => ({ centreId, key: keys[index]! }));
        const groups = [...grouped(own, ({ key }) => key).values()];
        const more = await Promise.all(
          groups.map((group) => this.tried(group.map(({ centreId }) => centreId))),
        );
        for (const centreId of more.flat()) this.behind.add(centreId);
      } catch (fault) {
        this.report(fault);
      }
    }
  }

  /** The next look finds the centres again. */
  private report(fault: unknown): void {
    this.fault = fault as Error;
    this.outside.onFault(fault);
  }

  /** The centres of a group that have more. */
  private async tried(centres: readonly string[]): Promise<readonly string[]> {
    const { database, outside } = this;
    for (let tries = 1; ; tries += 1) {
      try {
        const { more, misfits } = await round(database, centres, outside.now());
        for (const misfit of misfits) outside.onFault(misfit);
        return more;
      } catch (fault) {
        const isWithoutRoom = fault instanceof QueryFault && fault.isWithoutRoom;
        if (isWithoutRoom) forgetMonths(database);
        if ((isPassing(fault) || isWithoutRoom) && tries < TRIES_MAX) continue;
        // The other one does it; what it leaves is found at the next look.
        if (fault instanceof Overtaken) return [];
        if (isPassing(fault)) throw fault;
        return centres.length > 1 ? this.oneByOne(centres) : this.stopped(centres[0]!, fault);
      }
    }
  }

  private async oneByOne(centres: readonly string[]): Promise<readonly string[]> {
    const more: string[] = [];
    for (const centreId of centres) {
      try {
        more.push(...(await this.tried([centreId])));
      } catch (fault) {
        this.report(fault);
      }
    }
    return more;
  }

  private async stopped(centreId: string, fault: unknown): Promise<readonly string[]> {
    if (!isOfCentre(fault)) throw fault;
    const { database, outside } = this;
    const misfit = await stopAt(database, centreId, { why: String(fault), at: outside.now() });
    if (misfit !== null) outside.onFault(misfit);
    return [];
  }
}

/**
 * What became of a centre's figures: `stopped`, with an alarm, at an event that still does not fit;
 * `kept` as they were, since the events that they follow from are not there any more.
 */
type Recomputed = 'whole' | 'stopped' | 'kept';

/**
 * Throws a centre's facts and roll-ups away and makes them again from its events: the same, row for
 * row. Until it resolves, reports lack what is not made yet.
 */
export const recompute = async (
  database: Database,
  centreId: string,
  outside: Pick<Outside, 'now' | 'onFault'>,
): Promise<Recomputed> => {
  const again = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 1; ;) {
      try {
        return await work();
      } catch (fault) {
        // The projector of a program that runs makes the same figures, and is further now.
        if (fault instanceof Overtaken) continue;
        if (!isPassing(fault) || tries === TRIES_MAX) throw fault;
        tries += 1;
      }
    }
  };
  const standOf = async () => (await standsOf(database, [centreId]))[0]!;
  if (!(await again(async () => forget(database, await standOf())))) return 'kept';
  for (let more = true; more;) {
    const done = await again(() => round(database, [centreId], outside.now()));
    for (const misfit of done.misfits) outside.onFault(misfit);
    more = done.more.length > 0;
  }
  return (await again(standOf)).isStopped ? 'stopped' : 'whole';
};

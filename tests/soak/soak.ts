import { cpSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { LOG_FILE } from '../../server/log/database.js';
import { compare, type Truth } from './compare.js';
import { Afflicted } from './disasters.js';
import { PAUSE_MS } from './fleet.js';
import type { CentreProcess } from './process.js';
import type { AlarmRow } from './receivers.js';
import { DISASTERS, type Disaster, type SoakOptions, type SoakReport } from './report.js';
import { Above, pause } from './stores.js';

const END_MS_MAX = 90_000;

/** One disaster after the other, and at the end the comparison. */
class Soak extends Afflicted {
  readonly happened = Object.fromEntries(DISASTERS.map((name) => [name, 0])) as Record<
    Disaster,
    number
  >;
  /** Alarms by their kind. */
  readonly rang: Record<string, number> = {};
  events = 0;
  legs = 0;

  async run(): Promise<void> {
    const { centres, disasters, rounds = 1, ...parts } = this.options;
    this.above = await Above.open(this.root, { ...parts, bug: parts.bug });
    await this.line.open();
    this.centres = Array.from({ length: centres }, (_, n) => this.centre(`c-${n + 1}`));
    for (const centre of this.centres) await this.start(centre);
    await this.step();
    await this.backUp();
    cpSync(this.backupOf(this.centres[0]!), join(this.root, 'clone'), { recursive: true });
    for (let round = 0; round < rounds; round += 1) {
      for (const disaster of this.shuffled(disasters)) {
        if (this.problems.size > 0) break;
        this.happened[disaster] += 1;
        await this[disaster]();
        await this.step();
      }
      if (round < rounds - 1) await this.backUp();
    }
    await this.end();
    if (this.problems.size === 0) await this.goneAt();
  }

  private truth(): Truth {
    return this.centres.map((centre) => ({ centre, own: centre.events() }));
  }

  /** The line is quiet at last: all must become equal, row for row and figure for figure. */
  private async end(): Promise<void> {
    await this.line.deliver();
    this.line.isCalm = true;
    const until = performance.now() + END_MS_MAX;
    while (this.problems.size === 0 && !(await this.isEven()) && performance.now() < until) {
      await pause(PAUSE_MS);
    }
    await this.look();
    if (this.problems.size > 0) return;
    const truth = this.truth();
    this.events = truth.reduce((sum, { own }) => sum + own.log.length, 0);
    this.expectAlarms(await this.above.receivers[0]!.alarms(), truth);
    const { legs, problems } = await this.above.alone(() => compare(this.above.store, truth));
    this.legs = legs;
    for (const problem of problems) this.problems.add(problem);
  }

  private async isEven(): Promise<boolean> {
    const stored = (await this.above.state()) ?? [];
    return this.truth().every(({ centre: { centreId }, own }) => {
      const [stream, hashes] = [...own.hashes].at(-1) ?? [];
      return stored.some(
        (one) => one.centreId === centreId && one.stream === stream && one.hash === hashes?.at(-1),
      );
    });
  }

  /** Each alarm has its reason, and each reason its alarm. */
  private expectAlarms(alarms: readonly AlarmRow[], truth: Truth): void {
    for (const { kind } of alarms) this.rang[kind] = (this.rang[kind] ?? 0) + 1;
    const found = alarms.map(({ centreId, kind, stream }) => `${kind} ${centreId} ${stream}`);
    const expected = truth.flatMap(({ centre: { centreId }, own }) => {
      const restored = [...own.hashes.keys()].slice(1).map((one) => `restored ${centreId} ${one}`);
      return this.line.wrongClocks.has(centreId) ? [...restored, `clock ${centreId} `] : restored;
    });
    for (const one of expected) if (!found.includes(one)) this.problems.add(`no alarm: ${one}`);
    const streams = truth.flatMap(({ own }) => [...own.hashes.keys()]);
    for (const one of found) {
      // A stream that another restore cut off rang in its time.
      const isOfLost = one.startsWith('restored ') && !streams.includes(one.split(' ')[2]!);
      if (!isOfLost && !expected.includes(one))
        this.problems.add(`an alarm without reason: ${one}`);
    }
  }

  /**
   * Somebody starts an old copy of a centre's disk, and it goes on; and somebody cuts a log. Both
   * must ring, and nothing that is stored may change.
   */
  private async goneAt(): Promise<void> {
    const truth = this.truth();
    for (const centre of this.centres) await centre.kill();
    const clone = this.centre('c-1', join(this.root, 'clone'));
    await this.start(clone);
    await this.outgrow(clone);
    await this.untilRings(clone, 'fork');
    const [, cut] = this.centres;
    if (cut !== undefined) {
      const database = new Sqlite(join(cut.directory, LOG_FILE));
      database.exec('DROP TRIGGER event_kept; DROP TRIGGER checkpoint_kept');
      database.exec('DELETE FROM event WHERE position > (SELECT max(position) - 5 FROM event)');
      database.exec('DELETE FROM checkpoint');
      database.close();
      await this.start(cut);
      await this.untilRings(cut, 'behind');
    }
    const { problems } = await this.above.alone(() => compare(this.above.store, truth, true));
    for (const problem of problems) this.problems.add(problem);
  }

  /** Without a line, until it has more events than are stored: other ones. */
  private async outgrow(clone: CentreProcess): Promise<void> {
    const stored = (await this.above.state()) ?? [];
    this.line.isDown = true;
    for (let isMore = false; !isMore;) {
      const worked = await clone.work(100, this.line.now);
      if (worked === undefined) throw new Error('the clone has ended');
      isMore = worked.seq > (stored.find(({ stream }) => stream === worked.stream)?.seq ?? 0);
    }
    this.line.isDown = false;
  }

  private async untilRings(centre: CentreProcess, kind: 'fork' | 'behind'): Promise<void> {
    const until = performance.now() + END_MS_MAX;
    const rings = async (): Promise<boolean> =>
      (await this.above.receivers[0]!.alarms()).some(
        (alarm) => alarm.kind === kind && alarm.centreId === centre.centreId,
      );
    while (!(await rings()) && performance.now() < until) {
      await pause(PAUSE_MS);
    }
    // The alarm is stored before the centre has the answer.
    let worked = await centre.work(1, this.line.now);
    while (worked !== undefined && worked.stopped !== kind && performance.now() < until) {
      await pause(PAUSE_MS);
      worked = await centre.work(1, this.line.now);
    }
    if (!(await rings())) this.problems.add(`no ${kind} rings of ${centre.centreId}`);
    if (worked?.stopped !== kind)
      this.problems.add(`${centre.centreId} stopped: ${worked?.stopped}`);
    await centre.kill();
  }
}

export const soak = async (options: SoakOptions): Promise<SoakReport> => {
  const one = new Soak(options);
  try {
    await one.run();
    const { events, legs, line, problems, rang: alarms } = one;
    const happened = { ...line.happened, ...one.happened };
    return { events, legs, posts: line.posts, happened, alarms, problems: [...problems] };
  } finally {
    await one.close();
  }
};

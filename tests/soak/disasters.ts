import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Fleet } from './fleet.js';
import type { Disaster } from './report.js';
import { SecondPc } from './standby.js';
import { pause } from './stores.js';

/** A kill comes so long after work began, at most. */
const KILL_MS_MAX = 120;
/** Of work that somebody kills. */
const LONG_STEPS = 500;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A fleet, and what may befall it: each method one disaster. */
export class Afflicted extends Fleet implements Record<Disaster, () => Promise<void>> {
  private seconds = 0;

  async receiverKilled(): Promise<void> {
    const receiver = this.pick(this.above.receivers);
    const working = this.work(this.pick(this.centres));
    await receiver.kill();
    await working;
    await receiver.start();
  }

  async databaseCrashed(): Promise<void> {
    await Promise.all([this.above.crash(), this.work(this.pick(this.centres))]);
  }

  async storeRestored(): Promise<void> {
    this.restores += 1;
    await this.above.restore(() => {
      this.restores += 1;
      this.line.storeRestored();
    });
  }

  async storeFull(): Promise<void> {
    this.above.disk.full(true);
    await this.step();
    this.above.disk.full(false);
  }

  async centreKilled(): Promise<void> {
    const centre = this.pick(this.centres);
    const working = this.work(centre, LONG_STEPS);
    await pause(this.random() * KILL_MS_MAX);
    await centre.kill();
    await working;
    await this.start(centre);
  }

  async centreEnded(): Promise<void> {
    const centre = this.pick(this.centres);
    await centre.stop();
    await this.start(centre);
  }

  async centreRestored(): Promise<void> {
    const centre = this.pick(this.centres);
    await centre.kill();
    await centre.restore(this.backupOf(centre), this.line.now);
    await this.start(centre);
  }

  async centreFull(): Promise<void> {
    const index = this.centres.indexOf(this.pick(this.centres));
    this.disks[index]!.full(true);
    await this.work(this.centres[index]!);
    this.disks[index]!.full(false);
  }

  /** The disk dies at noon; the second PC has what it heard until then. */
  async centreReplaced(): Promise<void> {
    const centre = this.pick(this.centres);
    const directory = join(this.root, `second-${(this.seconds += 1)}`);
    mkdirSync(directory);
    await centre.stop();
    const second = await SecondPc.open(centre.directory, directory, this.line.now);
    await this.start(centre, second.url);
    if (!(await second.follows())) this.problems.add(`${centre.centreId}: no standby follows`);
    const working = this.work(centre, LONG_STEPS);
    await pause(this.random() * KILL_MS_MAX);
    await centre.kill();
    await working;
    this.line.now += MINUTE_MS;
    await second.takePlaceOf(centre.directory, this.line.now);
    centre.directory = directory;
    await this.start(centre);
  }

  async lineDown(): Promise<void> {
    await this.line.deliver();
    this.line.isDown = true;
    for (let day = 0; day < 3; day += 1) {
      await Promise.all(this.centres.map((centre) => this.work(centre)));
      this.line.now += DAY_MS;
    }
    await Promise.all(this.centres.map((centre) => this.work(centre)));
    this.line.isDown = false;
  }

  clockAhead = (): Promise<void> => this.clockWrong(DAY_MS);
  clockBehind = (): Promise<void> => this.clockWrong(-DAY_MS);

  /** Until somebody sees it and confirms the right time. */
  private async clockWrong(errorMs: number): Promise<void> {
    const centre = this.pick(this.centres);
    // No other clock is to seem wrong: all hear of the new time before they are heard.
    this.line.isDown = true;
    this.line.now += 30 * MINUTE_MS;
    await Promise.all(this.centres.map((one) => this.work(one)));
    this.line.isDown = false;
    for (const wrongMs of [errorMs, 0]) {
      await centre.stop();
      centre.errorMs = wrongMs;
      await this.start(centre);
      centre.confirms = wrongMs === 0;
      await this.step();
    }
  }
}

import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { demoSettings } from '../../server/demo.js';
import { KEY_PATHS } from '../../server/log/keys.js';
import type { Settings } from '../../server/settings.js';
import { openStandby, prepareStandby, type Standby } from '../../server/standby/standby.js';
import { takeOver } from '../../server/standby/takeover.js';
import { ownOf } from '../../server/upstream/own.js';
import { CENTRE } from '../fixtures/randomday.js';
import { pause } from './stores.js';

const FOLLOW_MS_MAX = 20_000;

/** A second PC beside a hall, with a real door. */
export class SecondPc {
  private constructor(
    private readonly settings: Settings,
    private readonly standby: Standby,
    private readonly clock: { at: number },
  ) {}

  get url(): string {
    return this.standby.url;
  }

  /** Enrolled by the hall in `hall`, whose process is started afterwards, with its keys. */
  static async open(hall: string, directory: string, at: number): Promise<SecondPc> {
    const clock = { at };
    const demo = await demoSettings({ data: directory, port: 0, phonePort: 0 });
    const server = { ...demo.server, upstreams: [], voice: join(directory, 'no-voice') };
    const settings = { ...demo, configuration: CENTRE, server };
    prepareStandby(directory, false);
    const time = { wall: () => clock.at, monotonicMs: () => clock.at };
    const standby = await openStandby({ settings, journal: pino({ level: 'silent' }), time });
    const way = { url: standby.url, ca: null, proxy: null };
    const own = ownOf(hall, CENTRE.centre);
    await enrol({ directory: hall, upstreamId: STANDBY_ID, way }, own, standby.code!);
    for (const path of KEY_PATHS.filter((key) => existsSync(join(hall, key)))) {
      mkdirSync(dirname(join(directory, path)), { recursive: true, mode: 0o700 });
      cpSync(join(hall, path), join(directory, path));
    }
    return new SecondPc(settings, standby, clock);
  }

  /** Until it has some of the log. */
  async follows(): Promise<boolean> {
    const until = performance.now() + FOLLOW_MS_MAX;
    while (this.standby.copy.copy.head === null && performance.now() < until) await pause(25);
    return this.standby.copy.copy.head !== null;
  }

  /** The other disk is dead, and with it all that it held. */
  async takePlaceOf(hall: string, at: number): Promise<void> {
    rmSync(hall, { recursive: true });
    this.clock.at = at;
    const time = { wall: () => at, monotonicMs: () => at };
    const how = { force: true, alone: true, skip: null, say: () => undefined };
    await takeOver(this.standby, { settings: this.settings, time, ...how });
  }
}

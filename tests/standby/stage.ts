import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { pino } from 'pino';
import { expect } from 'vitest';
import { eventOf } from '../../chain/chain.js';
import type { Logged } from '../../core/events.js';
import type { Command } from '../../core/protocol/commands.js';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import type { Answer } from '../../core/protocol/wire.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { PROJECT } from '../../node/place.js';
import { machineTime, type TimeSource } from '../../node/time.js';
import { demoSettings } from '../../server/demo.js';
import { rowsFrom } from '../../server/log/read.js';
import type { Settings } from '../../server/settings.js';
import { openStandby, prepareStandby, type Standby } from '../../server/standby/standby.js';
import { takeOver, type TakeOverOptions, type TookOver } from '../../server/standby/takeover.js';
import { ownOf } from '../../server/upstream/own.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';

/** Time that a test lets pass, on top of the machine's. */
class LaterTime implements TimeSource {
  aheadMs = 0;
  wall = (): number => machineTime.wall() + this.aheadMs;
  monotonicMs = (): number => machineTime.monotonicMs() + this.aheadMs;
}

export interface Secure {
  readonly tls: { readonly cert: string; readonly key: string };
  readonly ca: string;
}

/** A server of the demo's hall, and a standby that it may be enrolled at. */
export class Stage {
  private constructor(private readonly secure: Secure | null) {}

  readonly folder = mkdtempSync(join(tmpdir(), 'dawr-standby-'));
  readonly time = new LaterTime();
  readonly timers = new HandTimers(50);
  /** What was said at the standby's terminal. */
  readonly said: string[] = [];
  /** What the server heard that ends it. */
  readonly takenOver: string[] = [];
  standby!: Standby;
  hall!: Doors;

  /** With the certificate of the standby's door, and the authority by which the server knows it. */
  static async open(secure: Secure | null = null): Promise<Stage> {
    const stage = new Stage(secure);
    const settings = await stage.settings();
    prepareStandby(settings.server.data, false);
    const journal = pino({ level: 'silent' });
    stage.standby = await openStandby({ settings, journal, time: stage.time });
    stage.hall = await stage.serve();
    return stage;
  }

  async close(): Promise<void> {
    await this.hall.close();
    await this.standby.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Of the standby. */
  async settings(): Promise<Settings> {
    const data = join(this.folder, 'standby');
    const demo = await demoSettings({ data, port: 0, phonePort: 0 });
    const voice = join(this.folder, 'no-voice');
    const tls = this.secure?.tls ?? null;
    return { ...demo, server: { ...demo.server, upstreams: [], voice, tls } };
  }

  /** What the standby has is put aside, and its copy begins empty, at the same address. */
  async beginAnew(): Promise<void> {
    const { port } = new URL(this.standby.url);
    await this.standby.stop();
    const { server, ...settings } = await this.settings();
    prepareStandby(server.data, true);
    this.standby = await openStandby({
      settings: { ...settings, server: { ...server, port: Number(port) } },
      ...{ journal: pino({ level: 'silent' }), time: this.time },
    });
  }

  /** The centre's file on the standby, for its program. */
  file(): string {
    const demo = readFileSync(join(PROJECT, 'firmware-config/centres/demo/centre.json'), 'utf8');
    const server = { data: join(this.folder, 'standby'), port: 0 };
    const file = join(this.folder, 'centre.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(demo) as object), server }));
    return file;
  }

  serve(data?: string, url = this.standby.url): Promise<Doors> {
    return openDoors({
      ...{ standby: { url, ca: this.secure?.ca ?? null }, staff: false, timers: this.timers },
      onTakenOver: (why) => void this.takenOver.push(why),
      ...(data === undefined ? {} : { data }),
    });
  }

  /** Where the server keeps its key for the standby, and what it tells of itself. */
  enrolling() {
    const way = { url: this.standby.url, ca: this.secure?.ca ?? null, proxy: null };
    const place = { directory: this.hall.data, upstreamId: STANDBY_ID, way };
    return { place, own: ownOf(this.hall.data, this.hall.centre.configuration().centre) };
  }

  enrol(): Promise<unknown> {
    const { place, own } = this.enrolling();
    return enrol(place, own, this.standby.code!);
  }

  ask(command: Command, { requestId = newId(), at = this.hall } = {}): Promise<Answer> {
    const asked = { requestId, sentAt: at.centre.clock.now(), actor: 'k1', deviceId: 'k1' };
    return at.centre.log.enqueue({ ...asked, command });
  }

  takeTicket(at = this.hall): Promise<Answer> {
    return this.ask(ticketAt(at), { at });
  }

  /** What lies beside the log is compared before each look, as it is every two seconds. */
  until(look: () => unknown) {
    const looked = (): unknown => {
      this.timers.come(2_000);
      return look();
    };
    return expect.poll(looked, { timeout: 15_000 });
  }

  /** All that the log has is in the copy. */
  async followed(): Promise<void> {
    const { seq, stream } = this.hall.centre.log.state;
    await this.until(() => this.standby.copy.copy.head).toMatchObject({ stream, seq });
  }

  /** A column of a table in the copy. */
  copied(sql: string): unknown[] {
    return this.standby.copy.database.prepare(sql).pluck().all();
  }

  async takeOver(options: Partial<TakeOverOptions> = {}): Promise<TookOver> {
    return takeOver(this.standby, {
      ...{ settings: await this.settings(), time: this.time },
      ...{ force: false, alone: false, skip: null },
      say: (line) => void this.said.push(line),
      ...options,
    });
  }

  /** The standby serves in the server's place, whatever that one does. */
  async succeed(port = 0): Promise<Doors & TookOver> {
    const took = await this.takeOver({ force: true });
    const { data } = took.settings.server;
    const timers = new HandTimers(50);
    return { ...(await openDoors({ data, port, staff: false, timers })), ...took };
  }
}

const newId = (): string => randomBytes(16).toString('hex');

/** Takes a ticket for the first service. */
export const ticketAt = ({ centre }: Doors): Command => {
  const services = [centre.configuration().services[0]!.id];
  return { type: 'takeTicket', services, classId: '', language: 'ar' };
};

export const rowsOf = (database: Database) =>
  [...rowsFrom(database)].map(({ hash, body, ...row }) => ({
    ...row,
    ...{ hash: hash.toString('hex'), body: body.toString('utf8') },
  }));

export const issuedIn = (database: Database) =>
  [...rowsFrom(database)].flatMap((row): Extract<Logged, { type: 'ticket.issued' }>[] => {
    const event = eventOf(row);
    return event.type === 'ticket.issued' ? [event] : [];
  });

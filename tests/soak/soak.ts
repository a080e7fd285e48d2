import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { UpstreamAway, type Reply } from '../../node/forward/forwarder.js';
import { machineTimers } from '../../node/time.js';
import type { Arrived, Taken } from '../../upstream/ingest/ingest.js';
import { scratch } from '../fixtures/log.js';
import { seeded } from '../fixtures/randomday.js';
import { PostgresServer } from '../upstream/postgres.js';
import { Centre } from './centre.js';
import { NoAnswer, Receiver, type StoredStream } from './receivers.js';
import {
  DISASTERS,
  MISHAPS,
  type Disaster,
  type Mishap,
  type SoakOptions,
  type SoakReport,
} from './report.js';

const TICKETS_MAX = 12;
const PAUSE_MS = 25;
const END_MS_MAX = 60_000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => void machineTimers.after(ms, () => resolve()));

const replyOf = ({ refused, stored }: Taken): Reply =>
  refused !== null || stored === null
    ? { refused: refused ?? 'gap', stored }
    : { stored, nextAfterMs: 1, wanted: [] };

/** Centres, a line on which anything may happen, receivers that die, a store put back. */
class Soak {
  readonly folder = scratch();
  readonly problems = new Set<string>();
  readonly happened = Object.fromEntries(
    [...MISHAPS, ...DISASTERS].map((name) => [name, 0]),
  ) as Record<Mishap | Disaster, number>;
  posts = 0;
  private readonly random;
  private readonly centres: Centre[];
  private receivers: Receiver[] = [];
  private server: PostgresServer | undefined;
  private isCalm = false;
  /** What was confirmed before a restore of the store counts no more. */
  private restores = 0;
  private readonly late: Arrived[] = [];

  constructor(private readonly options: SoakOptions) {
    this.random = seeded(options.seed);
    this.centres = Array.from({ length: options.centres }, (_, index) => {
      const id = `c-${index + 1}`;
      return new Centre(id, join(this.folder.path, id), (arrived) => this.carry(arrived));
    });
  }

  async run(): Promise<void> {
    await this.open();
    for (const centre of this.centres) await centre.start();
    const { steps } = this.options;
    for (let step = 0; step < steps && this.problems.size === 0; step += 1) {
      if (step === Math.floor(steps / 3)) await this.backup();
      if (step === Math.floor((2 * steps) / 3)) await this.restore();
      await this.step();
    }
    await this.end();
    if (this.problems.size === 0) await this.fork();
  }

  async close(): Promise<void> {
    for (const centre of this.centres) await centre.stop();
    for (const receiver of this.receivers) await receiver.kill();
    await this.server?.remove();
    this.folder.remove();
  }

  events(): number {
    return this.centres.reduce(
      (sum, centre) => sum + [...centre.hashes().values()].flat().length,
      0,
    );
  }

  private async open(): Promise<void> {
    const { kind, bug } = this.options;
    let store = join(this.folder.path, 'store');
    if (kind === 'postgresql') {
      this.server = await PostgresServer.make();
      store = await this.server.database('dawr');
    }
    const count = kind === 'postgresql' ? 2 : 1;
    this.receivers = Array.from({ length: count }, () => new Receiver(store, bug));
    for (const receiver of this.receivers) await receiver.start();
  }

  /** A post's way: it may be lost, or its answer, or come twice, or much later. */
  private async carry(arrived: Arrived): Promise<Reply> {
    this.posts += 1;
    const mishap = this.isCalm ? undefined : this.mishap();
    if (mishap !== undefined) this.happened[mishap] += 1;
    if (this.options.bug === 'sent unanswered' && mishap === 'lost') {
      const { head, from, events } = arrived.post;
      return { stored: { seq: from - 1 + events.length, hash: head }, nextAfterMs: 1, wanted: [] };
    }
    if (mishap === 'lost') throw new UpstreamAway('lost');
    if (mishap === 'late') this.late.push(arrived);
    const sent = this.send(arrived);
    const other = mishap === 'doubled' ? this.send(arrived, this.receivers.at(-1)) : sent;
    const [taken] = await Promise.allSettled([sent, other]);
    if (taken.status === 'rejected') {
      if (taken.reason instanceof NoAnswer) throw new UpstreamAway(taken.reason.message);
      throw taken.reason;
    }
    if (mishap === 'unanswered') throw new UpstreamAway('unanswered');
    return replyOf(taken.value);
  }

  private send(arrived: Arrived, receiver = this.receivers[0]): Promise<Taken> {
    return receiver!.send(arrived);
  }

  private mishap(): Mishap | undefined {
    return MISHAPS[Math.floor(this.random() * 12)];
  }

  private async step(): Promise<void> {
    for (const centre of this.centres) {
      await centre.tickets(Math.floor(this.random() * TICKETS_MAX));
    }
    const old = this.late.shift();
    // What was under way for long comes after what was sent later: nobody waits for its answer.
    if (old !== undefined) void this.send(old).catch(() => undefined);
    const chance = this.random();
    if (chance < 0.1) await this.killReceiver();
    else if (chance < 0.2 && this.server !== undefined) await this.crashDatabase();
    else if (chance < 0.3) await this.endCentre();
    else await pause(PAUSE_MS);
    await this.look();
  }

  private async killReceiver(): Promise<void> {
    this.happened.receiverKilled += 1;
    const receiver = this.receivers[Math.floor(this.random() * this.receivers.length)]!;
    await receiver.kill();
    await receiver.start();
  }

  private async crashDatabase(): Promise<void> {
    this.happened.databaseCrashed += 1;
    await this.server!.stop('crash');
    await pause(PAUSE_MS);
    await this.server!.start();
  }

  private async endCentre(): Promise<void> {
    this.happened.centreEnded += 1;
    const centre = this.centres[Math.floor(this.random() * this.centres.length)]!;
    await centre.stop();
    await centre.start();
  }

  private get files(): string {
    return this.server?.cluster ?? join(this.folder.path, 'store');
  }

  /** Nobody writes to the store's files meanwhile. */
  private async aside(work: () => void): Promise<void> {
    for (const receiver of this.receivers) await receiver.kill();
    await this.server?.stop('orderly');
    work();
    await this.server?.start();
    for (const receiver of this.receivers) await receiver.start();
  }

  private async backup(): Promise<void> {
    await this.aside(() => this.copy(this.files, join(this.folder.path, 'backup')));
    await this.centres[0]!.copyTo(join(this.folder.path, 'clone'));
  }

  private async restore(): Promise<void> {
    this.happened.restored += 1;
    this.restores += 1;
    await this.aside(() => this.copy(join(this.folder.path, 'backup'), this.files));
    for (const centre of this.centres) centre.claimed = undefined;
  }

  private copy(from: string, to: string): void {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
    this.server?.own(to);
  }

  /** What must be true at every moment. */
  private async look(): Promise<void> {
    const { restores } = this;
    const claims = this.centres.map(({ centreId, claimed }) => ({ centreId, claimed }));
    const stored = await this.state();
    if (stored === undefined || restores !== this.restores) return;
    for (const { centreId, stream, seq, whole } of stored) {
      if (!whole) this.problems.add(`${centreId} ${stream}:${seq} ends within a request`);
    }
    for (const { centreId, claimed } of claims) {
      if (claimed === undefined) continue;
      const its = stored.find((one) => one.centreId === centreId && one.stream === claimed.stream);
      if ((its?.seq ?? 0) >= claimed.seq) continue;
      this.problems.add(`${centreId} was told that ${claimed.seq} events are stored: ${its?.seq}`);
    }
    for (const { centreId, state } of this.centres) {
      if (state.is === 'stopped') this.problems.add(`${centreId} has stopped: ${state.why}`);
    }
    for (const { failed } of this.receivers) for (const words of failed) this.problems.add(words);
  }

  private async state(): Promise<StoredStream[] | undefined> {
    try {
      return await this.receivers[0]!.state();
    } catch (error) {
      if (error instanceof NoAnswer) return undefined;
      throw error;
    }
  }

  /** The line is quiet at last: all must become equal, row for row. */
  private async end(): Promise<void> {
    this.isCalm = true;
    for (const old of this.late.splice(0)) await this.send(old).catch(() => undefined);
    const until = performance.now() + END_MS_MAX;
    while (this.problems.size === 0 && !(await this.isEven()) && performance.now() < until) {
      for (const centre of this.centres) centre.look();
      await pause(PAUSE_MS);
      await this.look();
    }
    await this.compare();
  }

  private async isEven(): Promise<boolean> {
    const stored = (await this.state()) ?? [];
    return this.centres.every((centre) =>
      [...centre.hashes()].every(([stream, own]) =>
        stored.some(
          (one) =>
            one.centreId === centre.centreId && one.stream === stream && one.hash === own.at(-1),
        ),
      ),
    );
  }

  private async compare(): Promise<void> {
    const { problems, hashes } = await this.receivers[0]!.wholeness();
    for (const problem of problems) this.problems.add(problem);
    for (const centre of this.centres) {
      for (const [stream, own] of centre.hashes()) {
        const there = hashes[`${centre.centreId} ${stream}`] ?? [];
        if (JSON.stringify(there) === JSON.stringify(own)) continue;
        this.problems.add(`${centre.centreId} ${stream}: ${there.length} of ${own.length} rows`);
      }
    }
  }

  /** Somebody starts an old copy of a centre's disk, and it goes on: nothing may be overwritten. */
  private async fork(): Promise<void> {
    const [centre] = this.centres;
    const before = centre!.hashes();
    await centre!.stop();
    const carry = (arrived: Arrived): Promise<Reply> => this.carry(arrived);
    const clone = new Centre(centre!.centreId, join(this.folder.path, 'clone'), carry);
    await clone.start();
    const longest = Math.max(...[...before.values()].map(({ length }) => length));
    while ([...clone.hashes().values()][0]!.length < longest + 5) await clone.tickets(5);
    const until = performance.now() + END_MS_MAX;
    while (clone.state.is !== 'stopped' && performance.now() < until) await pause(PAUSE_MS);
    if (clone.state.is !== 'stopped') this.problems.add(`the clone is ${clone.state.is}`);
    await clone.stop();
    await centre!.start();
    const rings = (await this.receivers[0]!.alarms()).map(({ kind }) => kind);
    if (!rings.includes('fork')) this.problems.add(`the fork did not ring: ${rings.join()}`);
    await this.compare();
  }
}

export const soak = async (options: SoakOptions): Promise<SoakReport> => {
  const one = new Soak(options);
  try {
    await one.run();
    const { posts, happened, problems } = one;
    return { events: one.events(), posts, happened, problems: [...problems] };
  } finally {
    await one.close();
  }
};

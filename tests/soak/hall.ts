import { randomBytes } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Command } from '../../core/protocol/commands.js';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { senderPath } from '../../core/protocol/upstream.js';
import { Forwarder, UpstreamAway, type Reply } from '../../node/forward/forwarder.js';
import { lineOf, Wires } from '../../node/forward/line.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { machineTimers, type TimeSource } from '../../node/time.js';
import { storeConfiguration } from '../../server/log/log.js';
import { projectors } from '../../server/projectors.js';
import { createTables } from '../../server/tables.js';
import { Outbox } from '../../server/upstream/outbox.js';
import type { Arrived } from '../../upstream/ingest/ingest.js';
import { HALL_AT } from '../fixtures/board.js';
import { LoggedHall } from '../fixtures/log.js';
import { CENTRE, seeded, wishes } from '../fixtures/randomday.js';
import { Centre } from './centre.js';

/** What the hall is told to do. */
export interface Work {
  readonly steps: number;
  /** The true time, and how far the machine's clock is off. */
  readonly at: number;
  readonly errorMs: number;
  readonly confirm: boolean;
}

/** What it says when that is done. */
export interface Worked {
  readonly at: number;
  readonly stream: string;
  readonly seq: number;
  /** Why its forwarder has stopped; `null` while it goes on. */
  readonly stopped: string | null;
  readonly faults: readonly string[];
}

/** So long at most between two asks. */
const PACE_MS = 6_000;
const STANDBY_PAUSE_MS = 20;
const CLERKS = [
  ['c1', 'ana'],
  ['c2', 'ben'],
  ['c3', 'cem'],
] as const;

/**
 * A hall made to be killed: its log, its forwarder, and people who try anything.
 * Arguments: directory, the centre's name above, address of the line, seed, the true time, how far
 * the machine's clock is off, address of its standby or `''`.
 */
const [directory, centreId, line, seed, at, errorMs, standby] = process.argv.slice(2) as [
  ...[string, string, string, string, string, string, string],
];

class MachineTime implements TimeSource {
  trueAt = Number(at);
  errorMs = Number(errorMs);
  wall = (): number => this.trueAt + this.errorMs;
  monotonicMs = (): number => this.trueAt - HALL_AT;
}
const time = new MachineTime();
const random = seeded(Number(seed));

const open = async (): Promise<LoggedHall> => {
  const { id } = CENTRE.centre;
  const hall = new LoggedHall({ directory, centreId: id, projectors }, time);
  createTables(hall.log.database);
  if (hall.committer.state.seq === 0 && hall.committer.state.centre.configuration === '') {
    const configuration = storeConfiguration(hall.log.database, CENTRE);
    await hall.done({ type: 'startLog', centreId: id, configuration, training: false });
  }
  return hall;
};

const carry = async (arrived: Arrived): Promise<Reply> => {
  try {
    const response = await fetch(line, { method: 'POST', body: JSON.stringify(arrived) });
    if (response.status === 200) return (await response.json()) as Reply;
    throw new UpstreamAway(`answered ${response.status}`);
  } catch (fault) {
    throw fault instanceof UpstreamAway ? fault : new UpstreamAway(String(fault));
  }
};

class Large extends Centre {
  protected override open(): Promise<LoggedHall> {
    return open();
  }
}
const centre = new Large(centreId, directory, carry);
await centre.start();
const { hall } = centre;

/** The second way that a server's log goes: to the PC beside it. */
const follow = (url: string): Forwarder => {
  const key = new RequestKey(directory, STANDBY_ID, hall.centreId);
  const wires = new Wires({ url, ca: null, proxy: null });
  const source = new Outbox(hall.log.database, machineTimers);
  const forwarder = new Forwarder({
    ...{ source, line: lineOf(wires, senderPath(hall.centreId), () => key.signer()) },
    timers: { after: (ms, run) => machineTimers.after(Math.min(ms, STANDBY_PAUSE_MS), run) },
    ...{ now: () => hall.clock.now(), random: () => 0, waitsFor: [], onState: () => undefined },
    told: () => ({ at: hall.clock.now(), live: null }),
  });
  void forwarder.run();
  return forwarder;
};
const second = standby === '' ? undefined : follow(standby);

/** Each ask is another one, also after a restart. */
const ask = (command: Command, actor: string): Promise<unknown> => {
  const requestId = randomBytes(16).toString('hex');
  return hall.ask(command, { requestId, actor, deviceId: actor === 'k1' ? 'k1' : 'desk-1' });
};

const work = async ({ steps, confirm, ...now }: Work): Promise<Worked> => {
  time.trueAt = Math.max(time.trueAt, now.at);
  time.errorMs = now.errorMs;
  if (confirm) await ask({ type: 'confirmClock' }, 'mona');
  await ask({ type: 'tick' }, 'system');
  await ask({ type: 'openDay' }, 'mona');
  for (const [counterId, clerk] of CLERKS) {
    await ask({ type: 'openCounter', counterId, profileId: 'all' }, clerk);
  }
  for (let step = 0; step < steps; step += 1) {
    time.trueAt += Math.floor(random() * PACE_MS);
    const { state } = hall.committer;
    const { command, actor } = wishes({ state, at: hall.clock.now() }, random);
    await ask(command, actor);
    centre.look();
    second?.look();
    // A kill may come between any two of them, and posts go meanwhile.
    await setImmediate();
  }
  const { stream, seq } = hall.committer.state;
  const faults = [...hall.fatal, ...hall.bugs.map(({ error }) => error)].map(String);
  const stopped = centre.state.is === 'stopped' ? centre.state.why : null;
  return { at: time.trueAt, stream, seq, stopped, faults };
};

process.on('message', (told: Work | 'end') => {
  if (told === 'end') void centre.stop().then(() => process.exit(0));
  else void work(told).then((worked) => process.send?.(worked));
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

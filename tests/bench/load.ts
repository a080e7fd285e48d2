import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { serve } from './child.js';
import { hearCalls, RawEar, type Heard } from './ears.js';
import { Line, type Door } from './wire.js';

/** The generator of load, in a process of its own. */

const lines = new Map<string, Line[]>();

const CONNECTED_AT_ONCE = 50;

/** Brings a group to so many members. */
const grow = async <T extends { close(): void }>(
  group: T[],
  count: number,
  open: () => Promise<T>,
): Promise<void> => {
  while (group.length > count) group.pop()!.close();
  while (group.length < count) {
    const more = Math.min(CONNECTED_AT_ONCE, count - group.length);
    group.push(...(await Promise.all(Array.from({ length: more }, open))));
  }
};

interface Group {
  readonly name: string;
  readonly door: Door;
  readonly count: number;
}

const groupOf = (name: string): Line[] => {
  const group = lines.get(name) ?? [];
  lines.set(name, group);
  return group;
};

const connect = ({ name, door, count }: Group): Promise<void> =>
  grow(groupOf(name), count, () => Line.open(door));

const askOf = (command: object): string =>
  JSON.stringify({
    requestId: randomBytes(16).toString('hex'),
    sentAt: Date.now(),
    command,
  });

export interface Taking {
  readonly name: string;
  readonly services: readonly string[];
  readonly tickets: number;
}

export interface Taken {
  readonly tookMs: number;
  /** Of each ticket, from asking to the answer. */
  readonly ackMs: readonly number[];
}

/** Each line takes tickets one after the other until all are taken. Throws at a refusal. */
const take = async ({ name, services, tickets }: Taking): Promise<Taken> => {
  const asks = Array.from({ length: tickets }, (_, n) => {
    const service = services[n % services.length]!;
    return askOf({ type: 'takeTicket', services: [service], language: 'ar' });
  });
  const ackMs: number[] = [];
  const started = performance.now();
  const visit = async (line: Line): Promise<void> => {
    for (let ask = asks.pop(); ask !== undefined; ask = asks.pop()) {
      const from = performance.now();
      const answer = await line.ask('ask', ask);
      ackMs.push(performance.now() - from);
      if (!answer.startsWith('{"done":true')) throw new Error(`a kiosk was answered ${answer}`);
    }
  };
  await Promise.all(groupOf(name).map(visit));
  return { tookMs: performance.now() - started, ackMs };
};

/** Tickets at a steady pace, at one kiosk after the other, however slow the answers are. */
export interface Paced {
  readonly names: readonly string[];
  readonly service: string;
  readonly tickets: number;
  readonly perSecond: number;
}

/** Of each ticket, the ms from asking to the answer. Throws at a refusal. */
const takePaced = async ({ names, service, tickets, perSecond }: Paced): Promise<number[]> => {
  const started = performance.now();
  const ticket = async (n: number): Promise<number> => {
    await pause(started + (n * 1000) / perSecond - performance.now());
    const [line] = groupOf(names[n % names.length]!);
    const ask = askOf({ type: 'takeTicket', services: [service], language: 'ar' });
    const from = performance.now();
    const answer = await line!.ask('ask', ask);
    if (!answer.startsWith('{"done":true')) throw new Error(`a kiosk was answered ${answer}`);
    return performance.now() - from;
  };
  return Promise.all(Array.from({ length: tickets }, (_, n) => ticket(n)));
};

const raw: RawEar[] = [];

const connectRaw = ({ url, count }: { url: string; count: number }): Promise<void> =>
  grow(raw, count, () => RawEar.open(url));

/** Carries out a clerk's commands, one after the other. Throws at a refusal. */
const serveAt = async ({ name, commands }: { name: string; commands: readonly object[] }) => {
  const [desk] = groupOf(name);
  for (const command of commands) {
    const answer = await desk!.ask('ask', askOf(command));
    if (!answer.startsWith('{"done":true')) throw new Error(`a desk was answered ${answer}`);
  }
};

export interface Calling {
  readonly counterId: string;
  readonly calls: number;
}

/** Calls of the hall's desk, of the echo's and of the plain socket; their times by name. */
const call = ({ counterId, calls }: Calling): Promise<Record<string, number[]>> => {
  const next = { type: 'finish', counterId, callNext: true };
  const calling = (name: string) => () => serveAt({ name, commands: [next] });
  const systems: Heard[] = [
    { name: 'hall', ears: groupOf('boards'), call: calling('desk'), fresh: true },
    { name: 'echo', ears: groupOf('echo boards'), call: calling('echo desk'), fresh: false },
    { name: 'raw', ears: raw, call: () => raw[0]!.call(), fresh: false },
  ];
  return hearCalls(systems, calls);
};

/** What a board shows next. */
const nextView = (name: string): Promise<string> =>
  new Promise((resolve) => {
    const [board] = groupOf(name);
    board!.onView = (text) => resolve(Buffer.from(text, 'latin1').toString());
  });

serve({ connect, connectRaw, take, takePaced, serve: serveAt, call, nextView });

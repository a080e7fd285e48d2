import { randomBytes } from 'node:crypto';
import { serve } from './child.js';
import { Line, type Door } from './wire.js';

/** The generator of load, in a process of its own. */

const lines = new Map<string, Line[]>();

/** Connects until a group has so many lines. */
const connect = async ({ name, door, count }: { name: string; door: Door; count: number }) => {
  const group = lines.get(name) ?? [];
  lines.set(name, group);
  while (group.length > count) group.pop()!.close();
  while (group.length < count) group.push(await Line.open(door));
};

const askFor = (service: string): string =>
  JSON.stringify({
    requestId: randomBytes(16).toString('hex'),
    sentAt: Date.now(),
    command: { type: 'takeTicket', services: [service], language: 'ar' },
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
  const asks = Array.from({ length: tickets }, (_, n) => askFor(services[n % services.length]!));
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
  await Promise.all((lines.get(name) ?? []).map(visit));
  return { tookMs: performance.now() - started, ackMs };
};

serve({ connect, take });

import { join } from 'node:path';
import { Child } from './child.js';
import { percentile, round, times } from './figures.js';
import { raised } from './limits.js';
import type { Taken, Taking } from './load.js';
import { QUICK_TICKETS, ROUND_TICKETS, Stand } from './stand.js';
import { RawLog } from './rawlog.js';
import { atLeast, atMost, type Place, type Row, type Section } from './report.js';
import type { Door } from './wire.js';

const CLIENTS = [1, 16, 64, 256];
const ROUNDS = 6;
const QUICK_ROUNDS = 2;

/** Of the size of a hall's own, so that both servers send the same bytes. */
const ANSWER = {
  done: true,
  seq: 1_000_000,
  ticketId: `${'0'.repeat(26)}:1000000`,
  receipt: {
    ticketId: `${'0'.repeat(26)}:1000000`,
    label: { letter: { ar: 'أ', en: 'A' }, number: 101 },
    ahead: 100,
    link: `http://localhost:4001/t/${'A'.repeat(37)}`,
    printing: true,
  },
};

interface Rounds {
  readonly hall: Taken[];
  readonly echo: Taken[];
  readonly raw: Taken[];
}

const rateOf = (rounds: readonly Taken[]): number => {
  const tickets = rounds.reduce((sum, { ackMs }) => sum + ackMs.length, 0);
  return (1000 * tickets) / rounds.reduce((sum, { tookMs }) => sum + tookMs, 0);
};

const latencies = (rounds: readonly Taken[]): number[] => rounds.flatMap(({ ackMs }) => ackMs);

const rowOf = (clients: number, { hall, echo, raw }: Rounds): Row => ({
  clients,
  'tickets/s': Math.round(rateOf(hall)),
  ...times('ack', latencies(hall)),
  'echo/s': Math.round(rateOf(echo)),
  ...times('echo', latencies(echo)),
  'raw tickets/s': Math.round(rateOf(raw)),
  ...times('commit', latencies(raw)),
  'of echo': round(rateOf(hall) / rateOf(echo)),
});

/** One after the other, so that a change of the machine meets all three. */
const roundsOf = async (
  stage: Stage,
  clients: number,
  { rounds, tickets }: { readonly rounds: number; readonly tickets: number },
): Promise<Rounds> => {
  const { stand, raw } = stage;
  const name = 'hall';
  const taking: Taking = { name: 'echo', services: stand.opened.services, tickets };
  await stand.load.tell('connect', { name, door: stage.kiosk, count: clients });
  await stand.load.tell('connect', { name: 'echo', door: stage.echo, count: clients });
  const found: Rounds = { hall: [], echo: [], raw: [] };
  for (let n = 0; n <= rounds; n += 1) {
    await stand.hall.tell('groups');
    const hall = await stand.take(name, tickets);
    const echo = await stand.load.tell<Taken>('take', taking);
    const groups = (await stand.hall.tell<number[]>('groups')).filter((size) => size > 0);
    const committed = raw.commit(groups);
    if (n === 0) continue; // each is warm now
    found.hall.push(hall);
    found.echo.push(echo);
    found.raw.push(committed);
  }
  return found;
};

interface Stage {
  readonly stand: Stand;
  readonly kiosk: Door;
  readonly echo: Door;
  readonly raw: RawLog;
}

/** Durable tickets over Socket.IO, beside an echo without a log and beside the log alone. */
export const rates = async ({ folder, quick }: Place): Promise<Section> => {
  const load = await Child.start('load');
  const stand = await Stand.open(load, join(folder, 'rates'));
  const echo = await Child.start('bare');
  const url = await echo.tell<string>('echo', ANSWER);
  const raw = new RawLog(join(folder, 'raw'));
  const door: Door = { url, role: 'kiosk', deviceId: 'k1', cookie: '' };
  const size = quick
    ? { rounds: QUICK_ROUNDS, tickets: QUICK_TICKETS }
    : { rounds: ROUNDS, tickets: ROUND_TICKETS };
  const stage: Stage = { stand, kiosk: await stand.door('kiosk', 'k1'), echo: door, raw };
  const found = new Map<number, Rounds>();
  for (const clients of CLIENTS) found.set(clients, await roundsOf(stage, clients, size));
  raw.close();
  for (const child of [load, stand.hall, echo]) await child.stop();
  const [at16, at64] = [found.get(16)!, found.get(64)!];
  const p99 = (rounds: readonly Taken[]): number => percentile(latencies(rounds), 0.99);
  return {
    title: 'Durable tickets over Socket.IO',
    notes: [
      raised,
      `${size.rounds} rounds of ${size.tickets} tickets after one to warm up, the three in turn`,
      'The server has one process, the generator of load another; both share the cores',
      'raw: the log’s event table and settings alone, in groups as the hall’s came',
      `A flush of this disk takes ${round(stand.opened.fsyncP50Ms)} ms (p50)`,
    ],
    rows: [...found].map(([clients, rounds]) => rowOf(clients, rounds)),
    aims: [
      atLeast('tickets/s ÷ echo/s at 64 clients', rateOf(at64.hall) / rateOf(at64.echo), 0.6),
      atMost('ack p99 at 16 clients ÷ raw commit p99', p99(at16.hall) / p99(at16.raw), 5),
    ],
  };
};

import { median, round } from '../../bench/figures.js';
import { atLeast, atMost, type Aim, type Row, type Section } from '../../bench/report.js';
import { openPostgres } from '../../../upstream/store/postgres.js';
import { BUSY_DAY, dayTemplate } from '../measure.js';
import { daysUpTo, type Template } from '../posts.js';
import { copyRate, linesOf, makeCopies } from './copy.js';
import { centreIds, sealed, signerOf, type Sealed } from './fleet.js';
import { drain, Lines, type Sent } from './load.js';
import { Receiver, serverCpuMs } from './receiver.js';
import type { Used } from './receiving.js';
import { storageOf } from './storage.js';
import type { World } from './world.js';

/** What each centre sends: posts of so many events, and how many of them. */
const SENDINGS = [
  { name: 'backlog, 500 events a post', size: 500, posts: Infinity },
  { name: '15 events a post', size: 15, posts: 40 },
  { name: 'one request a post', size: 1, posts: 20 },
] as const;
type Sending = (typeof SENDINGS)[number];

const CLIENTS = [1, 4] as const;
const CONNECTIONS_MAX = 256;
const WIRE_BYTES_MAX = 35;
const COPY_SHARE_MIN = 0.5;

interface Stand {
  readonly world: World;
  readonly url: string | null;
  readonly receiver: Receiver;
  readonly template: Template;
}

interface Round {
  readonly sent: Sent;
  readonly used: Used;
  readonly serverMs: number;
  /** Rows a second by clients of `COPY`; empty where there is none. */
  readonly copies: readonly number[];
}

const rateOf = ({ events, ms }: Sent): number => (1000 * events) / ms;

const logsOf = (
  { world: { days }, template }: Stand,
  centres: readonly string[],
  { size, posts: postsMax }: Sending,
): readonly (readonly Sealed[])[] => {
  const dates = daysUpTo(Date.now(), days);
  return centres.map((centreId) => {
    const telling = { centreId, dates, size, signer: signerOf(centreId) };
    const posts: Sealed[] = [];
    for (const post of template.posts(telling)) {
      posts.push(sealed(centreId, post));
      if (posts.length === postsMax) break;
    }
    return posts;
  });
};

/** The very rows of a round, into tables that have had those of the rounds before. */
const copied = async (url: string, name: string, batch: number): Promise<readonly number[]> => {
  const queries = await openPostgres(url, () => undefined);
  await makeCopies(
    queries,
    CLIENTS.map((clients) => `event_copy${clients}`),
  );
  await queries.close();
  const lines = await linesOf(url, `centre_id LIKE '${name}-%'`);
  const rates: number[] = [];
  for (const clients of CLIENTS) {
    rates.push(await copyRate(url, lines, { table: `event_copy${clients}`, batch, clients }));
  }
  return rates;
};

const roundOf = async (stand: Stand, sending: Sending, number: number): Promise<Round> => {
  const { world, receiver, url } = stand;
  const count = Math.max(1, Math.round(world.centres / world.rounds));
  const name = `size${sending.size}-round${number}`;
  const centres = centreIds(name, count);
  await receiver.enrol(centres);
  const logs = logsOf(stand, centres, sending);
  const lines = new Lines(receiver.url, Math.min(count, CONNECTIONS_MAX));
  await receiver.mark();
  const before = world.server === null ? Number.NaN : serverCpuMs(world.server);
  const sent = await drain(lines, logs);
  const serverMs = (world.server === null ? Number.NaN : serverCpuMs(world.server)) - before;
  const used = await receiver.used();
  await lines.close();
  const batch = Math.max(1, Math.round(sent.events / used.transactions));
  const copies = url === null ? [] : await copied(url, name, batch);
  world.say(
    `${sending.name}, round ${number}: ${Math.round(rateOf(sent))} events/s` +
      (copies.length > 0 ? `, COPY ${copies.map(Math.round).join(' and ')}` : ''),
  );
  return { sent, used, serverMs, copies };
};

const rowOf = ({ name }: Sending, rounds: readonly Round[]): Row => {
  const of = (value: (round: Round) => number): number => round(median(rounds.map(value)));
  const each = (value: (round: Round) => number): number =>
    of((one) => value(one) / one.sent.events);
  const ratios = CLIENTS.flatMap((clients, index) =>
    rounds[0]!.copies.length === 0
      ? []
      : [
          [`COPY rows/s, ${clients} clients`, of(({ copies }) => copies[index]!)] as const,
          [
            `÷ COPY of ${clients}`,
            of(({ sent, copies }) => rateOf(sent) / copies[index]!),
          ] as const,
        ],
  );
  const serverUs = each(({ serverMs }) => 1000 * serverMs);
  return {
    sent: name,
    'events/s': of(({ sent }) => rateOf(sent)),
    'posts/s': of(({ sent }) => (1000 * sent.posts) / sent.ms),
    'events a transaction': of(({ sent, used }) => sent.events / used.transactions),
    'body, bytes an event': each(({ sent }) => sent.bytes.body),
    'with HTTP': each(({ sent }) => sent.bytes.whole),
    'receiver, µs an event': each(({ used }) => 1000 * used.cpuMs),
    ...(Number.isNaN(serverUs) ? {} : { 'PostgreSQL, µs an event': serverUs }),
    ...Object.fromEntries(ratios),
  };
};

/** How fast backlogs are taken, beside `COPY` of the same rows, and what follows from them. */
export const backlog = async (world: World): Promise<readonly Section[]> => {
  const { server, rounds: count, centres, days, say } = world;
  const url = server === null ? null : await server.database('backlog');
  const receiver = await Receiver.open({ databaseUrl: url, facts: false });
  const template = await dayTemplate(BUSY_DAY);
  const stand: Stand = { world, url, receiver, template };
  const [rows, aims]: [Row[], Aim[]] = [[], []];
  let events = 0;
  for (const sending of SENDINGS) {
    const rounds: Round[] = [];
    for (let n = 1; n <= count; n += 1) rounds.push(await roundOf(stand, sending, n));
    const row = rowOf(sending, rounds);
    rows.push(row);
    events += rounds.reduce((sum, { sent }) => sum + sent.events, 0);
    if (sending.size < 500) continue;
    aims.push(atMost('backlog: bytes an event', Number(row['with HTTP']), WIRE_BYTES_MAX));
    const ratio = row[`÷ COPY of ${CLIENTS[0]}`];
    if (ratio === undefined) continue;
    aims.push(atLeast('backlog: events/s ÷ COPY of one client', Number(ratio), COPY_SHARE_MIN));
  }
  say('making facts …');
  const ms = await receiver.facts();
  await receiver.queries.query('VACUUM ANALYZE');
  const storage = await storageOf(receiver.queries, 'Storage of events and facts', { events });
  await receiver.close();
  return [
    {
      title: `Backlogs of ${centres} centres and ${days} days, ${count} rounds`,
      notes: ['Medians of rounds; no facts are made meanwhile'],
      ...{ rows, aims },
    },
    {
      title: 'Facts of what was stored',
      notes: ['One projector, nothing else running here'],
      rows: [{ events, 'events/s': Math.round((1000 * events) / ms) }],
      aims: [],
    },
    storage,
  ];
};

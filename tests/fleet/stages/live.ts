import type { EventsPost } from '../../../core/protocol/upstream.js';
import { MINUTE_MS, HOUR_MS } from '../../../core/time.js';
import { machineTimers } from '../../../node/time.js';
import type { Queries } from '../../../upstream/store/database.js';
import { percentile, round, times } from '../../bench/figures.js';
import type { Section } from '../../bench/report.js';
import { randomOf, type Random } from '../../play/random.js';
import { BUSY_DAY, dayTemplate } from '../measure.js';
import { daysUpTo, type Template } from '../posts.js';
import { beatAfter, centreIds, sealed, signerOf, type Sealed } from './fleet.js';
import { drain, Lines, live as sendLive, type Timed } from './load.js';
import { Receiver, serverCpuMs } from './receiver.js';
import type { World } from './world.js';

/** Share of a day's events that the busiest hour has. */
const BUSIEST_HOUR = 0.2;
const BEAT_MS = MINUTE_MS / 2;
/** Requests that a centre has sent before. */
const BEFORE = 10;
const LOOK_EVERY_MS = 200;
/** After the last confirmation, until facts are given up. */
const FACTS_MS_MAX = 20_000;

/** What a centre sent before, and what it will send at which times. */
interface Played {
  readonly before: readonly Sealed[];
  readonly schedule: readonly Timed[];
}

const played = (
  template: Template,
  centreId: string,
  { random, ms }: { readonly random: Random; readonly ms: number },
): Played => {
  const dates = daysUpTo(Date.now(), 1);
  const telling = { centreId, dates, size: 1, signer: signerOf(centreId), live: true };
  const posts = template.posts(telling);
  const next = (): EventsPost => posts.next().value as EventsPost;
  const seal = (post: EventsPost): Sealed => sealed(centreId, post);
  const first = Array.from({ length: BEFORE }, next);
  const schedule: Timed[] = [];
  const apartMs = HOUR_MS / (template.requests * BUSIEST_HOUR);
  let last = first.at(-1)!;
  let at = -random.unit() * BEAT_MS;
  for (;;) {
    const happens = Math.max(0, at) + random.exponential(apartMs);
    for (let beat = at + BEAT_MS; beat < Math.min(happens, ms); beat += BEAT_MS) {
      schedule.push({ dueMs: beat, post: seal(beatAfter(last)) });
    }
    if (happens >= ms) return { before: first.map(seal), schedule };
    last = next();
    schedule.push({ dueMs: happens, post: seal(last) });
    at = happens;
  }
};

/** When the facts of what was confirmed are there, as seen by asking again and again. */
class FactsWatch {
  readonly lagsMs: number[] = [];
  private readonly waiting: { readonly last: number; readonly sinceMs: number }[][];
  private readonly places: ReadonlyMap<string, number>;

  constructor(
    private readonly queries: Queries,
    centres: readonly string[],
  ) {
    this.waiting = centres.map(() => []);
    this.places = new Map(centres.map((centreId, place) => [centreId, place]));
  }

  confirmed(centre: number, { last }: Sealed): void {
    this.waiting[centre]!.push({ last, sinceMs: performance.now() });
  }

  async look(): Promise<void> {
    const rows = await this.queries.query<{ centre_id: string; seq: number }>(
      'SELECT centre_id, seq FROM projection',
    );
    const now = performance.now();
    for (const { centre_id, seq } of rows) {
      const own = this.waiting[this.places.get(centre_id) ?? -1] ?? [];
      while (own[0] !== undefined && own[0].last <= seq)
        this.lagsMs.push(now - own.shift()!.sinceMs);
    }
  }

  get isDone(): boolean {
    return this.waiting.every((own) => own.length === 0);
  }
}

/** Looks until everything was seen, or so long after the end. */
const watchFacts = async (watch: FactsWatch, ended: Promise<void>): Promise<void> => {
  let until = Infinity;
  void ended.then(() => (until = performance.now() + FACTS_MS_MAX));
  while (performance.now() < until && !(until < Infinity && watch.isDone)) {
    await watch.look();
    await new Promise<void>((resolve) => machineTimers.after(LOOK_EVERY_MS, resolve));
  }
  if (!watch.isDone) throw new Error('facts of what was confirmed did not come');
};

/** Centres at the pace of their busiest hour: each sends when something happens. */
export const live = async (world: World): Promise<readonly Section[]> => {
  const { server, centres: count, seconds, say } = world;
  const databaseUrl = server === null ? null : await server.database('live');
  const receiver = await Receiver.open({ databaseUrl, facts: true });
  const template = await dayTemplate(BUSY_DAY);
  const centres = centreIds('live', count);
  await receiver.enrol(centres);
  const random = randomOf(11);
  say(`${count} centres seal what they will send …`);
  const all = centres.map((centreId) => played(template, centreId, { random, ms: seconds * 1000 }));
  const lines = new Lines(receiver.url, count);
  await drain(
    lines,
    all.map(({ before }) => before),
  );
  say('live …');
  const watch = new FactsWatch(receiver.queries, centres);
  const lagsMs: number[] = [];
  let [posts, events, bytes] = [0, 0, 0];
  await receiver.mark();
  const [serverFrom, from] = [
    server === null ? Number.NaN : serverCpuMs(server),
    performance.now(),
  ];
  const sending = sendLive(
    lines,
    all.map(({ schedule }) => schedule),
    (centre, { dueMs, confirmedMs, post }) => {
      posts += 1;
      events += post.events;
      bytes += post.bytes.whole;
      if (post.events === 0) return;
      lagsMs.push(confirmedMs - dueMs);
      watch.confirmed(centre, post);
    },
  );
  await Promise.all([sending, watchFacts(watch, sending)]);
  const ms = performance.now() - from;
  const { cpuMs } = await receiver.used();
  const serverMs = (server === null ? Number.NaN : serverCpuMs(server)) - serverFrom;
  await lines.close();
  await receiver.close();
  const rate = (n: number): number => round(n / seconds);
  return [
    {
      title: `${count} centres live, for ${seconds} s of their busiest hour`,
      notes: [
        `Each sends ${round(template.requests * BUSIEST_HOUR)} requests an hour at random, and a ` +
          'word every 30 s without any; the whole program, with facts',
        `Facts are looked for every ${LOOK_EVERY_MS} ms, which their lag includes`,
      ],
      rows: [
        {
          ...{ centres: count, 'posts/s': rate(posts), 'events/s': rate(events) },
          ...times('lag', lagsMs),
          'facts p50 ms': round(percentile(watch.lagsMs, 0.5)),
          'facts p99 ms': round(percentile(watch.lagsMs, 0.99)),
          'bytes an event': round(bytes / events),
          'receiver, % of a core': round((100 * cpuMs) / ms),
          ...(server === null ? {} : { 'PostgreSQL, % of a core': round((100 * serverMs) / ms) }),
        },
      ],
      aims: [],
    },
  ];
};

import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { join as enrol } from '../../../node/forward/enrol.js';
import { demoSettings } from '../../../server/demo.js';
import { ownOf } from '../../../server/upstream/own.js';
import { Receiver } from '../../fleet/stages/receiver.js';
import { Child } from '../child.js';
import { median, percentile, round, times } from '../figures.js';
import { makeHistory } from '../history.js';
import type { Paced } from '../load.js';
import { atMost, type Place, type Section } from '../report.js';
import { Stand } from '../stand.js';

const UPSTREAM = 'ismailia';
const KIOSK = 'k1';
/** A hall never has so many. */
const TICKETS_PER_S = 20;
const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const ROUND_TICKETS = 400;
const QUICK_TICKETS = 100;
/** What is drained: some weeks of a line that was down. */
const PAST = { days: 60, ticketsPerDay: 500 };
const QUICK_PAST = { days: 20, ticketsPerDay: 500 };
/** What two runs of the same may differ by. */
const SAME = 1.25;

interface Round {
  readonly alone: readonly number[];
  readonly draining: readonly number[];
  /** Events that were confirmed a second meanwhile. */
  readonly rate: number;
}

const storedIn = async (receiver: Receiver): Promise<number> => {
  const [row] = await receiver.queries.query<{ stored: number | null }>(
    'SELECT sum(stored_seq)::int AS stored FROM stream',
  );
  return row?.stored ?? 0;
};

/** Tickets at a steady pace, before the hall is enrolled above and then while its log drains. */
const roundIn = async (load: Child, data: string, { quick }: Place): Promise<Round> => {
  const settings = await demoSettings({ data, port: 0, phonePort: 0 });
  await makeHistory(settings, quick ? QUICK_PAST : PAST, Date.now());
  const receiver = await Receiver.open({ databaseUrl: null, facts: false, nice: true });
  const way = { url: receiver.url, ca: null, proxy: null };
  const stand = await Stand.open(load, data, { upstreams: [{ id: UPSTREAM, ...way }] });
  await load.tell('connect', { name: data, door: await stand.door('kiosk', KIOSK), count: 1 });
  const paced: Paced = {
    ...{ names: [data], service: stand.opened.services[0]!, perSecond: TICKETS_PER_S },
    tickets: quick ? QUICK_TICKETS : ROUND_TICKETS,
  };
  const take = async (): Promise<readonly number[]> => {
    const ackMs = await load.tell<number[]>('takePaced', paced);
    await stand.hall.tell('empty');
    return ackMs;
  };
  await take();
  const alone = await take();
  const { centre } = settings.configuration;
  const place = { directory: data, upstreamId: UPSTREAM, way };
  await enrol(place, ownOf(data, centre), await receiver.code(centre.id));
  while ((await storedIn(receiver)) === 0) await setTimeout(100);
  const [from, began] = [await storedIn(receiver), performance.now()];
  const draining = await take();
  const to = await storedIn(receiver);
  const rate = (1000 * (to - from)) / (performance.now() - began);
  await setTimeout(1_000);
  if ((await storedIn(receiver)) === to) throw new Error('all was drained before the end');
  await load.tell('connect', { name: data, door: null, count: 0 });
  await stand.close();
  await receiver.close();
  return { alone, draining, rate };
};

/** Answers of a hall whose backlog goes up at full speed beside those without. */
export const drain = async (place: Place): Promise<Section> => {
  const load = await Child.start('load');
  const rounds: Round[] = [];
  const count = place.quick ? QUICK_ROUNDS : ROUNDS;
  for (let n = 0; n < count; n += 1) {
    rounds.push(await roundIn(load, join(place.folder, `drain-${n}`), place));
  }
  await load.stop();
  const ratioOf = (share: number): number =>
    median(
      rounds.map(({ alone, draining }) => percentile(draining, share) / percentile(alone, share)),
    );
  const rate = round(median(rounds.map((one) => one.rate)));
  return {
    title: 'Answers while a backlog drains',
    notes: [
      `${count} halls with a new history each; ${TICKETS_PER_S} tickets a second, alone and then`,
      'while all goes to a receiver with the embedded store, a process with the last priority',
    ],
    rows: [
      {
        hall: 'alone',
        ...times(
          'ack',
          rounds.flatMap(({ alone }) => alone),
        ),
      },
      {
        hall: 'draining',
        ...times(
          'ack',
          rounds.flatMap(({ draining }) => draining),
        ),
        'events/s confirmed': rate,
      },
    ],
    aims: [
      atMost('ack p50, draining ÷ alone, median', ratioOf(0.5), SAME),
      atMost('ack p99, draining ÷ alone, median', ratioOf(0.99), SAME),
    ],
  };
};

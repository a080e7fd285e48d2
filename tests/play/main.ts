import type { Configuration } from '../../core/configuration.js';
import { HOUR_MS } from '../../core/time.js';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { speedOf } from '../../server/options.js';
import { Book } from './book.js';
import { Clerk, type Hall } from './clerk.js';
import { openPage, SignInRefused } from './client.js';
import { planDay, PLAN_OPENS_H, WORKDAYS, type DayPlan, type Workday } from './day.js';
import { Pace, pause } from './pace.js';
import { randomOf } from './random.js';
import { ticketsFor } from './staff.js';
import { Visitors } from './visitors.js';

/** A lap of the play is the busiest part of a day, so that there is always something to see. */
const LAP_FROM_MS = (10 - PLAN_OPENS_H) * HOUR_MS;
const LAP_TO_MS = (14 - PLAN_OPENS_H) * HOUR_MS;
const LOAD = 0.8;
const CROWD = 20;
const CROWD_STEP_MS = 150;
const TELL_FIRST_MS = 15_000;
const TELL_MS = 60_000;
const AGAIN_MS = 2_000;
/** The server slows wrong sign-ins down after five; a clerk without an account stays at home. */
const SIGN_INS_MAX = 4;

const HELP = `Fills a running demo with visitors and clerks, as npm start -- --simulate does.

  node build/tests/play/main.js [--url URL] [--speed N] [--seed N]

  DAWR_CLERK_SECRET in the environment is the secret of the clerks.
`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const options = () => {
  const { values } = parsed({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4000' },
      speed: { type: 'string', default: '10' },
      seed: { type: 'string' },
    },
  });
  const speed = speedOf(values.speed);
  const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new Misuse(`--seed ${values.seed} is no whole number from 0 on.`);
  }
  const secret = process.env['DAWR_CLERK_SECRET'];
  if (secret === undefined) throw new Misuse('Set DAWR_CLERK_SECRET.');
  return { url: values.url.replace(/\/$/, ''), speed, seed, secret };
};

/** Does it again until it succeeds, and tells why not: the server may be starting again. */
const insist = async <T>(run: () => Promise<T>): Promise<T> => {
  let told = '';
  for (;;) {
    try {
      return await run();
    } catch (error) {
      const why = String(error);
      if (why !== told) say(`simulation: ${why}; it is tried again`);
      told = why;
      await pause(AGAIN_MS);
    }
  }
};

/** The catalogue that a kiosk shows. */
const configurationFor = async (url: string, visitors: Visitors): Promise<Configuration> => {
  const kiosk = await visitors.kiosk('k1');
  const { configuration } = await kiosk.ready();
  const jar = await openPage(url, 'kiosk', 'k1');
  const response = await fetch(`${url}/configuration/${configuration}.json`, {
    headers: { cookie: jar.header() },
  });
  if (!response.ok) throw new Error(`the configuration cannot be read: ${response.status}`);
  return (await response.json()) as Configuration;
};

/** The day that is played, lap after lap. */
class Play {
  private plan: DayPlan;
  private lap = 0;
  private lapAt: number;

  constructor(
    private readonly hall: Hall,
    private readonly seed: number,
  ) {
    this.lapAt = hall.pace.now();
    this.plan = this.planLap();
  }

  async visitors(): Promise<never> {
    for (;;) {
      await this.playLap();
      this.lap += 1;
      this.lapAt = this.hall.pace.now();
      this.plan = this.planLap();
    }
  }

  /** Seats the clerks one by one, as their accounts come to be; each works from then on. */
  async clerks(): Promise<void> {
    const working: Promise<void>[] = [];
    for (const [index, plan] of this.plan.clerks.entries()) {
      const desk = this.hall.configuration.desks.find(({ counter }) => counter === plan.counterId);
      if (desk === undefined) continue;
      const clerk = new Clerk(this.hall, {
        deviceId: desk.id,
        staffId: `clerk-${index + 1}`,
        random: randomOf(this.seed + 1 + index),
        plan,
        onBreak: () => this.onBreak(index),
      });
      if (await this.seated(clerk)) working.push(this.works(clerk, desk.name.en));
    }
    await Promise.all(working);
  }

  private async seated(clerk: Clerk): Promise<boolean> {
    for (let refused = 0; refused < SIGN_INS_MAX; await pause(AGAIN_MS)) {
      try {
        await clerk.sit();
        return true;
      } catch (error) {
        if (error instanceof SignInRefused) refused += 1;
      }
    }
    return false;
  }

  private async works(clerk: Clerk, desk: string): Promise<void> {
    await insist(() => clerk.work());
    say(`simulation: ${desk} is in the hands of a person now`);
  }

  private planLap(): DayPlan {
    const { configuration } = this.hall;
    const days = Object.keys(WORKDAYS) as Workday[];
    const workday = days[this.lap % days.length]!;
    const tickets = ticketsFor(configuration, LOAD, 8) / WORKDAYS[workday].factor;
    return planDay(configuration, { seed: this.seed + 1000 * this.lap, workday, tickets });
  }

  /** On the first lap nobody rests at once: a newcomer looks at the hall. */
  private onBreak(index: number): boolean {
    const at = this.hall.pace.now() - this.lapAt + LAP_FROM_MS;
    const { breaks } = this.plan.clerks[index]!;
    const from = this.lap === 0 ? LAP_FROM_MS : 0;
    return breaks.some(({ fromMs, toMs }) => fromMs > from && fromMs <= at && at < toMs);
  }

  private async playLap(): Promise<void> {
    const { visits } = this.plan;
    const first = visits.findIndex(({ atMs }) => atMs >= LAP_FROM_MS);
    const crowd = this.lap === 0 ? visits.slice(Math.max(0, first - CROWD), first) : [];
    for (const visit of crowd) {
      this.send(visit);
      await pause(CROWD_STEP_MS);
    }
    for (const visit of visits.slice(first)) {
      if (visit.atMs >= LAP_TO_MS) break;
      await this.hall.pace.rest(this.lapAt + visit.atMs - LAP_FROM_MS - this.hall.pace.now());
      this.send(visit);
    }
  }

  private send(visit: DayPlan['visits'][number]): void {
    const { kiosks } = this.hall.configuration;
    const kiosk = kiosks[this.hall.book.counts.tickets % kiosks.length]!;
    void insist(() => this.hall.visitors.arrive(visit, kiosk.id));
  }
}

const tell = ({ book, pace }: Hall): void => {
  const { tickets, served, absent, left } = book.counts;
  say(
    `simulation (${pace.speed} times real time): ${tickets} tickets, ${book.waiting()} waiting, ` +
      `${served} served, ${absent} not there, ${left} left`,
  );
};

/** Ends with the program that started it, so that no two plays ever share the desks. */
const endWithParent = (): void => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1_000).unref();
};

const main = async (): Promise<void> => {
  if (asksHelp(process.argv)) return void process.stdout.write(HELP);
  const { url, speed, seed, secret } = options();
  endWithParent();
  say(`simulation: visitors and clerks at ${speed} times real time, seed ${seed}`);
  const pace = new Pace(speed);
  const book = new Book();
  const visitors = new Visitors(url, book, pace);
  const configuration = await insist(() => configurationFor(url, visitors));
  const hall: Hall = { url, secret, configuration, pace, book, visitors };
  const play = new Play(hall, seed);
  setTimeout(() => tell(hall), TELL_FIRST_MS);
  setInterval(() => tell(hall), TELL_MS);
  await Promise.all([play.visitors(), play.clerks()]);
};

main().catch((error: unknown) => {
  const known = error instanceof Error ? error.message : String(error);
  const words = error instanceof Misuse ? `${known}\n\n${HELP}` : `${known}\n`;
  process.stderr.write(`simulation: ${words}`);
  process.exit(error instanceof Misuse ? EXIT.usage : EXIT.failed);
});

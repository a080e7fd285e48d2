import { MINUTE_MS } from '../../core/time.js';
import { instant } from '../../core/calendar.js';
import { asksHelp, EXIT, Misuse, parsed } from '../../node/misuse.js';
import { catalogueOf } from './catalogue.js';
import { readDay, ReplayError, type LoggedDay } from './logs.js';
import { otherSite, planAt } from './otherSite.js';
import { planReplay, type ReplayPlan } from './plan.js';
import { replay } from './replay.js';
import { checksOf, reportLines } from './report.js';
import { ownSite, type Site } from './site.js';

const HELP = `Replays a day of a real ticket log through the doors of a centre.

  npm run replay -- --data DIR_OR_FILE [--branch B] [--day YYYY-MM-DD] [--speed N]

  --data DIR_OR_FILE  tickets.csv or .gz (and snapshots.csv beside it); see docs/replay.md
  --branch, --day     without them the busiest of the log
  --speed N           so many times real time (600)
  --seed N            for what the log does not tell (1)
  --zone ZONE         time zone of the log's local times
  --url URL           a demo that runs already, instead of a centre of its own
`;

const SPEED_MAX = 10_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const numberOf = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (value > 0 && value <= max) return value;
  throw new Misuse(`--${name} ${text}: give a number above 0, up to ${max}.`);
};

const options = () => {
  const { values } = parsed({
    options: {
      data: { type: 'string' },
      branch: { type: 'string' },
      day: { type: 'string' },
      zone: { type: 'string' },
      url: { type: 'string' },
      speed: { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
    },
  });
  const speed = numberOf('speed', values.speed, SPEED_MAX);
  const seed = Math.floor(numberOf('seed', values.seed, 2 ** 31));
  const { data } = values;
  if (data === undefined) throw new Misuse('Say which log: --data DIR_OR_FILE.');
  return { ...values, data, speed, seed };
};

type Options = ReturnType<typeof options>;

/** The last minute before the first arrival, on the log's own day. */
const beginningOf = ({ day, zone, tickets }: LoggedDay): number =>
  Math.max(instant(day, '00:00', zone), (tickets[0]?.arrivedAt ?? 0) - MINUTE_MS);

const siteFor = async (
  { url, speed }: Options,
  day: LoggedDay,
  plan: ReplayPlan,
): Promise<{ site: Site; plan: ReplayPlan }> => {
  const from = beginningOf(day);
  if (url === undefined)
    return { site: await ownSite(catalogueOf(day, plan), { from, speed }), plan };
  const site = await otherSite({ url: url.replace(/\/$/, ''), from, speed }, plan);
  return { site, plan: planAt(site, plan, day) };
};

const main = async (): Promise<void> => {
  if (asksHelp(process.argv)) return void process.stdout.write(HELP);
  const chosen = options();
  const { data, branch, day: date, zone, seed } = chosen;
  const day = readDay({
    data,
    ...(branch === undefined ? {} : { branch }),
    ...(date === undefined ? {} : { day: date }),
    ...(zone === undefined ? {} : { zone }),
  });
  const { site, plan } = await siteFor(chosen, day, planReplay(day, seed));
  try {
    say(`Replaying ${day.tickets.length} tickets of ${day.branch}, ${day.day}, at ${site.url}`);
    const played = await replay(site, plan, seed);
    for (const line of reportLines({ day, plan, site, seed }, played)) say(line);
    const checks = checksOf(site, plan, played);
    for (const { name, holds, found } of checks)
      say(`${holds ? 'yes' : 'NO '}  ${name} (${found})`);
    if (checks.some(({ holds }) => !holds)) process.exitCode = EXIT.found;
  } finally {
    await site.stop();
  }
};

const wordsOf = (error: unknown): string => {
  if (error instanceof Misuse) return `${error.message}\n\n${HELP}`;
  if (error instanceof ReplayError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

main().catch((error: unknown) => {
  process.stderr.write(`${wordsOf(error)}\n`);
  process.exit(error instanceof Misuse ? EXIT.usage : EXIT.failed);
});

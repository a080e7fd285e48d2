import type { DayReport } from '../../core/kpi.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { ManagerView } from '../../core/protocol/views.js';
import { DAY_MS } from '../../core/time.js';
import { openPage, Screen, signIn, type Jar } from '../play/client.js';
import { randomOf } from '../play/random.js';
import { Desk } from './desk.js';
import { Entrance, Hall, type Present } from './hall.js';
import { ReplayError } from './logs.js';
import type { ReplayPlan } from './plan.js';
import type { Site } from './site.js';

const MANAGER = { deviceId: 'manager', staffId: 'manager' } as const;

/** What a replay left behind. */
export interface Replayed {
  readonly present: readonly Present[];
  readonly refused: readonly string[];
  readonly calledTwice: readonly string[];
  /** The centre's own report of the day; `null` where no manager could be signed in. */
  readonly report: DayReport | null;
  readonly verified: boolean | null;
  /** From the first arrival to the last clerk's leaving, in the replay's time and in real time. */
  readonly playedMs: number;
  readonly realMs: number;
}

interface Manager {
  readonly screen: Screen<ManagerView>;
  readonly jar: Jar;
}

const managerOf = async ({ url, clock, now, secrets }: Site): Promise<Manager | null> => {
  const { manager: secret } = secrets;
  if (secret === undefined) return null;
  const letGo = clock.hold();
  try {
    const jar = await openPage(url, 'manager', MANAGER.deviceId);
    await signIn(url, jar, { ...MANAGER, secret });
    const { deviceId } = MANAGER;
    const screen = new Screen<ManagerView>(url, 'manager', { deviceId, jar, now });
    await screen.ready();
    return { screen, jar };
  } finally {
    letGo();
  }
};

const order = async ({ screen }: Manager, command: object): Promise<void> => {
  const answer = await screen.ask(command);
  if (isRefusal(answer)) throw new ReplayError(`${JSON.stringify(command)}: ${answer.refused}`);
};

const reportFrom = async (site: Site, { jar }: Manager): Promise<DayReport> => {
  const headers = { cookie: jar.header() };
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`${site.url}${path}`, { headers });
    if (!response.ok) throw new ReplayError(`${path}: ${response.status}`);
    return response.json();
  };
  const { days } = (await get(`/api/days?device=${MANAGER.deviceId}`)) as { days: string[] };
  const path = `/api/report/day?device=${MANAGER.deviceId}&day=${days[0] ?? ''}`;
  return (await get(path)) as DayReport;
};

const desksOf = (hall: Hall, plan: ReplayPlan, seed: number): Desk[] => {
  const { configuration } = hall.site;
  return plan.counters.map((counter, index) => {
    const { id: counterId, profiles } = configuration.counters[index]!;
    const desk = configuration.desks.find((entry) => entry.counter === counterId);
    if (desk === undefined) throw new ReplayError(`counter ${counterId} has no desk`);
    return new Desk(hall, {
      deviceId: desk.id,
      staffId: `clerk-${index + 1}`,
      counterId,
      profileId: profiles[0] ?? '',
      plan: counter,
      random: randomOf(seed + 1 + index),
    });
  });
};

/** Closes the day where it is ours, and reads its report, as the person who may. */
const endOfDay = async (site: Site): Promise<DayReport | null> => {
  const manager = await managerOf(site);
  if (manager === null) return null;
  try {
    if (site.scaled) await order(manager, { type: 'closeDay' });
    return await reportFrom(site, manager);
  } finally {
    manager.screen.close();
  }
};

/** Plays a planned day through a site's doors. Rejects where the hall does what it must not. */
export const replay = async (site: Site, plan: ReplayPlan, seed: number): Promise<Replayed> => {
  const { clock } = site;
  const hall = new Hall(site);
  if (site.scaled) {
    for (const index of plan.counters.keys()) await site.addClerk(`clerk-${index + 1}`);
    const manager = await managerOf(site);
    if (manager === null) throw new ReplayError('no manager');
    await order(manager, { type: 'openDay', closesAt: Math.floor(clock.now()) + DAY_MS });
    manager.screen.close();
  }
  const entrance = await Entrance.open(hall);
  site.begin();
  const [playedFrom, realFrom] = [clock.now(), performance.now()];
  await Promise.all([
    ...plan.visits.map((visit) => entrance.visit(visit)),
    ...desksOf(hall, plan, seed).map((desk) => desk.work()),
  ]);
  const [playedMs, realMs] = [clock.now() - playedFrom, performance.now() - realFrom];
  const report = await endOfDay(site);
  entrance.close();
  return {
    present: [...hall.present.values()],
    refused: hall.refused,
    calledTwice: hall.calledTwice,
    report,
    verified: site.verified(),
    playedMs,
    realMs,
  };
};

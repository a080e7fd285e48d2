import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { StartAnswer } from '../../core/protocol/api.js';
import type { Role } from '../../core/protocol/roles.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { ViewBase } from '../../core/protocol/views.js';
import { openPage, Screen, signIn } from '../play/client.js';
import { Program } from './program.js';
import { atMost, type Place, type Section } from './report.js';

const SCREENS = 50;
const RSS_MB_MAX = 120;
/** Fewer than a kiosk may give out in a minute. */
const TICKETS = 25;
const SETTLE_MS = 10_000;
const QUICK_SETTLE_MS = 2_000;
const LOOK_MS = 500;
const SERVICE = 'site-validity';

/** A place of the demo for one screen. */
type Slot = StartAnswer['screens'][number];

const startOf = async (url: string): Promise<StartAnswer> =>
  (await (await fetch(`${url}/api/start`)).json()) as StartAnswer;

/** The demo makes its clerks while it runs already. */
const staffed = async (url: string): Promise<StartAnswer> => {
  for (;;) {
    const start = await startOf(url);
    const desks = start.screens.filter(({ role }) => role === 'desk');
    if (start.staff.length > desks.length) return start;
    await pause(LOOK_MS);
  }
};

/** Every screen of the demo once, then boards and kiosks again, as in a larger hall. */
const placesOf = ({ screens }: StartAnswer): Slot[] => {
  const more = screens.filter(({ role }) => role === 'board' || role === 'kiosk');
  const places = [...screens];
  for (let n = 0; places.length < SCREENS; n += 1) places.push(more[n % more.length]!);
  return places;
};

const connect = async (
  url: string,
  { role, deviceId }: Slot,
  staff: StartAnswer['staff'],
): Promise<Screen<ViewBase>> => {
  const jar = await openPage(url, role as Role, deviceId);
  const member = role === 'desk' ? deviceId.replace('desk', 'clerk') : role;
  const signed = staff.find(({ id }) => id === member);
  if (signed !== undefined) {
    await signIn(url, jar, { deviceId, staffId: signed.id, secret: signed.secret });
  }
  const screen = new Screen<ViewBase>(url, role as Role, { deviceId, jar });
  await screen.ready();
  return screen;
};

const done = async (screen: Screen<ViewBase>, command: object): Promise<void> => {
  const answer = await screen.ask(command);
  if (isRefusal(answer)) throw new Error(`the warm-up is refused: ${answer.refused}`);
};

const withRole = (
  places: readonly Slot[],
  screens: readonly Screen<ViewBase>[],
  role: string,
): Screen<ViewBase>[] => screens.filter((_, at) => places[at]!.role === role);

/** A short morning: tickets at the kiosks, and at each desk some calls. */
const warm = async (
  places: readonly Slot[],
  screens: readonly Screen<ViewBase>[],
): Promise<void> => {
  const [kiosk] = withRole(places, screens, 'kiosk');
  for (let n = 0; n < TICKETS; n += 1) {
    await done(kiosk!, { type: 'takeTicket', services: [SERVICE], language: 'ar' });
  }
  for (const [index, desk] of withRole(places, screens, 'desk').entries()) {
    const counterId = `c${index + 1}`;
    await done(desk, { type: 'openCounter', counterId, profileId: 'all' });
    await done(desk, { type: 'callNext', counterId });
    await done(desk, { type: 'finish', counterId, callNext: true });
  }
};

/** Resident memory of the demo's server with a hall's screens connected. */
export const memory = async ({ folder, quick }: Place): Promise<Section> => {
  const program = await Program.start(join(folder, 'memory'));
  const alone = await program.residentBytes();
  const start = await staffed(program.url);
  const places = placesOf(start);
  const screens: Screen<ViewBase>[] = [];
  for (const place of places) screens.push(await connect(program.url, place, start.staff));
  await warm(places, screens);
  await pause(quick ? QUICK_SETTLE_MS : SETTLE_MS);
  const together = await program.residentBytes();
  screens.forEach((screen) => screen.close());
  await program.stop();
  const mb = (bytes: number): number => Math.round(bytes / 1e6);
  return {
    title: 'Memory of the server',
    notes: ['The demo’s server process by its own /metrics; its agent is another process'],
    rows: [
      { screens: 0, 'RSS MB': mb(alone) },
      { screens: SCREENS, 'RSS MB': mb(together) },
    ],
    aims: [atMost('RSS MB with 50 screens', mb(together), RSS_MB_MAX)],
  };
};

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationSchema } from '../../core/configuration.js';
import { readDevices } from '../../agent/devices.js';
import { readProfile } from '../../agent/printer/profile.js';
import {
  believeClock,
  demoExtras,
  demoSecrets,
  demoSettings,
  demoStaff,
  keepAgent,
  moreStaff,
  type DemoPlace,
} from '../../server/demo.js';
import type { Keeping, Kept } from '../../node/kept.js';
import { PROJECT } from '../../node/place.js';
import { run, type RunOptions, type Running } from '../../server/run.js';
import { configurationHash, type Settings } from '../../server/settings.js';
import { HallBus } from './bus.js';
import { KeypadClerk } from './clerks.js';
import { HallPrinter, networkLine, serialLine } from './printer.js';
import { hallRoutes, type Stage } from './routes.js';

const DEVICES = join(PROJECT, 'firmware-config');
const PRINTER = 'virtual-80mm';
const [DISPLAY, KEYPAD] = ['apertum-6', 'apertum-keys'];
const SERIAL_KIOSK = 'k1';
const NETWORK_KIOSK = 'k2';
/** Each has a display over it, a keypad, and a desk and a clerk of its number. */
const COUNTERS = [1, 2];
const counterOf = (number: number): string => `c${number}`;
const [MAIN_AT, DISPLAYS_AT, KEYPADS_AT] = [48, 32, 64];

/** What hangs on the line of the counters. */
const busFile = (path: string) => ({
  link: { kind: 'serial', path },
  displays: [
    ...COUNTERS.map((number) => ({
      ...{ profile: DISPLAY, address: DISPLAYS_AT + number, counter: counterOf(number) },
    })),
    { profile: DISPLAY, address: MAIN_AT, call: 1, part: 'both' },
  ],
  keypads: COUNTERS.map((number) => ({
    ...{ profile: KEYPAD, address: KEYPADS_AT + number, counter: counterOf(number) },
  })),
});

/** The demo's centre, with the displays of this hall: they hold the series to what they show. */
const hallSettings = async (place: DemoPlace): Promise<Settings> => {
  const settings = await demoSettings(place);
  const { configuration } = settings;
  const centre = { ...configuration.centre, displays: [DISPLAY] };
  // Its hash is that of the schema's order of fields.
  const own = configurationSchema.parse({ ...configuration, centre });
  return { ...settings, configuration: own, hash: configurationHash(own) };
};

type Devices = Pick<Stage, 'printers' | 'bus'>;

/** Plays every device. */
const playDevices = async (): Promise<Devices> => {
  const profile = readProfile(join(DEVICES, 'printers', `${PRINTER}.json`));
  const printers = [
    await HallPrinter.at(SERIAL_KIOSK, profile, serialLine),
    await HallPrinter.at(NETWORK_KIOSK, profile, networkLine),
  ];
  return { printers, bus: await HallBus.open() };
};

/** Writes the file by which the agent finds them. */
const nameDevices = (file: string, { printers, bus }: Devices): void => {
  const devices = {
    printers: Object.fromEntries(
      printers.map(({ kioskId, link }) => [kioskId, { profile: PRINTER, link }]),
    ),
    buses: { counters: busFile(bus.place) },
  };
  writeFileSync(file, `${JSON.stringify(devices, null, 2)}\n`);
  const [plan] = readDevices(file, DEVICES).buses;
  bus.hang(plan!);
};

/** A hall of one machine: the centre, the agent, and devices that are played. */
export interface Hall extends Running {
  /** The page that shows it all. */
  readonly page: string;
  readonly agent: Kept;
  readonly stage: Stage;
  /** The clerks have signed in, and the counters are open. */
  readonly staffed: Promise<void>;
}

const unplayDevices = async ({ printers, bus }: Stage): Promise<void> => {
  for (const device of [...printers, bus]) await device.remove();
};

/** Ends everything that was started, the agent first: it darkens its displays. */
const stopHall = async (
  stage: Stage,
  { running, agent }: { readonly running: Running; readonly agent: Kept },
): Promise<void> => {
  await agent.stop();
  await unplayDevices(stage);
  await running.stop();
};

type DemoExtras = ReturnType<typeof demoExtras>;

/** What the demo adds to the doors, and the hall's page. */
const withPage =
  (extras: DemoExtras, stage: Stage): DemoExtras =>
  (centre) => {
    const demo = extras(centre);
    const routes: typeof demo.routes = (app) => {
      demo.routes?.(app);
      hallRoutes(app, centre, stage);
    };
    return { ...demo, routes };
  };

type HallOptions = Pick<Keeping, 'say'> & Pick<RunOptions, 'journal' | 'onFatal' | 'secretCost'>;

/** Starts a hall. Throws `SocatMissing`, and as `run` does. */
export const startHall = async (
  place: DemoPlace,
  { say, ...options }: HallOptions,
): Promise<Hall> => {
  const secrets = demoSecrets(place.data);
  const file = join(place.data, 'devices.json');
  const devices = await playDevices();
  const clerks = new Map<string, KeypadClerk>();
  let staffed = Promise.resolve();
  const stage: Stage = {
    ...devices,
    displays: [
      { address: MAIN_AT, counterId: null },
      ...COUNTERS.map((number) => ({
        ...{ address: DISPLAYS_AT + number, counterId: counterOf(number) },
      })),
    ],
    counterIds: COUNTERS.map(counterOf),
    press: async (counterId, key) => {
      await staffed;
      await clerks.get(counterId)?.open();
      await devices.bus.press(counterId, key);
    },
  };
  const running = await run({
    settings: await hallSettings(place),
    extras: withPage(demoExtras(secrets, place.data), stage),
    ...options,
  }).catch(async (fault: unknown) => {
    await unplayDevices(stage);
    throw fault;
  });
  // The folder is this hall's own only now: another one may run in it.
  nameDevices(file, devices);
  await believeClock(running.centre);
  await demoStaff(running.centre, secrets);
  const agent = await keepAgent(running, { data: place.data, devices: file, say });
  if (agent === undefined) throw new Error('the demo centre has no agent');
  const staff = async (): Promise<void> => {
    await moreStaff(running.centre, secrets);
    for (const number of COUNTERS) {
      const post = { deviceId: `desk-${number}`, staffId: `clerk-${number}` };
      const counterId = counterOf(number);
      const clerk = new KeypadClerk(running.url, { ...post, counterId, secret: secrets.clerk });
      await clerk.open();
      clerks.set(counterId, clerk);
    }
  };
  staffed = staff();
  const stop = async (): Promise<void> => {
    await staffed;
    for (const clerk of clerks.values()) clerk.leave();
    await stopHall(stage, { running, agent });
  };
  return { ...running, page: `${running.url}/hall/`, agent, stage, staffed, stop };
};

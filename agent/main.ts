import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Configuration } from '../core/configuration.js';
import { Agent } from './agent.js';
import { Catalogue } from './catalogue.js';
import { machineClock } from './clock.js';
import { startBuses } from './buses.js';
import {
  readBuses,
  readDevices,
  readModemPlan,
  readScanners,
  ROLL_M,
  type PrinterSettings,
} from './devices.js';
import { enrolled } from './enrol.js';
import { fetchedAs } from './fetched.js';
import { FileRefused, isRefusal } from './files.js';
import { startModem } from './modem/start.js';
import { FIRMWARE } from './place.js';
import { readProfile } from './printer/profile.js';
import { startPrinter, type DesignedPrinter } from './printers.js';
import { startScanners } from './scanners.js';

/** Printed on where no file names the printers. */
const VIRTUAL = 'virtual-80mm.json';
const HELP = `Prints the tickets of some kiosks, and drives the displays and bells of some counters.

  node build/agent/main.js --server URL --device ID [--data DIR] [--devices FILE]

  --devices FILE   the printer of each kiosk, and lines to displays, keypads and bells;
                   without it the papers become pictures in DIR/paper
`;

const say = (line: string): void => void process.stderr.write(`agent: ${line}\n`);

const PROFILES = join(FIRMWARE, 'printers');

/** Finds a kiosk's printer. Throws `FileRefused`. */
const printersIn = (file: string | undefined): ((kioskId: string) => PrinterSettings) => {
  if (file === undefined) {
    const virtual = {
      profile: readProfile(join(PROFILES, VIRTUAL)),
      link: { kind: 'virtual' },
      rollM: ROLL_M,
      render: 'raster',
    } as const;
    return () => virtual;
  }
  const devices = readDevices(file, PROFILES);
  return (kioskId) => {
    const found = devices.get(kioskId);
    if (found !== undefined) return found;
    throw new FileRefused(`${file}: printers has no ${kioskId}: add its printer`);
  };
};

/** Printers that are told how papers look: those started before it is known, and after. */
class Designed {
  private readonly printers: DesignedPrinter[] = [];
  private configuration: Configuration | undefined;

  use(configuration: Configuration): void {
    this.configuration = configuration;
    for (const printer of this.printers) printer.use(configuration);
  }

  add(printer: DesignedPrinter): DesignedPrinter {
    this.printers.push(printer);
    if (this.configuration !== undefined) printer.use(this.configuration);
    return printer;
  }
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      server: { type: 'string' },
      device: { type: 'string' },
      data: { type: 'string', default: 'data/agent' },
      devices: { type: 'string' },
    },
  });
  const { server, device: deviceId } = values;
  if (server === undefined || !URL.canParse(server) || deviceId === undefined) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  const printerOf = printersIn(values.devices);
  const plans = values.devices === undefined ? [] : readBuses(values.devices, FIRMWARE);
  const scanners = values.devices === undefined ? [] : readScanners(values.devices, FIRMWARE);
  const modem = values.devices === undefined ? null : readModemPlan(values.devices, FIRMWARE);
  const self = { server: server.replace(/\/$/, ''), deviceId, data: resolve(values.data) };
  const cookie = await enrolled(self, { say, clock: machineClock, fetch });
  const fetched = fetchedAs(self, cookie);
  const printers = new Designed();
  const catalogue = new Catalogue({
    ...{ data: self.data, clock: machineClock, fetched, say, onFault: failed },
    onChange: (configuration) => printers.use(configuration),
  });
  const agent = new Agent({
    ...{ self, cookie, fetched },
    onConfiguration: (hash) => catalogue.see(hash),
    start: (kioskId, clock, listeners) => {
      try {
        const place = { data: self.data, ...printerOf(kioskId), clock };
        return printers.add(startPrinter(kioskId, place, listeners));
      } catch (error) {
        return failed(error);
      }
    },
    startHall: (clock, { ask, scan, troubles }) => {
      startScanners(scanners, { clock: machineClock, troubles, scan, onFault: failed });
      return startBuses(plans, {
        ...{ clock, say, troubles, data: self.data },
        press: ({ requestId, at: sentAt, counterId, key }) =>
          ask({ requestId, sentAt, command: { type: 'pressKey', counterId, key } }),
        onFault: failed,
      });
    },
    ...(modem === null
      ? {}
      : {
          startModem: (wire) =>
            startModem(modem, wire, {
              ...{ clock: machineClock, data: self.data, say, onFault: failed },
            }),
        }),
    say,
    exit: (code) => process.exit(code),
  });
  await agent.away.openDoor();
  const stop = (): void => void agent.stop().then(() => process.exit(0), failed);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Who started this agent has gone.
  process.once('disconnect', stop);
};

const failed = (error: unknown): never => {
  if (isRefusal(error)) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return process.exit(1);
};

main().catch(failed);

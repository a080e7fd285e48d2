import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Configuration } from '../core/configuration.js';
import { Agent } from './agent.js';
import { Catalogue } from './catalogue.js';
import { machineClock } from './clock.js';
import { startBuses } from './buses.js';
import { readDevices, ROLL_M, type Devices, type PrinterSettings } from './devices.js';
import { enrolled } from './enrol.js';
import { fetchedAs } from './fetched.js';
import { FileRefused, isMistyped, isRefusal, makeFolder } from './files.js';
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

  DAWR_DEVICE_TOKEN in the environment is the agent's token; without it a manager approves a code.
`;

const say = (line: string): void => void process.stderr.write(`agent: ${line}\n`);

/** What stands beside this agent; `printerOf` throws `FileRefused`. */
interface Beside extends Omit<Devices, 'printers'> {
  printerOf(kioskId: string): PrinterSettings;
}

const virtuals = (): Beside => {
  const virtual = {
    profile: readProfile(join(FIRMWARE, 'printers', VIRTUAL)),
    link: { kind: 'virtual' },
    rollM: ROLL_M,
    render: 'raster',
  } as const;
  return { printerOf: () => virtual, buses: [], scanners: [], modem: null };
};

/** Reads it from its file. Throws `FileRefused`. */
const besideIn = (file: string): Beside => {
  const { printers, ...others } = readDevices(file, FIRMWARE);
  const printerOf = (kioskId: string): PrinterSettings => {
    const found = printers.get(kioskId);
    if (found !== undefined) return found;
    throw new FileRefused(`${file}: printers has no ${kioskId}: add its printer`);
  };
  return { printerOf, ...others };
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
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  let stop = (): void => process.exit(0);
  // The last one is of who started this agent: it has gone, perhaps before all here is begun.
  for (const end of ['SIGINT', 'SIGTERM', 'disconnect']) process.once(end, () => stop());
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
    process.stderr.write(`Give --server, an address, and --device.\n\n${HELP}`);
    process.exit(2);
  }
  const beside = values.devices === undefined ? virtuals() : besideIn(values.devices);
  const { buses, scanners, modem } = beside;
  const given = process.env['DAWR_DEVICE_TOKEN'];
  const self = { server: server.replace(/\/$/, ''), deviceId, data: resolve(values.data) };
  makeFolder(self.data, 0o700);
  const cookie = await enrolled(self, { say, clock: machineClock, fetch, given });
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
        const place = { data: self.data, ...beside.printerOf(kioskId), clock };
        return printers.add(startPrinter(kioskId, place, listeners));
      } catch (error) {
        return failed(error);
      }
    },
    startHall: (clock, { ask, scan, troubles }) => {
      startScanners(scanners, { clock: machineClock, troubles, scan, onFault: failed });
      return startBuses(buses, {
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
  stop = () => void agent.stop().then(() => process.exit(0), failed);
};

const failed = (error: unknown): never => {
  if (isRefusal(error)) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return process.exit(isMistyped(error) ? 2 : 1);
};

main().catch(failed);

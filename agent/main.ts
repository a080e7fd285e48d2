import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Agent } from './agent.js';
import { machineClock } from './clock.js';
import { enrolled } from './enrol.js';
import { startPrinter } from './printers.js';

const PROFILE = 'firmware-config/printers/virtual-80mm.json';
const HELP = `Prints the tickets of some kiosks.

  node build/agent/main.js --server URL --device ID [--data DIR] [--profile FILE]
`;

const say = (line: string): void => void process.stderr.write(`agent: ${line}\n`);

const upTo = (directory: string): string =>
  existsSync(join(directory, 'package.json')) ? directory : upTo(dirname(directory));

/** The profile that comes with the project, whether this runs from its sources or is built. */
const ownProfile = (): string => join(upTo(dirname(fileURLToPath(import.meta.url))), PROFILE);

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      server: { type: 'string' },
      device: { type: 'string' },
      data: { type: 'string', default: 'data/agent' },
      profile: { type: 'string' },
    },
  });
  const { server, device: deviceId, profile = ownProfile() } = values;
  if (server === undefined || !URL.canParse(server) || deviceId === undefined) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  const self = { server: server.replace(/\/$/, ''), deviceId, data: resolve(values.data) };
  const agent = new Agent({
    self,
    cookie: await enrolled(self, { say, clock: machineClock, fetch }),
    start: (kioskId, clock, listeners) =>
      startPrinter(kioskId, { data: self.data, profile, clock }, listeners),
    say,
    exit: (code) => process.exit(code),
  });
  const stop = (): void => void agent.stop().then(() => process.exit(0), failed);
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Who started this agent has gone.
  process.once('disconnect', stop);
};

const failed = (error: unknown): void => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
};

main().catch(failed);

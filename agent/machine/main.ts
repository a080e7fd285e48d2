import { parseArgs } from 'node:util';
import { machineClock } from '../clock.js';
import { isMistyped, isRefusal } from '../files.js';
import { healthAfterSwitch, watch } from './health.js';
import { cookieOf, openOffice, ServerAway } from './office.js';
import { ProgramFailed, runWithin } from './programs.js';
import { settle } from './settle.js';
import { placesBelow, readMachine } from './settings.js';
import { isTrying, update, type Health } from './update.js';

const HELP = `What a provisioned machine does for itself; systemd starts it.

  health                  looks whether everything does its work, and starts again what does not
  update                  goes to the release that the server offers, or back
  settle --machine NAME   puts in place what the release in use holds for this machine
`;
const PROGRAM_MS_MAX = 5 * 60_000;

const say = (line: string): void => void process.stderr.write(`machine: ${line}\n`);

const run = runWithin(PROGRAM_MS_MAX);

const main = async (): Promise<void> => {
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { machine: { type: 'string' }, root: { type: 'string', default: '' } },
  });
  const [command] = positionals;
  const places = placesBelow(values.root);
  if (command === 'settle') {
    const changed = await settle(places, values.machine ?? readMachine(places).name, run);
    return say(`${changed.length} files were put in place`);
  }
  if (command !== 'health' && command !== 'update') {
    process.stderr.write(`${command ?? 'Nothing'} is not one of these:\n\n${HELP}`);
    process.exit(2);
  }
  const machine = readMachine(places);
  const cookie = cookieOf(places);
  const office = cookie === undefined ? undefined : openOffice(machine, cookie);
  const health = { places, machine, office, run, clock: machineClock, say };
  if (command === 'health') {
    // An update looks after the machine by itself.
    if (!isTrying(places)) await watch(health);
    return;
  }
  if (office === undefined) {
    await settle(places, machine.name, run);
    return say('the agent is not enrolled yet: nothing is fetched');
  }
  const after = (): Promise<Health> => healthAfterSwitch(health);
  const outcome = await update({ places, machine, office, run, say, health: after });
  await office.tell({
    ...{ deviceId: machine.agent ?? '', name: machine.name, page: machine.page?.id ?? null },
    ...outcome,
  });
};

main().catch((error: unknown) => {
  if (error instanceof ServerAway) say(`the server ${error.message}: tried again later`);
  else if (isRefusal(error) || error instanceof ProgramFailed) say(error.message);
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(isMistyped(error) ? 2 : 1);
});

import type { Logger } from 'pino';
import { machineTime } from '../../node/time.js';
import { explain } from '../explain.js';
import { LogFault } from '../log/faults.js';
import { loadSettings, type Settings } from '../settings.js';
import { giveCommand, takeCommand, type TakeOverAnswer, type TakeOverAsked } from './control.js';
import { roleIn } from './role.js';
import { openStandby, prepareStandby, type Standby } from './standby.js';
import { takeOver } from './takeover.js';

/** What the program gives to the part that is a standby. */
export interface Programs {
  readonly journal: Logger;
  readonly say: (line: string) => void;
  /** Starts the server of the hall; gives the line that says where it is. */
  readonly serve: (settings: Settings) => Promise<{ line: string; stop(): Promise<void> }>;
  /** Called with what is to be stopped when the process shall end. */
  readonly onStop: (stop: () => Promise<void>) => void;
}

const codeLine = ({ url, code }: Standby): string =>
  code === null
    ? `The standby is ready at ${url}.`
    : `The standby is ready at ${url}. At the server: npm start -- join --config FILE ` +
      `--upstream standby --code ${code}`;

const NOT_SERVING =
  'The copy has become the log of this machine, but its server did not start: mend that, and ' +
  'start the service of the standby again.';

/** One that runs: it follows its server until it is told to take its place. */
class Following {
  private standby: Standby | null = null;
  private server: { stop(): Promise<void> } | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly programs: Programs,
  ) {}

  async start(): Promise<void> {
    this.standby = await openStandby({ ...this.programs, ...this.parts() });
    this.programs.say(codeLine(this.standby));
  }

  async carryOut(asked: TakeOverAsked): Promise<TakeOverAnswer> {
    const lines: string[] = [];
    const say = (line: string): void => void lines.push(line);
    const { standby, settings } = this;
    if (standby === null) return { done: false, lines: ['This machine serves the hall already.'] };
    const began = machineTime.monotonicMs();
    try {
      const took = await takeOver(standby, { ...asked, settings, time: machineTime, say });
      this.standby = null;
      const { line, stop } = await this.programs.serve(took.settings);
      this.server = { stop };
      say(`${line} (${((machineTime.monotonicMs() - began) / 1000).toFixed(1)} s)`);
      return { done: true, lines };
    } catch (error) {
      const told = [...lines, explain(error, undefined)];
      if (!(error instanceof LogFault)) this.programs.journal.error({ err: error }, 'no take-over');
      if (this.standby === null) return { done: false, lines: [...told, NOT_SERVING] };
      await standby.stop();
      await this.start();
      return { done: false, lines: told };
    }
  }

  async stop(): Promise<void> {
    await this.standby?.stop();
    await this.server?.stop();
  }

  private parts() {
    return { settings: this.settings, time: machineTime };
  }
}

/** Runs a standby until it ends; one that took over is the server, also after a restart. */
export const startStandby = async (
  { config, anew }: { readonly config: string; readonly anew: boolean },
  programs: Programs,
): Promise<void> => {
  const { say, serve, onStop } = programs;
  const settings = await loadSettings(config);
  const { data } = settings.server;
  const role = roleIn(data);
  if (role?.role === 'server' && !anew) {
    const { line, stop } = await serve(settings);
    onStop(stop);
    return say(`${line}: this standby took over on ${new Date(role.tookOverAt).toISOString()}`);
  }
  const kept = prepareStandby(data, anew);
  if (kept !== null) say(`What was here is kept in ${kept}.`);
  const following = new Following(settings, programs);
  await following.start();
  const leave = await takeCommand(data, (asked) => following.carryOut(asked));
  onStop(async () => {
    await leave();
    await following.stop();
  });
};

/**
 * Makes the standby of a file the server: the one that runs, or, where none does, this process from
 * now on. Gives whether that was done.
 */
export const startTakeOver = async (
  { config, asked }: { readonly config: string; readonly asked: TakeOverAsked },
  programs: Programs,
): Promise<boolean> => {
  const settings = await loadSettings(config);
  const { data } = settings.server;
  const given = await giveCommand(data, asked);
  if (given === null) return takeOverHere(settings, asked, programs);
  for (const line of given.lines) programs.say(line);
  return given.done;
};

const takeOverHere = async (
  settings: Settings,
  asked: TakeOverAsked,
  programs: Programs,
): Promise<boolean> => {
  const { data } = settings.server;
  if (roleIn(data)?.role !== 'standby') {
    throw new LogFault(
      'standby.refused',
      `${data} holds no standby's copy: nothing is taken over.`,
    );
  }
  const following = new Following(settings, programs);
  await following.start();
  const { done, lines } = await following.carryOut(asked);
  for (const line of lines) programs.say(line);
  if (done) programs.onStop(() => following.stop());
  else await following.stop();
  return done;
};

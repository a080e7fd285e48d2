import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** A program of the system that did not do what it was asked; the message has its words. */
export class ProgramFailed extends Error {}

/** Runs a program to its end, and gives what it said; rejects with `ProgramFailed`. */
export type RunProgram = (command: string, ...args: string[]) => Promise<string>;

const execute = promisify(execFile);

/** Runs programs of this machine, each for so long at most. */
export const runWithin =
  (timeoutMs: number): RunProgram =>
  async (command, ...args) => {
    try {
      return (await execute(command, args, { timeout: timeoutMs })).stdout;
    } catch (cause) {
      const { stderr = '', message } = cause as Error & { readonly stderr?: string };
      const why = stderr.trim() === '' ? message : stderr.trim();
      throw new ProgramFailed(`"${[command, ...args].join(' ')}" failed: ${why}`, { cause });
    }
  };

/** Whether systemd says that a unit runs. */
export const isActive = (run: RunProgram, unit: string): Promise<boolean> =>
  run('systemctl', 'is-active', unit).then(
    () => true,
    () => false,
  );

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs a program of the system to its end, and gives what it said; rejects if it fails. */
export type RunProgram = (command: string, ...args: string[]) => Promise<string>;

const execute = promisify(execFile);

/** Runs programs of this machine, each for so long at most. */
export const runWithin =
  (timeoutMs: number): RunProgram =>
  async (command, ...args) =>
    (await execute(command, args, { timeout: timeoutMs })).stdout;

/** Whether systemd says that a unit runs. */
export const isActive = (run: RunProgram, unit: string): Promise<boolean> =>
  run('systemctl', 'is-active', unit).then(
    () => true,
    () => false,
  );

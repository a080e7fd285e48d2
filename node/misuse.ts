import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Exit codes: 0 as asked · 1 not done · 2 asked wrongly · 3 done, something was wrong. */
export const EXIT = { done: 0, failed: 1, usage: 2, found: 3 } as const;

/** Whoever asks for help gets it, whatever else stands in the line. */
export const asksHelp = (args: readonly string[]): boolean => args.includes('--help');

/** The command line asks for what is not possible; nothing was done. The message says what. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}

/** As Node's own `parseArgs`, but what it refuses is a `Misuse` in one sentence. */
export const parsed = <T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> => {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    // What follows the first sentence explains how arguments of all programs are written.
    throw new Misuse(`${error.message.split(/\.\s/)[0]?.replace(/\.$/, '')}.`);
  }
};

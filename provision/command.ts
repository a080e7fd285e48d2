import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FileRefused, isRefusal, makeFolder } from '../agent/files.js';
import { asksHelp, EXIT, Misuse } from '../node/misuse.js';
import { FIRMWARE, type Centre } from './centre.js';
import { signer, type Sign } from './keys.js';
import type { Tree } from './template.js';

/** The folder of a centre, by its id or by its path. Throws `FileRefused` if there is none. */
export const folderOf = (centre: string): string => {
  const centres = join(FIRMWARE, 'centres');
  const folder = centre.includes('/') ? resolve(centre) : join(centres, centre);
  if (existsSync(join(folder, 'site.json'))) return folder;
  const known = readdirSync(centres).filter((id) => existsSync(join(centres, id, 'site.json')));
  throw new FileRefused(
    `${folder} has no site.json: --centre takes ${known.join(' or ')}, or the path of a folder`,
  );
};

/** The centre's key, if its site trusts one. Throws `FileRefused` if that is not at hand. */
export const signWith = ({ site }: Centre, file: string | undefined): Sign | null => {
  if (site.releaseKey === null) {
    if (file === undefined) return null;
    throw new FileRefused('site.json has no releaseKey: write the public half of the key there');
  }
  if (file === undefined) throw new FileRefused('site.json has a releaseKey: give --key FILE');
  return signer(file, site.releaseKey);
};

/** Writes files into a folder that is not there or empty. Throws `FileRefused` for any other. */
export const writeTree = (folder: string, tree: Tree): void => {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new FileRefused(`${folder} is not empty: name another folder, or empty it`);
  }
  for (const [path, { text, mode }] of tree) {
    const file = join(folder, path);
    makeFolder(dirname(file));
    writeFileSync(file, text, { mode: Number.parseInt(mode, 8) });
  }
};

/** Options that must be given. Throws a `Misuse` that names those that are not. */
export const needed = <T extends Readonly<Record<string, string | undefined>>>(
  options: T,
): { readonly [K in keyof T]: string } => {
  const missing = Object.keys(options).filter((name) => options[name] === undefined);
  if (missing.length === 0) return options as { readonly [K in keyof T]: string };
  const said = missing.map((name) => `--${name}`).join(' and ');
  throw new Misuse(`Missing: ${said}.`);
};

/** What a person can do about a folder or file that the system does not give. */
const ABOUT: Readonly<Record<string, string>> = {
  EACCES: 'may not be written by you: name another place, or ask its owner',
  EPERM: 'may not be written by you: name another place, or ask its owner',
  EROFS: 'lies on a disk that is read only: name another place, or take the lock off the stick',
  ENOSPC: 'has no room left: free some, or name another place',
  ENOTDIR: 'is a file, or lies below one: name a folder',
  EISDIR: 'is a folder: name a file',
  EEXIST: 'is there already: name another one; nothing was overwritten',
  ENOENT: 'lies in a folder that is not there: make the folder first',
};

const wordsOf = (error: unknown): string | undefined => {
  if (isRefusal(error)) return error.message;
  const { code = '', path } = error as NodeJS.ErrnoException;
  const about = ABOUT[code];
  return about === undefined || path === undefined ? undefined : `${path} ${about}`;
};

/**
 * Runs a command to its end, or tells what it takes. What it refuses is told in its own words, and
 * ends with 2; a line that was typed wrongly with what the command takes.
 */
export const carryOut = (help: string, command: () => Promise<void>): void => {
  if (asksHelp(process.argv)) {
    process.stdout.write(help);
    return;
  }
  command().catch((error: unknown) => {
    const words = error instanceof Misuse ? `${error.message}\n\n${help}` : wordsOf(error);
    process.stderr.write(`${words ?? (error as Error).stack ?? String(error)}\n`);
    process.exit(words === undefined ? EXIT.failed : EXIT.usage);
  });
};

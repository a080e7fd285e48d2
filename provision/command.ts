import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FileRefused, isRefusal } from '../agent/files.js';
import { FIRMWARE, type Centre } from './centre.js';
import { signer, type Sign } from './keys.js';
import type { Tree } from './template.js';

/** The folder of a centre, by its id or by its path. */
export const folderOf = (centre: string): string =>
  centre.includes('/') ? resolve(centre) : join(FIRMWARE, 'centres', centre);

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
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: Number.parseInt(mode, 8) });
  }
};

/** Runs a command to its end; what it refuses is told in its own words, and ends with 2. */
export const carryOut = (command: () => Promise<void>): void => {
  command().catch((error: unknown) => {
    const words = isRefusal(error) ? error.message : ((error as Error).stack ?? String(error));
    process.stderr.write(`${words}\n`);
    process.exit(isRefusal(error) ? 2 : 1);
  });
};

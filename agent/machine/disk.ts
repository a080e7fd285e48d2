import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { syncFolder, writeWhole } from '../files.js';
import type { Places } from './settings.js';

/** As `writeWhole`, readable by everybody, in a folder that is made where there is none. */
export const writeDurably = (file: string, body: Uint8Array | string, mode = 0o644): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, body, mode);
};

/** As `rm` of one file, for good. */
export const removeDurably = (file: string): void => {
  if (!existsSync(file)) return;
  rmSync(file);
  syncFolder(file);
};

/** Number of the release in use; `null` on a machine without one. */
export const currentRelease = ({ current }: Places): number | null => {
  if (!existsSync(current)) return null;
  const number = Number(readlinkSync(current).split('/').at(-1));
  return Number.isSafeInteger(number) ? number : null;
};

/** Makes a release the one in use, in one step: after a power cut it is the old one or this one. */
export const switchTo = ({ current }: Places, release: number): void => {
  const next = `${current}.new`;
  rmSync(next, { force: true });
  symlinkSync(join('releases', String(release)), next);
  renameSync(next, current);
  syncFolder(current);
};

/** Makes a folder that was filled under another name stand under its own, whole. */
export const nameDurably = (partial: string, folder: string): void => {
  renameSync(partial, folder);
  syncFolder(folder);
};

/** What a small file of JSON says; `undefined` if there is none, or it is of another kind. */
export const noted = <T>(file: string, is: (value: unknown) => value is T): T | undefined => {
  if (!existsSync(file)) return undefined;
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return is(value) ? value : undefined;
};

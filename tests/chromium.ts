import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** The same engine without windows and policies: the tests of pages take it a third less work. */
const HEADLESS = 'chromium-headless-shell';

/** For root in a container, without what a browser looks up by itself. */
export const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking'];
/** Pages sound without a touch, as the policy of the machines lets them. */
export const AUTOPLAY = '--autoplay-policy=no-user-gesture-required';

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const installed = (names: readonly string[]): string[] => {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
};

/** Throws with what to do if there is none. */
const firstOf = (names: readonly (readonly string[])[]): string => {
  const named = process.env['DAWR_CHROMIUM'];
  const candidates =
    named === undefined ? [...names.flatMap(installed), chromium.executablePath()] : [named];
  const found = candidates.find(executable);
  if (found !== undefined) return found;
  throw new Error('no Chromium: install the package "chromium", or set DAWR_CHROMIUM to its path');
};

/**
 * The Chromium of a machine, which has windows and obeys policies: `DAWR_CHROMIUM` if it is set,
 * else an installed one, else Playwright's own. Throws with what to do if there is none.
 */
export const chromiumPath = (): string => firstOf([NAMES]);

/**
 * What drives a page alone: `DAWR_CHROMIUM` if it is set, else the one without windows where it is
 * installed, else as `chromiumPath`, and throws as that.
 */
export const headlessPath = (): string => firstOf([[HEADLESS], NAMES]);

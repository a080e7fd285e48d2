import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from '@playwright/test';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

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

/**
 * The Chromium that the tests drive: `DAWR_CHROMIUM` if it is set, else an installed one, else
 * Playwright's own. Throws with what to do if there is none.
 */
export function chromiumPath(): string {
  const named = process.env['DAWR_CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const installed = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const candidates = named === undefined ? [...installed, chromium.executablePath()] : [named];
  const found = candidates.find(executable);
  if (found === undefined) {
    throw new Error(
      'no Chromium: install the package "chromium", or set DAWR_CHROMIUM to its path',
    );
  }
  return found;
}

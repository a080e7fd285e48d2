import { randomInt } from 'node:crypto';
import { chownSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Millis } from '../core/configuration.js';
import { MINUTE_MS } from '../core/time.js';
import { tokenHash } from '../node/secrets.js';
import type { Centre } from './centre.js';
import { parseJson } from '../node/json.js';
import type { Running } from './run.js';

const GROUPS = 4;
const CODE_FILE = 'manager-code.json';
/** How long a code that was asked for at the terminal is good. */
export const CODE_LIFE_MS = 15 * MINUTE_MS;

/** The code of a centre that has no manager yet; only who reads the server's terminal knows it. */
const codes = new WeakMap<Centre, string>();

const kept = z.strictObject({ hash: z.string(), madeAt: z.number() });

const newCode = (): string =>
  Array.from({ length: GROUPS }, () => String(randomInt(1000, 10_000))).join('-');

const hashOf = (code: string): string => tokenHash(code).toString('hex');

const hasManager = ({ staff }: Centre): boolean =>
  staff.all().some(({ role, active }) => role === 'manager' && active);

/** The one-time code of this start, if the first manager is still to be named. */
export const setupCode = (centre: Centre): string | null => {
  if (hasManager(centre)) return null;
  const known = codes.get(centre);
  if (known !== undefined) return known;
  const code = newCode();
  codes.set(centre, code);
  return code;
};

/** What the terminal says on a first start; `null` afterwards. */
export const setupLine = ({ centre, url }: Running): string | null => {
  const code = setupCode(centre);
  if (code === null) return null;
  return `No manager yet: open ${url}/manager/manager/ and enter the setup code ${code}`;
};

/**
 * A one-time code with which the manager's page enrols again, and names a manager or gives one a
 * new secret; an earlier one ends. Its hash lies in the data directory: whoever may write there has
 * the whole centre anyway, and a file, unlike a table, can be written beside a running server.
 */
export const makeManagerCode = (directory: string, wall: Millis): string => {
  const code = newCode();
  const file = join(directory, CODE_FILE);
  rmSync(file, { force: true });
  writeFileSync(file, JSON.stringify({ hash: hashOf(code), madeAt: wall }), { mode: 0o600 });
  // Asked for by root, it must still be readable to the server's own user.
  const { uid, gid } = statSync(directory);
  if (process.getuid?.() === 0) chownSync(file, uid, gid);
  return code;
};

/** The hash of the terminal's code, while it is good. By the machine's clock, as it was made. */
const managerCodeHash = ({ store, clock }: Centre): string | undefined => {
  const found = kept.safeParse(readKept(join(store.directory, CODE_FILE)));
  if (!found.success) return undefined;
  const wall = clock.now() + clock.status().differenceMs;
  const ageMs = wall - found.data.madeAt;
  return ageMs >= 0 && ageMs <= CODE_LIFE_MS ? found.data.hash : undefined;
};

const readKept = (file: string): unknown => {
  try {
    const parsed = parseJson(readFileSync(file, 'utf8'));
    return 'value' in parsed ? parsed.value : undefined;
  } catch {
    // No file, or one that this user may not read: no code, so nobody gets in by it.
    return undefined;
  }
};

/** Why a code may name a manager now: the centre has none, or the terminal was asked for a code. */
export type Setup = 'first' | 'again';

/** Whether a manager may be named now by a code; `null` when not. */
export const setupOf = (centre: Centre): Setup | null => {
  if (!hasManager(centre)) return 'first';
  return managerCodeHash(centre) === undefined ? null : 'again';
};

/** Whether this is the code that the terminal shows. */
export const isSetupCode = (centre: Centre, code: string): boolean =>
  code === setupCode(centre) || hashOf(code) === managerCodeHash(centre);

/** The code has done its work and is good no more. */
export const endSetup = ({ store }: Centre): void =>
  rmSync(join(store.directory, CODE_FILE), { force: true });

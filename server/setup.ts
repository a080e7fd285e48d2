import { randomInt } from 'node:crypto';
import type { Centre } from './centre.js';
import type { Running } from './run.js';

const GROUPS = 4;

/** The code of a centre that has no manager yet; only who reads the server's terminal knows it. */
const codes = new WeakMap<Centre, string>();

const hasManager = ({ staff }: Centre): boolean =>
  staff.all().some(({ role, active }) => role === 'manager' && active);

/** Whether the first manager is still to be named. */
export const needsSetup = (centre: Centre): boolean => !hasManager(centre);

/** The one-time code of this start, if the first manager is still to be named. */
export const setupCode = (centre: Centre): string | null => {
  if (hasManager(centre)) return null;
  const known = codes.get(centre);
  if (known !== undefined) return known;
  const code = Array.from({ length: GROUPS }, () => String(randomInt(1000, 10_000))).join('-');
  codes.set(centre, code);
  return code;
};

/** What the terminal says on a first start; `null` afterwards. */
export const setupLine = ({ centre, url }: Running): string | null => {
  const code = setupCode(centre);
  if (code === null) return null;
  return `No manager yet: open ${url}/manager/manager/ and enter the setup code ${code}`;
};

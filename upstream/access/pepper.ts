import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeKept } from '../../node/folder.js';

const PEPPER_FILE = 'pepper.key';
const PEPPER_BYTES = 32;

/**
 * What is mixed into people's secrets, from a file outside the store; made where there is none.
 * Receivers of one store must have the same file, or each knows half of the passwords.
 */
export const pepperIn = (folder: string): Buffer => {
  const file = join(folder, PEPPER_FILE);
  if (!existsSync(file)) writeKept(file, randomBytes(PEPPER_BYTES));
  return readFileSync(file);
};

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeKept } from '../../node/folder.js';

const PEPPER_FILE = 'pepper.key';
const PEPPER_BYTES = 32;

/** Where it lies in a data centre's folder. */
export const pepperFile = (folder: string): string => join(folder, PEPPER_FILE);

/**
 * What is mixed into people's secrets, from a file outside the store; made where there is none.
 * Receivers of one store must have the same file, or each knows half of the passwords.
 */
export const pepperIn = (folder: string): Buffer => {
  const file = pepperFile(folder);
  if (!existsSync(file)) writeKept(file, randomBytes(PEPPER_BYTES));
  return readFileSync(file);
};

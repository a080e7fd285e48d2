import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { verifierKeyOf, type Signer } from '../../chain/note.js';
import { LogFault } from './faults.js';
import { writeKept } from '../../node/folder.js';
import { LOG_KEY } from './keys.js';

const fileIn = (directory: string): string => join(directory, LOG_KEY);

/**
 * The centre's signing key under `directory`, readable by the service's user only; made on first
 * use. Refuses a key file that others may read.
 */
export const signerIn = (directory: string, centreId: string): Signer => {
  const file = fileIn(directory);
  if (!existsSync(file)) {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeKept(file, pem);
  }
  if ((statSync(file).mode & 0o077) !== 0) {
    throw new LogFault('key.open', `${file} may be read by others: run chmod 600 ${file}`);
  }
  const name = `dawr/${centreId}`;
  try {
    return { name, privateKey: createPrivateKey(readFileSync(file)) };
  } catch (error) {
    const message = `${file} is not a key: put the centre's key back, or move the file away`;
    throw new LogFault('key.missing', message, { cause: error });
  }
};

/** The verifier key of a centre that has its signing key already; `null` where it has none. */
export const ownKeyIn = (directory: string, centreId: string): string | null =>
  existsSync(fileIn(directory)) ? verifierKeyOf(signerIn(directory, centreId)) : null;

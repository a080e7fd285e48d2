import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { FileRefused } from '../agent/files.js';

const spkiOf = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');

/** Makes a key that signs releases, for its owner alone; gives the public half for `site.json`. */
export const newKey = (file: string): string => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  return spkiOf(privateKey);
};

/** Signs manifests; gives base64. */
export type Sign = (manifest: string) => string;

/** Reads the key of a centre. Throws `FileRefused` if it is not the one that its machines trust. */
export const signer = (file: string, releaseKey: string): Sign => {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (cause) {
    throw new FileRefused(`${file} is no private key that can be read`, { cause });
  }
  if (spkiOf(key) !== releaseKey) {
    throw new FileRefused(`${file} is not the key whose public half is releaseKey in site.json`);
  }
  return (manifest) => sign(null, Buffer.from(manifest), key).toString('base64');
};

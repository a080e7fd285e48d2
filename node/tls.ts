import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Mistake } from '../core/check.js';
import { codeOf } from './folder.js';

type Read<T> = { readonly held: T } | { readonly reason: string };

const readWith = async <T>(file: string, read: (pem: Buffer) => Read<T>): Promise<Read<T>> => {
  try {
    return read(await readFile(file));
  } catch (cause) {
    return { reason: `${file} cannot be read (${codeOf(cause)})` };
  }
};

const certificateIn = (file: string) =>
  readWith<X509Certificate>(file, (pem) => {
    try {
      return { held: new X509Certificate(pem) };
    } catch {
      const swapped = pem.includes('PRIVATE KEY-----') ? ': it is a key; are they swapped?' : '';
      return { reason: `${file} is not a certificate in PEM form${swapped}` };
    }
  });

const keyIn = (file: string) =>
  readWith<KeyObject>(file, (pem) => {
    try {
      return { held: createPrivateKey(pem) };
    } catch {
      if (pem.includes('ENCRYPTED')) {
        return { reason: `${file} is locked by a passphrase: give one that is not` };
      }
      const swapped = pem.includes('CERTIFICATE-----')
        ? ': it is a certificate; are they swapped?'
        : '';
      return { reason: `${file} is not a private key in PEM form${swapped}` };
    }
  });

/**
 * What is wrong with a certificate and its key, which stand under `path`. Expiry is not looked at.
 */
export const tlsMistakes = async (
  tls: { cert: string; key: string },
  path: string,
): Promise<Mistake[]> => {
  const certificate = await certificateIn(tls.cert);
  const key = await keyIn(tls.key);
  const mistakes: Mistake[] = [];
  if ('reason' in certificate) {
    mistakes.push({ path: `${path}.cert`, reason: certificate.reason });
  }
  if ('reason' in key) mistakes.push({ path: `${path}.key`, reason: key.reason });
  if ('held' in certificate && 'held' in key && !certificate.held.checkPrivateKey(key.held)) {
    const reason = `${tls.key} does not belong to the certificate ${tls.cert}`;
    mistakes.push({ path: `${path}.key`, reason });
  }
  return mistakes;
};

/** What is wrong with the file of an authority that stands at `path`; `null`: it names none. */
export const authorityMistakes = async (ca: string | null, path: string): Promise<Mistake[]> => {
  if (ca === null) return [];
  const authority = await certificateIn(ca);
  return 'reason' in authority ? [{ path, reason: authority.reason }] : [];
};

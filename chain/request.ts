import { hash, sign, verify } from 'node:crypto';
import { keyIdOfKey, publicKeyOf, verifierKeyOf, type Signer } from './note.js';

/** Layout of the signed text; a change of it needs another name. */
const FORMAT = 'dawr-request-1';

/** What a signature covers of a request. */
export interface Signed {
  readonly method: string;
  /** Path with its query, as sent. */
  readonly path: string;
  /** As sent: packed where it is packed. Empty where there is none. */
  readonly body: Buffer;
}

/** The header that carries the signature. */
export const SIGNATURE_HEADER = 'dawr-signature';

const textOf = ({ method, path, body }: Signed): Buffer =>
  Buffer.from([FORMAT, method, path, hash('sha256', body, 'hex'), ''].join('\n'), 'utf8');

/** `<key id> <signature in base64>`, by an Ed25519 key. */
export const signRequest = (request: Signed, signer: Signer): string => {
  const id = keyIdOfKey(verifierKeyOf(signer));
  return `${id} ${sign(null, textOf(request), signer.privateKey).toString('base64')}`;
};

const HEADER = /^(?<id>[0-9a-f]{8}) (?<signature>[A-Za-z0-9+/]{86}==)$/;

/** Id of the key that a header says it was made with; `null` for what is no signature. */
export const signedWith = (header: unknown): string | null =>
  typeof header === 'string' ? (HEADER.exec(header)?.groups?.['id'] ?? null) : null;

/** Whether a header is the signature of a request by the key of a verifier key. */
export const isSignedBy = (request: Signed, header: string, verifierKey: string): boolean => {
  const { id, signature = '' } = HEADER.exec(header)?.groups ?? {};
  if (id !== keyIdOfKey(verifierKey)) return false;
  const key = publicKeyOf(verifierKey);
  return verify(null, textOf(request), key, Buffer.from(signature, 'base64'));
};

/** What a new key of a sender signs, to show that whoever gives it holds it. */
export const proofOf = (senderId: string): Signed => ({
  method: 'KEY',
  path: senderId,
  body: Buffer.alloc(0),
});

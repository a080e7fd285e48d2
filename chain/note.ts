import { createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';

/** Signature type of Ed25519 in C2SP signed-note. */
const ED25519 = 1;
/** What precedes the 32 bytes of an Ed25519 public key in its DER form (RFC 8410). */
const DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Who signs notes: a name without blanks or `+`, and an Ed25519 key. */
export interface Signer {
  readonly name: string;
  readonly privateKey: KeyObject;
}

const rawOf = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(DER_PREFIX.length);

const keyIdOf = (name: string, raw: Buffer): Buffer =>
  hash(
    'sha256',
    Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), raw]),
    'buffer',
  ).subarray(0, 4);

/** The verifier key of C2SP signed-note: `<name>+<key id>+<key>`. Public. */
export const verifierKeyOf = ({ name, privateKey }: Signer): string => {
  const raw = rawOf(privateKey);
  const key = Buffer.concat([Buffer.of(ED25519), raw]).toString('base64');
  return `${name}+${keyIdOf(name, raw).toString('hex')}+${key}`;
};

const KEY_PARTS = /^(?<name>[^\s+]+)\+(?<id>[0-9a-f]{8})\+(?<key>[A-Za-z0-9+/]{44})$/;

/** Whether a text has the form of a verifier key and its id is that of its name and key. */
export const isVerifierKey = (text: string): boolean => {
  const { name = '', id, key = '' } = KEY_PARTS.exec(text)?.groups ?? {};
  const bytes = Buffer.from(key, 'base64');
  return bytes[0] === ED25519 && keyIdOf(name, bytes.subarray(1)).toString('hex') === id;
};

/** The key id within a verifier key. */
export const keyIdOfKey = (verifierKey: string): string =>
  KEY_PARTS.exec(verifierKey)?.groups?.['id'] ?? '';

/** Keys that are remembered: to read one again costs as much as a signature's check. */
const KEYS_MAX = 20_000;
const keys = new Map<string, KeyObject>();

/** The public key within a verifier key. Throws where there is none. */
export const publicKeyOf = (verifierKey: string): KeyObject => {
  const known = keys.get(verifierKey);
  if (known !== undefined) return known;
  const raw = Buffer.from(KEY_PARTS.exec(verifierKey)?.groups?.['key'] ?? '', 'base64');
  const der = Buffer.concat([DER_PREFIX, raw.subarray(1)]);
  const key = createPublicKey({ key: der, type: 'spki', format: 'der' });
  const oldest = keys.size < KEYS_MAX ? undefined : keys.keys().next().value;
  if (oldest !== undefined) keys.delete(oldest);
  keys.set(verifierKey, key);
  return key;
};

/** `text` must end with a new line; it is signed with that. */
export const signNote = (text: string, signer: Signer): string => {
  const id = keyIdOf(signer.name, rawOf(signer.privateKey));
  const signature = sign(null, Buffer.from(text, 'utf8'), signer.privateKey);
  return `${text}\n— ${signer.name} ${Buffer.concat([id, signature]).toString('base64')}\n`;
};

/** The signature that a note says is by this key; `undefined` where it has none. */
const signatureBy = (note: string, verifierKey: string): Buffer | undefined => {
  const { name, id } = KEY_PARTS.exec(verifierKey)?.groups ?? {};
  const lines = note.slice(note.lastIndexOf('\n\n') + 2).split('\n');
  const line = lines.find((entry) => entry.startsWith(`— ${name} `));
  if (line === undefined) return undefined;
  const bytes = Buffer.from(line.slice(`— ${name} `.length), 'base64');
  return bytes.subarray(0, 4).toString('hex') === id ? bytes.subarray(4) : undefined;
};

/** Whether a note says that this key has signed it; the signature itself is not looked at. */
export const namesKey = (note: string, verifierKey: string): boolean =>
  signatureBy(note, verifierKey) !== undefined;

/** The signed text, when one of the verifier keys has signed it; else `null`. */
export const openNote = (note: string, verifierKeys: Iterable<string>): string | null => {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0) return null;
  const text = note.slice(0, cut + 1);
  for (const verifierKey of verifierKeys) {
    const signature = signatureBy(note, verifierKey);
    if (signature === undefined) continue;
    const publicKey = publicKeyOf(verifierKey);
    if (verify(null, Buffer.from(text, 'utf8'), publicKey, signature)) return text;
  }
  return null;
};

// The exported log of docs/log-format.md: its hashes, its signed notes, and its lines.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export const EXIT = { whole: 0, failed: 1, usage: 2, found: 3 };
const FORMAT = 'dawr-export-1';

/** What cannot be done, in a sentence. */
export class Failure extends Error {
  code = EXIT.failed;
}
export class Misuse extends Failure {
  code = EXIT.usage;
}

const sha256 = (...parts) =>
  parts.reduce((digest, part) => digest.update(part), createHash('sha256')).digest();

const frame = (value) => {
  const bytes = Buffer.from(String(value), 'utf8');
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};

export const genesis = (stream) => sha256(frame('dawr-log-1'), frame(stream));

const HEAD = ['stream', 'seq', 'day', 'occurred_at', 'request', 'part', 'parts', 'actor'];
const FIELDS = [...HEAD, 'type', 'version', 'body'];
export const hashOf = (previous, event) =>
  sha256(previous, ...FIELDS.map((field) => frame(event[field] ?? '')));

/** Of all that a line says of an event, its hash included: two that differ anywhere have others. */
export const printOf = (event) =>
  sha256(...[...FIELDS, 'hash'].map((field) => frame(event[field] ?? '')));

// RFC 6962 §2.1: a tree that only grows is kept as the roots of its whole subtrees.
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);

export class Tree {
  size = 0;
  peaks = [];

  add(hash) {
    let top = sha256(Buffer.of(0), hash);
    for (let rest = this.size; rest % 2 === 1; rest = (rest - 1) / 2) {
      top = nodeOf(this.peaks.pop(), top);
    }
    this.peaks.push(top);
    this.size += 1;
  }

  root() {
    if (this.size === 0) return sha256();
    return this.peaks.reduceRight((right, left) => nodeOf(left, right));
  }
}

// C2SP signed-note and tlog-checkpoint.
const DER_OF_ED25519 = Buffer.from('302a300506032b6570032100', 'hex');

const keyOf = (text) => {
  const [, name, id, key = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  const own = sha256(`${name}\n`, bytes).subarray(0, 4);
  if (bytes.length !== 33 || bytes[0] !== 1 || own.toString('hex') !== id) {
    throw new Misuse(`${text} is not a verifier key: the centre's verify prints it.`);
  }
  const der = Buffer.concat([DER_OF_ED25519, bytes.subarray(1)]);
  return { name, id: own, key: createPublicKey({ key: der, type: 'spki', format: 'der' }) };
};

export const keysOf = (texts) => {
  const keys = texts.map(keyOf);
  if (keys.every(({ name }) => name === keys[0].name)) return keys;
  throw new Misuse('The keys are of different centres.');
};

/** What a note claims, if this key has signed it. */
export const claimOf = (note, { name, id, key }) => {
  const end = note.lastIndexOf('\n\n') + 1;
  const text = note.slice(0, end);
  const lines = note.slice(end + 1).split('\n');
  const line = lines.find((one) => one.startsWith(`— ${name} `)) ?? '';
  const signature = Buffer.from(line.split(' ')[2] ?? '', 'base64');
  const isOurs = signature.subarray(0, 4).equals(id);
  const isSigned = isOurs && verify(null, Buffer.from(text), key, signature.subarray(4));
  const [origin = '', size, root = ''] = text.split('\n');
  if (!isSigned || !origin.startsWith(`${name}/`) || !/^[1-9]\d*$/.test(size)) return undefined;
  const stream = origin.slice(name.length + 1);
  return { stream, size: Number(size), root: Buffer.from(root, 'base64') };
};

/** The lines after the first, which goes to `begin`. */
export async function* entriesOf(file, begin = () => undefined) {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file) })) {
      line += 1;
      const entry = JSON.parse(text);
      if (line === 1 && entry?.export !== FORMAT) throw new SyntaxError('it is no exported log');
      if (typeof (entry?.checkpoint ?? '') !== 'string') throw new SyntaxError('it is no entry');
      if (line > 1) yield entry;
      else begin(entry);
    }
  } catch (error) {
    throw new Failure(`${file} cannot be read (line ${Math.max(line, 1)}: ${error.message}).`);
  }
  if (line === 0) throw new Failure(`${file} is empty.`);
}

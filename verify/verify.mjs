#!/usr/bin/env node
// Verifies an exported log against its signed checkpoints and a public key. Shares no line with
// the programs that wrote it: all here follows docs/log-format.md. Needs Node 20, nothing else.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const USAGE = `Verifies an exported log of a centre:

  node verify/verify.mjs LOG --key KEY… [--checkpoints FILE]…

  LOG   a file that "export" has written, in the centre or above it
  KEY   a verifier key of the centre, as kept on paper: dawr/CENTRE+8 HEX DIGITS+BASE64
  FILE  another exported log of the same centre, whose checkpoints must hold here too

Exit codes: 0 the log is whole, 1 it could not be read, 2 asked wrongly, 3 it is not, or unproven.`;

const EXIT = { whole: 0, failed: 1, usage: 2, found: 3 };
const FORMAT = 'dawr-export-1';

/** What cannot be done, in a sentence. */
class Failure extends Error {
  code = EXIT.failed;
}
class Misuse extends Failure {
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

const genesis = (stream) => sha256(frame('dawr-log-1'), frame(stream));

const HEAD = ['stream', 'seq', 'day', 'occurred_at', 'request', 'part', 'parts', 'actor'];
const FIELDS = [...HEAD, 'type', 'version', 'body'];
const hashOf = (previous, event) =>
  sha256(previous, ...FIELDS.map((field) => frame(event[field] ?? '')));

// RFC 6962 §2.1: a tree that only grows is kept as the roots of its whole subtrees.
const nodeOf = (left, right) => sha256(Buffer.of(1), left, right);

class Tree {
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

/** What a note claims, if this key has signed it. */
const claimOf = (note, { name, id, key }) => {
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

async function* entriesOf(file) {
  let line = 0;
  try {
    for await (const text of createInterface({ input: createReadStream(file) })) {
      line += 1;
      const entry = JSON.parse(text);
      if (line === 1 && entry?.export !== FORMAT) throw new SyntaxError('it is no exported log');
      if (typeof (entry?.checkpoint ?? '') !== 'string') throw new SyntaxError('it is no entry');
      if (line > 1) yield entry;
    }
  } catch (error) {
    throw new Failure(`${file} cannot be read (line ${Math.max(line, 1)}: ${error.message}).`);
  }
  if (line === 0) throw new Failure(`${file} is empty.`);
}

/** Signed claims by stream, smallest first, each once; and how many notes no key has signed. */
const claimsIn = async (files, keys) => {
  const [claims, seen] = [new Map(), new Set()];
  let strange = 0;
  for (const file of files) {
    for await (const { checkpoint } of entriesOf(file)) {
      if (checkpoint === undefined || seen.has(checkpoint)) continue;
      seen.add(checkpoint);
      const claim = keys.flatMap((key) => claimOf(checkpoint, key) ?? [])[0];
      if (claim === undefined) strange += 1;
      else claims.set(claim.stream, [...(claims.get(claim.stream) ?? []), claim]);
    }
  }
  for (const list of claims.values()) list.sort((a, b) => a.size - b.size);
  return { claims, strange };
};

/** One stream, event by event. */
class Stream {
  tree = new Tree();
  faults = [];
  held = 0;
  heldSize = 0;
  last = undefined;
  hashes = [];
  isOrdered = true;

  constructor(id, claims) {
    this.id = id;
    this.claims = [...claims];
    this.previous = genesis(id);
  }

  wrong(where, what) {
    this.faults.push(`stream ${this.id}, ${where}: ${what}`);
  }

  take(event) {
    const { seq } = event;
    const where = `event ${seq}`;
    const expected = (this.last?.seq ?? 0) + 1;
    if (seq !== expected) {
      this.isOrdered = false;
      const missing = `events ${expected} to ${seq - 1} are missing before it`;
      this.wrong(where, seq > expected ? missing : `stands where ${expected} should`);
    } else this.follow(event, where);
    this.fits(event, where);
    this.previous = Buffer.from(String(event.hash), 'hex');
    this.hashes.push(this.previous);
    this.last = event;
    this.tree.add(this.previous);
    if (this.isOrdered) this.hold();
  }

  follow(event, where) {
    if (hashOf(this.previous, event).toString('hex') === event.hash) return;
    this.wrong(where, 'was changed, or what stands before it: its hash is another');
  }

  /** The last event, if it is not the last of its command. */
  get open() {
    return this.last?.part < this.last?.parts ? this.last : undefined;
  }

  /** The events of one command follow one another, all of them. */
  fits({ part, parts, request }, where) {
    const { open } = this;
    const wanted = open === undefined ? 1 : open.part + 1;
    const isOther = open !== undefined && (request !== open.request || parts !== open.parts);
    if (part !== wanted || part > parts || isOther) {
      this.wrong(where, 'the events of a command are not together');
    }
  }

  hold() {
    while (this.claims[0]?.size === this.tree.size) {
      const { size, root } = this.claims.shift();
      if (root.equals(this.tree.root())) {
        this.held += 1;
        this.heldSize = size;
      } else {
        this.wrong(`events ${this.heldSize + 1} to ${size}`, 'are not those that were signed');
      }
    }
  }

  end() {
    const count = this.tree.size;
    if (this.open !== undefined) this.wrong('end', 'its last command is only partly there');
    for (const { size } of this.claims) {
      if (size > count) {
        this.wrong('end', `cut: a checkpoint was signed for ${size} events, and ${count} are here`);
      } else this.wrong(`checkpoint of ${size}`, 'proves nothing, for events are not in order');
    }
  }

  words() {
    const free = this.tree.size - this.heldSize;
    const rest = free === 0 ? '' : `; its last ${free} rest on no checkpoint`;
    return `stream ${this.id}: ${this.tree.size} events, ${this.held} checkpoints hold${rest}`;
  }
}

const bodyOf = ({ body }) => {
  try {
    return JSON.parse(body) ?? {};
  } catch {
    return {};
  }
};

/** A stream after the first says what it follows. */
const checkBeginning = (stream, first, streams) => {
  if (streams.size === 0) {
    if (first.type !== 'log.started') stream.wrong('event 1', 'the log does not begin with it');
    return undefined;
  }
  const { previousStream, previousSeq, previousHash } = bodyOf(first);
  const before = streams.get(previousStream);
  const hash = before?.hashes[previousSeq - 1]?.toString('hex');
  if (first.type !== 'log.restored' || hash === undefined || hash !== previousHash) {
    stream.wrong('event 1', 'does not follow an event of a stream before it');
    return undefined;
  }
  const aside = before.hashes.length - previousSeq;
  const lost = aside > 0 ? `, whose ${aside} events after it were put aside` : '';
  return `stream ${stream.id} follows ${previousStream}:${previousSeq}${lost}`;
};

const verifyLog = async ({ file, keys, others }, say) => {
  const { claims, strange } = await claimsIn([file, ...others], keys);
  const streams = new Map();
  const faults = [];
  if (strange > 0) faults.push(`${strange} checkpoints are signed by no key that was given`);
  for await (const event of entriesOf(file)) {
    if (event.seq === undefined) continue;
    let stream = streams.get(event.stream);
    if (stream === undefined) {
      stream = new Stream(String(event.stream), claims.get(event.stream) ?? []);
      const follows = checkBeginning(stream, event, streams);
      if (follows !== undefined) say(follows);
      streams.set(event.stream, stream);
    }
    stream.take(event);
  }
  for (const stream of streams.values()) {
    stream.end();
    say(stream.words());
    faults.push(...stream.faults);
  }
  for (const id of claims.keys()) {
    if (!streams.has(id)) faults.push(`stream ${id}: cut: it was signed, and none of it is here`);
  }
  for (const fault of faults) say(`WRONG ${fault}`);
  const isSigned = [...streams.values()].some(({ held }) => held > 0);
  const verdict = isSigned ? 'the log is whole' : 'each event holds, but no checkpoint: NOT proven';
  say(faults.length === 0 ? verdict : 'the log is NOT whole');
  return faults.length === 0 && isSigned ? EXIT.whole : EXIT.found;
};

const asked = (args) => {
  const texts = { type: 'string', multiple: true };
  const options = { key: texts, checkpoints: texts };
  try {
    const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
    const { key: keys = [], checkpoints: others = [] } = values;
    if (positionals.length === 1 && keys.length > 0) {
      return { file: positionals[0], keys: keys.map(keyOf), others };
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Misuse(error.message);
  }
  throw new Misuse('Say which LOG and which --key KEY.');
};

const say = (line) => void process.stdout.write(`${line}\n`);
try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) say(USAGE);
  else process.exitCode = await verifyLog(asked(args), say);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(error instanceof Misuse ? `${error.message}\n\n${USAGE}` : error.message);
  process.exitCode = error.code;
}

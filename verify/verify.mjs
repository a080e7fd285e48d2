#!/usr/bin/env node
// Verifies an exported log against its signed checkpoints and a public key. Shares no line with
// the programs that wrote it: all here follows docs/log-format.md. Needs Node 20 and this folder.
import { parseArgs } from 'node:util';
import { entriesOf, EXIT, Failure, keysOf, Misuse } from './format.mjs';
import { Sources } from './sources.mjs';
import { Stream } from './stream.mjs';

const USAGE = `Verifies an exported log of a centre:

  node verify/verify.mjs LOG --key KEY… [--checkpoints FILE]…

  LOG   a file that "export" has written, in the centre or above it
  KEY   a verifier key of the centre, as kept on paper: dawr/CENTRE+8 HEX DIGITS+BASE64
  FILE  another exported log of the same centre, written before LOG by somebody else: what it has
        must be here too, event by event, and its checkpoints must hold

Exit codes: 0 the log is whole, 1 it could not be read, 2 asked wrongly, 3 it is not, or unproven.`;

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
  const hash = before?.hashes.get(previousSeq)?.toString('hex');
  if (first.type !== 'log.restored' || hash === undefined || hash !== previousHash) {
    stream.wrong('event 1', 'does not follow an event of a stream before it');
    return undefined;
  }
  before.next = stream;
  const aside = before.tree.size - previousSeq;
  const lost = aside > 0 ? `, whose ${aside} events after it were put aside` : '';
  return `stream ${stream.id} follows ${previousStream}:${previousSeq}${lost}`;
};

const verifyLog = async ({ file, keys, others }, say) => {
  const sources = new Sources(keys);
  await sources.read(file, true);
  for (const other of others) await sources.read(other, false);
  const { strange, faults } = sources;
  const streams = new Map();
  if (strange > 0) faults.push(`${strange} checkpoints are signed by no key that was given`);
  for await (const event of entriesOf(file)) {
    if (event.seq === undefined) continue;
    let stream = streams.get(event.stream);
    if (stream === undefined) {
      stream = new Stream(String(event.stream), sources);
      const follows = checkBeginning(stream, event, streams);
      if (follows !== undefined) say(follows);
      streams.set(event.stream, stream);
    }
    stream.take(event);
  }
  for (const stream of streams.values()) {
    stream.end();
    say(stream.words());
    for (const kept of stream.kept) say(stream.shared(kept));
    faults.push(...stream.faults);
  }
  for (const id of sources.claims.keys()) {
    if (!streams.has(id)) faults.push(`stream ${id}: cut: it was signed, and none of it is here`);
  }
  for (const [id, files] of sources.kept) {
    for (const [from, { count }] of streams.has(id) ? [] : files) {
      faults.push(`stream ${id}: cut: ${from} has ${count} events of it, and none is here`);
    }
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
      return { file: positionals[0], keys: keysOf(keys), others };
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

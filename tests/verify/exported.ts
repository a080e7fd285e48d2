import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { hashOf } from '../../chain/chain.js';
import { verifierKeyOf } from '../../chain/note.js';
import { EXIT } from '../../node/misuse.js';
import { PROJECT } from '../../node/place.js';
import { runCommand } from '../../server/cli.js';
import { backup } from '../../server/log/backup.js';
import { restore } from '../../server/log/restore.js';
import { signerIn } from '../../server/log/signer.js';
import { hallConfiguration } from '../fixtures/board.js';
import { HandTime, LoggedHall, scratch, takeTicket } from '../fixtures/log.js';

export const VERIFY = join(PROJECT, 'verify', 'verify.mjs');

export interface EventLine extends Record<string, unknown> {
  seq: number;
  stream: string;
  hash: string;
}
export interface NoteLine {
  checkpoint: string;
}
export type Line = EventLine | NoteLine;
/** A log of two streams: one that a restore ended, and the one that follows it. */
interface Exported {
  readonly key: string;
  readonly head: string;
  readonly lines: readonly Line[];
}
export const isNote = (line: Line): line is NoteLine => 'checkpoint' in line;

export const folder = scratch();
let exported: Exported | undefined;

/** What `exportLog` wrote. */
export const log = (): Exported => exported!;

const read = (file: string): Line[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => JSON.parse(line) as Line);

export const run = (...args: string[]): { code: number | null; text: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [VERIFY, ...args], {
    encoding: 'utf8',
  });
  return { code: status, text: stdout + stderr };
};

export const check = (changed: readonly Line[], own = log().key, ...more: string[]) => {
  const file = join(folder.path, 'changed.jsonl');
  writeFileSync(file, [log().head, ...changed.map((line) => JSON.stringify(line)), ''].join('\n'));
  return run(file, '--key', own, ...more);
};

export const data = join(folder.path, 'data');
export const out = join(folder.path, 'log.jsonl');

/** Plays a hall that is restored once, and exports its log. */
export const exportLog = async (): Promise<void> => {
  // Another file of this process has removed it.
  mkdirSync(folder.path, { recursive: true });
  const config = join(folder.path, 'centre.json');
  const hall = hallConfiguration();
  const kiosks = hall.kiosks.map((kiosk) => ({ ...kiosk, printer: false }));
  writeFileSync(config, JSON.stringify({ ...hall, kiosks, server: { data: 'data' } }));
  const time = new HandTime();
  const first = await new LoggedHall({ directory: data }, time).open();
  for (let n = 0; n < 20; n += 1) await first.done(takeTicket);
  first.close();
  const kept = join(folder.path, 'backup');
  await backup(data, kept);
  time.pass(60_000);
  await restore({ directory: data, centreId: hall.centre.id, time, skip: 10 }, kept);
  const second = new LoggedHall({ directory: data }, time);
  for (let n = 0; n < 20; n += 1) await second.done(takeTicket);
  second.committer.stop();
  second.close();
  const signer = signerIn(data, hall.centre.id);
  const key = verifierKeyOf(signer);
  const said: string[] = [];
  const code = await runCommand(['export', '--config', config, '--out', out], (line) => {
    said.push(line);
  });
  expect([code, said.join()]).toEqual([EXIT.done, expect.stringContaining('holds the log')]);
  const head = readFileSync(out, 'utf8').split('\n')[0]!;
  exported = { key, head, lines: read(out) };
};

export const events = (): EventLine[] =>
  log().lines.filter((line): line is EventLine => !isNote(line));
export const notes = (): NoteLine[] => log().lines.filter(isNote);
export const streams = (): string[] => [...new Set(events().map(({ stream }) => stream))];

/** The log with another event, and all of its stream after it with hashes that fit. */
export const rewritten = (stream: string, seq: number, body: (was: string) => string): Line[] => {
  let before: Buffer | undefined;
  return log().lines.map((line) => {
    if (isNote(line) || line.stream !== stream) return line;
    const own = String(line['body']);
    const changed = { ...line, body: line.seq === seq ? body(own) : own };
    const hash =
      line.seq < seq
        ? Buffer.from(line.hash, 'hex')
        : hashOf(before!, { ...changed, body: Buffer.from(changed.body) } as never);
    before = hash;
    return { ...changed, hash: hash.toString('hex') };
  });
};
export const withMore = (body: string): string => body.replace(/}$/, ',"x":1}');

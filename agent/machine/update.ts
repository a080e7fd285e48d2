import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import {
  UPDATE_FAULTS,
  type MachineReport,
  type UpdateFault,
} from '../../core/protocol/machines.js';
import { FileRefused } from '../files.js';
import {
  currentRelease,
  nameDurably,
  noted,
  removeDurably,
  switchTo,
  writeDurably,
} from './disk.js';
import type { Office } from './office.js';
import type { RunProgram } from './programs.js';
import { settle } from './settle.js';
import type { MachineSettings, Places } from './settings.js';
import { releaseSchema, signedBy, Unreadable, type Release } from './signed.js';

/** A release is unpacked to some times its size, and the machine must go on working beside it. */
const ROOM_PER_BYTE = 6;

/** `unseen`: the server, which alone could tell, did not answer. */
export type Health = 'good' | 'bad' | 'unseen';

/** What an update needs of its machine; the tests bring their own. */
export interface UpdateParts {
  readonly places: Places;
  readonly machine: MachineSettings;
  readonly office: Office;
  readonly run: RunProgram;
  /** How everything on the machine does its work with the release that is in use now. */
  health(): Promise<Health>;
  say(line: string): void;
  /** Called before each step, so that a test can end the process there. */
  readonly before?: (step: Step) => void;
}

/** The places at which the power may go: at each, the old release is in use or the new one. */
export const STEPS = [
  'fetch',
  'unpack',
  'name',
  'note',
  'switch',
  'settle',
  'keep',
  'forget',
] as const;
export type Step = (typeof STEPS)[number];

/** What the machine is on, and what it does not want, as it is told to the server. */
export type Outcome = Pick<MachineReport, 'release' | 'failed'>;

interface Trial {
  readonly from: number;
  readonly to: number;
}
const isTrial = (value: unknown): value is Trial =>
  typeof (value as Trial).from === 'number' && typeof (value as Trial).to === 'number';
const isFailed = (value: unknown): value is NonNullable<Outcome['failed']> =>
  UPDATE_FAULTS.includes((value as { fault: UpdateFault }).fault);

const notes = ({ state }: Places) => ({
  trial: join(state, 'trial.json'),
  failed: join(state, 'failed.json'),
});

/** Whether an update is under way, or was broken off by the power. */
export const isTrying = (places: Places): boolean => existsSync(notes(places).trial);

/** What the notes of the machine say of its last update. */
export const outcomeOf = (places: Places): Outcome => ({
  release: currentRelease(places),
  failed: noted(notes(places).failed, isFailed) ?? null,
});

/** Makes a release the one in use and lets everything run from it. */
const go = async (parts: UpdateParts, release: number): Promise<void> => {
  const { places, machine, run, before } = parts;
  before?.('switch');
  switchTo(places, release);
  before?.('settle');
  await settle(places, machine.name, run);
  await run('systemctl', 'restart', ...machine.units);
};

/**
 * Ends a trial: the new release stays if the machine is healthy with it, else the old one comes
 * back. The new one is not wanted any more if it was at fault; if nobody could tell, it is tried
 * again.
 */
const judge = async (parts: UpdateParts, { from, to }: Trial): Promise<void> => {
  const { places, say, before } = parts;
  const { trial, failed } = notes(places);
  // The power went before it was tried, or after the old one had come back.
  if (currentRelease(places) !== to) return removeDurably(trial);
  const health = await parts.health();
  before?.('keep');
  if (health === 'good') {
    removeDurably(failed);
    removeDurably(trial);
    say(`release ${to} is in use`);
    forgetOthers(parts, [from, to]);
    return;
  }
  const fault: UpdateFault = health === 'bad' ? 'unhealthy' : 'unseen';
  const why = health === 'bad' ? 'does not work here' : 'was not seen by the server';
  say(`release ${to} ${why}: back to ${from}`);
  writeDurably(failed, JSON.stringify({ release: to, fault }));
  await go(parts, from);
  removeDurably(trial);
};

/** Two releases are kept: the one in use, and the one before it. */
const forgetOthers = ({ places, before }: UpdateParts, kept: readonly number[]): void => {
  before?.('forget');
  for (const name of readdirSync(places.releases)) {
    if (!kept.includes(Number(name))) rmSync(join(places.releases, name), { recursive: true });
  }
};

class NotWanted extends Error {
  constructor(
    readonly fault: UpdateFault,
    message: string,
    readonly release: number | null = null,
  ) {
    super(message);
  }
}

/** The release that the server offers, if its manifest is good and it is newer than that here. */
const offered = async ({ machine, office, places }: UpdateParts): Promise<Release | undefined> => {
  if (machine.releaseKey === null) return undefined;
  const signed = await office.manifest();
  if (signed === undefined) return undefined;
  let release: Release;
  try {
    release = signedBy(signed, machine.releaseKey, releaseSchema);
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const fault = error instanceof Unreadable ? 'unreadable' : 'untrusted';
    throw new NotWanted(fault, error.message);
  }
  const { failed, release: here } = outcomeOf(places);
  if (release.centre !== machine.centre || release.arch !== machine.arch) {
    throw new NotWanted(
      'untrusted',
      `the release is for ${release.centre}, ${release.arch}`,
      release.number,
    );
  }
  const isRefused = failed?.fault === 'unhealthy' && failed.release === release.number;
  return release.number > (here ?? 0) && !isRefused ? release : undefined;
};

/** Brings a release into its folder, whole and as it was signed. */
const fetchRelease = async (parts: UpdateParts, { number, pack }: Release): Promise<void> => {
  const { places, office, run, before } = parts;
  const folder = join(places.releases, String(number));
  if (existsSync(folder)) return;
  mkdirSync(places.releases, { recursive: true });
  const { bavail, bsize } = statfsSync(places.releases);
  if (bavail * bsize < pack.bytes * ROOM_PER_BYTE) {
    throw new NotWanted('space', TOO_FULL, number);
  }
  const file = join(places.releases, `${number}.pack`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  try {
    before?.('fetch');
    const got = await office.pack(file, pack.bytes);
    if (got.bytes !== pack.bytes || got.sha256 !== pack.sha256) {
      throw new NotWanted('damaged', 'the pack is not the one that was signed', number);
    }
    before?.('unpack');
    mkdirSync(partial);
    await run('tar', '--extract', '--gzip', '--no-same-owner', '--file', file, '-C', partial);
    await run('sync', '--file-system', partial);
    before?.('name');
    nameDurably(partial, folder);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (isFull(error)) throw new NotWanted('space', TOO_FULL, number);
    throw error;
  } finally {
    rmSync(file, { force: true });
  }
};

const TOO_FULL = 'the disk is too full for another release';

/** What the system says of a full disk, or what a program that it was asked to run says of it. */
const isFull = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return code === 'ENOSPC' || /no space left/i.test(String(error));
};

/**
 * Brings a machine to the release that its server offers, if that is newer, signed and whole; and
 * back to the one before if it does not work here. May be broken off at any point and run again.
 * Rejects with `ServerAway` if the server cannot be asked; the machine is then as it was.
 */
export const update = async (parts: UpdateParts): Promise<Outcome> => {
  const { places, machine, run, say, before } = parts;
  const { trial: trialFile, failed } = notes(places);
  const here = currentRelease(places);
  const unfinished = noted(trialFile, isTrial);
  if ((await settle(places, machine.name, run)).length > 0 || unfinished !== undefined) {
    await run('systemctl', 'restart', ...machine.units);
  }
  if (unfinished !== undefined) await judge(parts, unfinished);
  try {
    const release = await offered(parts);
    const { failed: last } = outcomeOf(places);
    if (last !== null && last.fault !== 'unhealthy') removeDurably(failed);
    if (release === undefined || here === null) return outcomeOf(places);
    say(`fetches release ${release.number} (${release.version})`);
    await fetchRelease(parts, release);
    const trial: Trial = { from: currentRelease(places) ?? here, to: release.number };
    before?.('note');
    writeDurably(trialFile, JSON.stringify(trial));
    await go(parts, trial.to);
    await judge(parts, trial);
  } catch (error) {
    if (!(error instanceof NotWanted)) throw error;
    say(error.message);
    writeDurably(failed, JSON.stringify({ release: error.release, fault: error.fault }));
  }
  return outcomeOf(places);
};

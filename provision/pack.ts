import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { FileRefused, makeFolder, readChecked } from '../agent/files.js';
import { hashOf, releaseSchema, type Release } from '../agent/machine/signed.js';
import { PROJECT } from '../node/place.js';
import { manifestOf } from './bundle.js';
import { isWindows, type Centre } from './centre.js';
import { writeTree } from './command.js';
import type { Sign } from './keys.js';
import { renderTree } from './render.js';
import { json } from './template.js';

/** What a machine needs of the project, beside the packages that it runs on. */
const PARTS = ['firmware-config', 'agent/get-pixels-stub', 'package.json', 'package-lock.json'];
/** Of the build, what only the project's own tests use. */
const UNUSED = /\/build\/(?:tests\b|reports\b|\.|[^/]*\.tsbuildinfo)/;
const CPU = { amd64: 'x64', arm64: 'arm64' } as const;

/** Runs a program to its end. Throws with its own words if it fails. */
const must = (cwd: string, command: string, ...args: string[]): void => {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw new FileRefused(`${command} is needed to pack a release`);
  if (status !== 0) throw new FileRefused(`${command} ${args[0]} failed:\n${stderr}`);
};

/**
 * Copies the built program with what it runs on into a folder. For this machine's processor the
 * installed packages are taken; for another they are fetched, and then the server's database is not
 * among them: such a release is for machines without the server.
 */
export const stageProgram = (folder: string, arch: Release['arch']): void => {
  cpSync(join(PROJECT, 'build'), join(folder, 'build'), {
    recursive: true,
    filter: (source) => !UNUSED.test(source),
  });
  for (const part of PARTS) cpSync(join(PROJECT, part), join(folder, part), { recursive: true });
  const quiet = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  if (CPU[arch] === process.arch) {
    cpSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    must(folder, 'npm', 'prune', ...quiet);
  } else must(folder, 'npm', 'ci', ...quiet, `--cpu=${CPU[arch]}`, '--os=linux', '--libc=glibc');
};

/** Renders every Debian machine of that processor into `machines/`, as `settle` looks for it. */
export const stageMachines = (centre: Centre, folder: string, arch: Release['arch']): number => {
  let count = 0;
  for (const [name, machine] of centre.machines) {
    if (isWindows(machine) || machine.arch !== arch) continue;
    const place = { centre, name, machine };
    const tree = renderTree(place);
    writeTree(join(folder, 'machines', name, 'root'), tree);
    writeFileSync(join(folder, 'machines', name, 'manifest.json'), manifestOf(place, tree));
    count += 1;
  }
  return count;
};

/** The folder in which a release is made before it takes its place, and an older one meanwhile. */
const besides = (out: string, arch: Release['arch']): { fresh: string; old: string } => ({
  fresh: join(out, `${arch}.new`),
  old: join(out, `${arch}.old`),
});

/**
 * Makes room for a release, and clears up after one that broke off: an older one that it had put
 * aside takes its place again. Throws at once where nothing can be written.
 */
export const makeRoom = (out: string, arch: Release['arch']): void => {
  const place = join(out, arch);
  const { fresh, old } = besides(out, arch);
  if (existsSync(old) && !existsSync(place)) renameSync(old, place);
  for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  makeFolder(fresh);
};

/**
 * Of a release that is packed at this time: the minute as digits, `YYYYMMDDHHMM` in UTC, and in any
 * case more than that of the release which is there.
 */
export const nextNumber = (out: string, arch: Release['arch'], at: number): number => {
  const minute = Number(new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 12));
  const file = join(out, arch, 'manifest.json');
  if (!existsSync(file)) return minute;
  return Math.max(minute, readChecked(file, releaseSchema).number + 1);
};

/**
 * Packs a folder into `out/<arch>`, as the server offers it, in place of what was there. The same
 * folder gives the same bytes. Without a key there is no signature, and no machine fetches it.
 */
export const seal = (
  folder: string,
  out: string,
  { sign, ...release }: Omit<Release, 'schema' | 'pack'> & { readonly sign: Sign | null },
): Release => {
  const place = join(out, release.arch);
  const { fresh, old } = besides(out, release.arch);
  makeRoom(out, release.arch);
  // Whoever packs may keep files from others; the users of a machine must read them.
  const same = [
    '--mode=u=rwX,go=rX',
    '--sort=name',
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mtime=@0',
  ];
  const file = join(fresh, 'pack.tar.gz');
  must(folder, 'tar', ...same, '--use-compress-program=gzip -n', '-cf', file, '.');
  const pack = { bytes: statSync(file).size, sha256: hashOf(readFileSync(file)) };
  const manifest: Release = { schema: 1, ...release, pack };
  const text = json(manifest);
  writeFileSync(join(fresh, 'manifest.json'), text);
  if (sign !== null) writeFileSync(join(fresh, 'manifest.sig'), `${sign(text)}\n`);
  if (existsSync(place)) renameSync(place, old);
  renameSync(fresh, place);
  rmSync(old, { recursive: true, force: true });
  return manifest;
};

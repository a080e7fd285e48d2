import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { FileRefused, readChecked } from '../files.js';
import { removeDurably, writeDurably } from './disk.js';
import type { RunProgram } from './programs.js';
import type { Places } from './settings.js';
import { hashOf, machineManifestSchema, pathSchema, type MachineManifest } from './signed.js';

/** What must be told after files below a folder have changed. The order is that of this list. */
const AFTER: readonly { readonly below: RegExp; readonly tell: readonly (readonly string[])[] }[] =
  [
    { below: /^\/etc\/sysusers\.d\//, tell: [['systemd-sysusers']] },
    {
      below: /^\/etc\/tmpfiles\.d\//,
      tell: [['systemd-tmpfiles', '--create', '/etc/tmpfiles.d/dawr.conf']],
    },
    { below: /^\/etc\/systemd\/system\//, tell: [['systemctl', 'daemon-reload']] },
    {
      below: /^\/etc\/udev\//,
      tell: [
        ['udevadm', 'control', '--reload'],
        ['udevadm', 'trigger', '--subsystem-match=tty', '--subsystem-match=usbmisc'],
      ],
    },
    {
      below: /^\/etc\/nftables\.conf$/,
      tell: [
        ['systemctl', 'enable', 'nftables.service'],
        ['systemctl', 'restart', 'nftables.service'],
      ],
    },
  ];

const UNIT = /^\/etc\/systemd\/system\/(dawr-[a-z]+\.(?:service|timer))$/;
const installedSchema = z.strictObject({ paths: z.array(pathSchema) });

type RenderedFile = MachineManifest['files'][number];

const isAsRendered = (file: string, wanted: RenderedFile): boolean =>
  existsSync(file) &&
  (statSync(file).mode & 0o777) === Number.parseInt(wanted.mode, 8) &&
  hashOf(readFileSync(file)) === wanted.sha256;

/** The files that are not on the machine as they were rendered for it. */
export const differing = (
  { root }: Places,
  files: readonly RenderedFile[],
): readonly RenderedFile[] => files.filter((file) => !isAsRendered(`${root}${file.path}`, file));

/** The units that something starts by itself, of those that were rendered. */
const startable = (paths: readonly string[], textOf: (path: string) => string): string[] =>
  paths.flatMap((path) => {
    const unit = UNIT.exec(path)?.[1];
    return unit !== undefined && textOf(path).includes('\n[Install]\n') ? [unit] : [];
  });

/**
 * Puts in place what the release in use holds for this machine, and takes away what an earlier one
 * had put there. Does nothing where all is as it should be and everything was told of it; may be
 * broken off and repeated. Gives the paths that it told of. Throws `FileRefused` if the release
 * does not know the machine, or one of its files is not what its manifest says.
 */
export const settle = async (
  places: Places,
  name: string,
  run: RunProgram,
): Promise<readonly string[]> => {
  const folder = join(places.current, 'machines', name);
  const { files } = readChecked(join(folder, 'manifest.json'), machineManifestSchema);
  const textOf = (path: string): string => readFileSync(join(folder, 'root', path), 'utf8');
  const before = existsSync(places.installed)
    ? readChecked(places.installed, installedSchema).paths
    : [];
  const wanted = new Set(files.map(({ path }) => path));
  const gone = before.filter((path) => !wanted.has(path));
  const changed = differing(places, files);
  const begun = join(places.state, 'settling');
  // Cloud-init writes the same files and tells nobody; the power may go before everybody is told.
  const isBroken = existsSync(begun);
  const isUntold = isBroken || !existsSync(places.installed);
  for (const { path, sha256 } of changed) {
    if (hashOf(textOf(path)) === sha256) continue;
    throw new FileRefused(`${folder}: ${path} is not what its manifest says: install again`);
  }
  const news = isUntold ? [...wanted] : changed.map(({ path }) => path);
  const paths = [...gone, ...news];
  if (paths.length === 0) return [];
  // Told twice and no more: what fails for good must not keep the machine from going back.
  if (isBroken) removeDurably(begun);
  else writeDurably(begun, '');
  // What is to be taken away later must be known first, also if this is broken off.
  writeDurably(places.installed, JSON.stringify({ paths: [...new Set([...before, ...wanted])] }));
  for (const path of gone) {
    const unit = UNIT.exec(path)?.[1];
    if (unit !== undefined && existsSync(`${places.root}${path}`)) {
      await run('systemctl', 'disable', '--now', unit);
    }
    removeDurably(`${places.root}${path}`);
  }
  for (const { path, mode } of changed) {
    writeDurably(`${places.root}${path}`, textOf(path), Number.parseInt(mode, 8));
  }
  for (const { below, tell } of AFTER) {
    if (!paths.some((path) => below.test(path))) continue;
    for (const [command = '', ...args] of tell) await run(command, ...args);
  }
  const units = startable([...wanted], textOf);
  if (units.length > 0) await run('systemctl', 'enable', ...units);
  writeDurably(places.installed, JSON.stringify({ paths: [...wanted] }));
  removeDurably(begun);
  return paths;
};

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashOf, type MachineManifest } from '../agent/machine/signed.js';
import { FIRMWARE, hasProgram, isOpen, isWindows } from './centre.js';
import { cloudConfig, metaData } from './cloud.js';
import type { Sign } from './keys.js';
import { technicianNotes } from './notes.js';
import { renderTree, type Place } from './render.js';
import { fill, json, type Rendered, type Tree } from './template.js';
import { windowsTree } from './windows.js';

const installer = ({ centre, name, machine }: Place): string => {
  const { releaseKey, technicians } = centre.site;
  return fill(
    'install.sh',
    {
      name,
      centre: centre.configuration.centre.id,
      arch: machine.arch,
      key: releaseKey ?? '',
      keys: technicians.keys.join('\n'),
      target: machine.page === null ? 'multi-user.target' : 'graphical.target',
    },
    {
      signed: releaseKey !== null,
      trial: releaseKey === null,
      program: hasProgram(machine),
      files: !hasProgram(machine),
      ssh: isOpen(centre),
    },
  );
};

/** What of a devices file is described by profiles, and the folder of these. */
const PROFILED = new Map([
  ...['printers', 'displays', 'keypads', 'relays', 'scanners'].map((key) => [key, key] as const),
  ['modem', 'modems'],
]);

/** The profiles that something of a devices file names, as `folder/name`. */
const profilesNamed = (value: unknown, folder: string | null): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key !== 'profile') return profilesNamed(inner, PROFILED.get(key) ?? folder);
    if (folder === null) throw new Error(`no folder of profiles for ${JSON.stringify(value)}`);
    return [`${folder}/${String(inner)}`];
  });
};

const profilesOf = ({ machine }: Place): Record<string, string> => {
  const named = profilesNamed(machine.agent?.devices, null);
  return Object.fromEntries(
    [...new Set(named)].sort().map((name) => {
      return [name, hashOf(readFileSync(join(FIRMWARE, `${name}.json`)))];
    }),
  );
};

/** The manifest of a machine's files, as JSON: with hashes, also of the profiles it is made by. */
export const manifestOf = (place: Place, tree: Tree): string => {
  const manifest: MachineManifest = {
    schema: 1,
    centre: place.centre.configuration.centre.id,
    machine: place.name,
    profiles: profilesOf(place),
    files: [...tree].map(([path, { text, mode }]) => ({ path, mode, sha256: hashOf(text) })),
  };
  return json(manifest);
};

/**
 * All that a technician takes to one machine, by its path in the folder: what the machine holds
 * (`root/`), how it comes there, what to do, and a manifest of it, signed if the centre has a key.
 */
export const renderBundle = (place: Place, sign: Sign | null): Tree => {
  const bundle = new Map<string, Rendered>();
  const put = (path: string, text: string, mode: Rendered['mode'] = '644'): void =>
    void bundle.set(path, { text, mode });
  const windows = isWindows(place.machine);
  const tree = windows ? windowsTree(place) : renderTree(place);
  for (const [path, file] of tree) bundle.set(`${windows ? 'windows' : 'root'}${path}`, file);
  const manifest = manifestOf(place, tree);
  put('README.md', technicianNotes(place));
  put('manifest.json', manifest);
  if (sign !== null) put('manifest.sig', `${sign(manifest)}\n`);
  if (windows) return bundle;
  const install = installer(place);
  put('install.sh', install, '755');
  put('user-data', cloudConfig(place, tree, install));
  put('meta-data', metaData(place));
  return bundle;
};

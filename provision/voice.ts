import { cpSync } from 'node:fs';
import { join, relative } from 'node:path';
import { FileRefused } from '../agent/files.js';
import type { Release } from '../agent/machine/signed.js';
import { BUILT_VOICE, PROJECT } from '../node/place.js';
import { PackError, readPack } from '../server/voice/installed.js';
import { NoSpeaker, scriptsFor, type synthesise } from '../server/voice/synthesis.js';
import { isWindows, runsServer, type Centre } from './centre.js';
import { NAMED_VOICE } from './render.js';

/** Whether a release for this processor has a machine in it that gives the clips out. */
const hasServer = ({ machines }: Centre, arch: Release['arch']): boolean =>
  [...machines.values()].some(
    (machine) => !isWindows(machine) && machine.arch === arch && runsServer(machine),
  );

const copyNamed = async (voice: string, folder: string): Promise<void> => {
  const make = 'npm run voices -- --config FILE makes one';
  try {
    if ((await readPack(voice)) === null) {
      throw new FileRefused(`centre.json: server.voice: ${voice} has no voice.json: ${make}`);
    }
  } catch (cause) {
    if (!(cause instanceof PackError)) throw cause;
    throw new FileRefused(`centre.json: server.voice: ${cause.message}`, { cause });
  }
  cpSync(voice, join(folder, NAMED_VOICE), { recursive: true });
};

/**
 * Puts the clips that the centre's server gives out into the folder of a release: those that its
 * file names, else the synthesised ones with the words of this centre. On a machine nothing can be
 * made any more. Says in words what the halls will hear. Rejects with `FileRefused` if the named
 * clips cannot be used.
 */
export const stageVoice = async (
  centre: Centre,
  folder: string,
  { arch, speak }: { readonly arch: Release['arch']; readonly speak: typeof synthesise },
): Promise<string> => {
  if (!hasServer(centre, arch)) return 'no clips: no server is among its machines';
  const { voice } = centre.server;
  if (voice !== null) {
    await copyNamed(voice, folder);
    return `speaks with the clips of ${voice}`;
  }
  try {
    const built = join(folder, relative(PROJECT, BUILT_VOICE));
    await speak(built, scriptsFor([centre.configuration]));
    return 'speaks with the synthesised voice';
  } catch (fault) {
    if (!(fault instanceof NoSpeaker)) throw fault;
    return `boards chime and do not speak: ${fault.message}; install it and pack again`;
  }
};

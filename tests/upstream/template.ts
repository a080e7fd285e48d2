import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../../node/folder.js';
import { PROJECT } from '../../node/place.js';
import { machineTimers } from '../../node/time.js';
import { openEmbedded } from '../../upstream/store/embedded.js';

const FOLDER = join(PROJECT, 'build', 'templates');

/** What was made once is there for all: making an empty database takes seconds, a copy none. */
export const template = async (
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> => {
  const made = join(FOLDER, name);
  if (existsSync(made)) return made;
  mkdirSync(FOLDER, { recursive: true });
  const draft = mkdtempSync(join(FOLDER, 'draft-'));
  await make(draft);
  try {
    renameSync(draft, made);
  } catch (fault) {
    // Another worker was first.
    if (!['ENOTEMPTY', 'EEXIST'].includes(codeOf(fault))) throw fault;
    rmSync(draft, { recursive: true });
  }
  return made;
};

const pgliteVersion = (): string => {
  const file = join(PROJECT, 'node_modules', '@electric-sql', 'pglite', 'package.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

/** Puts the files of an empty store into a folder that is not there yet. */
export const newStore = async (folder: string): Promise<void> => {
  const made = await template(`pglite-${pgliteVersion()}`, async (draft) => {
    const database = await openEmbedded(draft, machineTimers, (fault) => {
      throw fault;
    });
    await database.close();
  });
  cpSync(made, folder, { recursive: true });
};

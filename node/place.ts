import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const upTo = (directory: string): string =>
  existsSync(join(directory, 'package.json')) ? directory : upTo(dirname(directory));

/** The project's folder, whether this runs from its sources or from what was built of them. */
export const PROJECT = upTo(dirname(fileURLToPath(import.meta.url)));

/** A built program, to be started as a process of its own. */
export const programOf = (path: string): string => join(PROJECT, 'build', path);

/** The clips that this installation made of text. */
export const BUILT_VOICE = join(PROJECT, 'data', 'build', 'voice');

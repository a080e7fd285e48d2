import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const upTo = (directory: string): string =>
  existsSync(join(directory, 'package.json')) ? directory : upTo(dirname(directory));

/** The project's data about devices, whether this runs from its sources or is built. */
export const FIRMWARE = join(upTo(dirname(fileURLToPath(import.meta.url))), 'firmware-config');

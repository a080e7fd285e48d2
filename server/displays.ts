import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Displays } from '../core/check.js';
import { faceSchema } from '../core/displays.js';
import { PROJECT } from '../node/place.js';

const FOLDER = join(PROJECT, 'firmware-config', 'displays');
/** The rest of a profile is for the agent that drives the display. */
const modelSchema = z.object({ face: faceSchema });

/** What each model of LED display in the project's profiles can show. Rejects on a damaged one. */
export const knownDisplays = async (): Promise<Displays> => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  const read = files.map(async (name) => {
    const { face } = modelSchema.parse(JSON.parse(await readFile(join(FOLDER, name), 'utf8')));
    return [basename(name, '.json'), face] as const;
  });
  return new Map(await Promise.all(read));
};

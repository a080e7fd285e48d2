import { join } from 'node:path';
import { PROJECT } from '../node/place.js';

/** The project's data about devices, whether this runs from its sources or is built. */
export const FIRMWARE = join(PROJECT, 'firmware-config');

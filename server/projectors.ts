import type { Projector } from './log/projector.js';
import { reportProjector } from './report/projection.js';

/** Every projection of the log, in the order in which they are filled. */
export const projectors: readonly Projector[] = [reportProjector];

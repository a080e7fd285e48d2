import type { Millis } from '../../core/configuration.js';
import type { FleetAnswer, Scope } from '../../core/protocol/overview.js';
import type { Queries } from '../store/database.js';
import { figuresOf, linesOf } from './lines.js';

/** All centres that an account may see, each with the figures of its newest service day. */
export const readFleet = async (
  queries: Queries,
  asked: { readonly scope: Scope; readonly now: Millis },
): Promise<FleetAnswer> => {
  const lines = await linesOf(queries, asked);
  const today = lines.filter(({ line }) => line.isToday).map(({ sums }) => sums);
  return {
    now: asked.now,
    centres: lines.map(({ line }) => line),
    together: figuresOf(today),
  };
};

import { readCentre } from '../../upstream/read/centre.js';
import { legsCsv } from '../../upstream/read/csv.js';
import { readFleet } from '../../upstream/read/fleet.js';
import type { Queries } from '../../upstream/store/database.js';

/** Where the stores of released versions lie, one text each, with what was read from it. */
export const FROZEN = 'tests/versions/frozen';

/** When they were read. */
export const NOW = Date.parse('2026-11-22T20:00:00Z');

/** All that people are shown of a store. */
export const figuresOf = async (queries: Queries): Promise<unknown> => {
  const fleet = await readFleet(queries, { scope: null, now: NOW });
  const centres: unknown[] = [];
  for (const { centreId } of fleet.centres) {
    centres.push(await readCentre(queries, { scope: null, centreId, day: null, now: NOW }));
  }
  const lines: string[] = [];
  const range = { from: '2026-01-01', to: '2027-01-01' };
  for await (const part of legsCsv(queries, { scope: null, centreId: null, ...range })) {
    lines.push(...part.split('\r\n'));
  }
  return { fleet, centres, lines };
};

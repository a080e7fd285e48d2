import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HOUR_MS } from '../../core/time.js';
import { demoSettings, DEMO_PLACE } from '../../server/demo.js';
import { rowsFrom } from '../../server/log/read.js';
import { SimulatedCentre } from './simulated.js';
import { Template } from './posts.js';

/** A day of one centre, as its log has it. */
export const dayTemplate = async (counters: number): Promise<Template> => {
  const directory = mkdtempSync(join(tmpdir(), 'dawr-fleet-'));
  const { configuration } = await demoSettings({ ...DEMO_PLACE, data: directory });
  const opens = Date.parse('2026-11-22T07:00:00Z');
  const habits = { seed: 1, counters, load: 0.9 };
  const centre = await SimulatedCentre.open({ directory, now: opens }, configuration, habits);
  await centre.playUntil(opens + 8 * HOUR_MS);
  const rows = [...rowsFrom(centre.log.database)];
  const { stream } = centre.committer.state;
  centre.close();
  rmSync(directory, { recursive: true });
  return new Template(rows, stream);
};

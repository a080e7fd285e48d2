import { join } from 'node:path';
import { expect, test } from 'vitest';
import { demoSettings } from '../../server/demo.js';
import { connect, LOG_FILE } from '../../server/log/database.js';
import { verify } from '../../server/log/verify.js';
import { reportProjector } from '../../server/report/projection.js';
import { scratch } from '../fixtures/log.js';
import { makeHistory } from './history.js';

const NOW = Date.UTC(2026, 10, 22, 8);

test('a history of repeats of one day is a sound log with answers and reports', async () => {
  const folder = scratch();
  const settings = await demoSettings({ data: folder.path, port: 0, phonePort: 0 });
  await makeHistory(settings, { days: 30, ticketsPerDay: 12 }, NOW);
  const database = connect(join(folder.path, LOG_FILE));
  const verified = verify(database, { projectors: [reportProjector] });
  expect(verified.problems).toEqual([]);
  expect(verified.checkpoints).toBeGreaterThan(2);
  const served = database.prepare('SELECT count(*) FROM leg WHERE outcome = ?').pluck();
  expect(served.get('served')).toBe(360);
  const requests = database.prepare('SELECT count(DISTINCT request) FROM answer').pluck();
  expect(requests.get()).toBe(database.prepare('SELECT count(*) FROM answer').pluck().get());
  database.close();
  folder.remove();
});

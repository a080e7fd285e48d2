import { join } from 'node:path';
import { newStore } from './template.js';
import { afterAll, expect, test } from 'vitest';
import { machineTimers } from '../../node/time.js';
import { backup } from '../../server/log/backup.js';
import { restore } from '../../server/log/restore.js';
import { UpstreamAway } from '../../node/forward/forwarder.js';
import { Ingest } from '../../upstream/ingest/ingest.js';
import { openEmbedded } from '../../upstream/store/embedded.js';
import { migrate } from '../../upstream/store/schema.js';
import { hallConfiguration } from '../fixtures/board.js';
import { HandTime, LoggedHall, scratch, takeTicket } from '../fixtures/log.js';
import { Centre } from '../soak/centre.js';
import { wholeness } from './wholeness.js';

const folder = scratch();
afterAll(() => folder.remove());

test('a store that lost all is sent all streams again, also those that have ended', async () => {
  await newStore(join(folder.path, 'store'));
  const database = await openEmbedded(join(folder.path, 'store'), machineTimers, (fault) => {
    throw fault;
  });
  await migrate(database);
  const ingest = new Ingest(database, machineTimers);
  const directory = join(folder.path, 'centre');
  const time = new HandTime();
  const first = await new LoggedHall({ directory }, time).open();
  for (let n = 0; n < 10; n += 1) await first.done(takeTicket);
  first.close();
  await backup(directory, join(folder.path, 'backup'));
  const options = { directory, centreId: hallConfiguration().centre.id, time };
  await restore({ ...options, skip: 10 }, join(folder.path, 'backup'));

  const loseAll = (): Promise<void> =>
    database.transaction(async (queries) => {
      for (const table of ['event', 'stream', 'checkpoint']) {
        await queries.query(`DELETE FROM ${table}`);
      }
    });
  // The first time as the new stream begins, when it is known that all of the old one is there.
  let isLost = false;
  const centre = new Centre('c-1', directory, async (arrived) => {
    if (!isLost && !arrived.post.ended && arrived.post.events.length > 0) {
      isLost = true;
      await loseAll();
      throw new UpstreamAway('put back');
    }
    const { refused, stored } = await ingest.take(arrived);
    if (refused !== null || stored === null) return { refused: refused ?? 'gap', stored };
    return { stored, nextAfterMs: 1, wanted: [] };
  });
  const expectAll = async (): Promise<void> => {
    const own = Object.fromEntries([...centre.hashes()].map(([id, all]) => [`c-1 ${id}`, all]));
    await expect
      .poll(async () => Object.fromEntries((await wholeness(database)).hashes), { timeout: 20_000 })
      .toEqual(own);
    expect(centre.state.is).not.toBe('stopped');
  };
  await centre.start();
  await centre.tickets(5);
  await expectAll();
  expect(isLost).toBe(true);
  expect(centre.hashes().size).toBe(2);
  await loseAll();
  await centre.tickets(5);
  await expectAll();
  await centre.stop();
  await database.close();
});

import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { join } from '../../../node/forward/enrol.js';
import { ownOf } from '../../../server/upstream/own.js';
import { makeCode } from '../../../upstream/centres/enrolment.js';
import { HandTimers, openDoors, type Doors } from '../../fixtures/doors.js';
import { spoil } from '../../fixtures/log.js';
import { openUpstream, type OpenUpstream } from '../running.js';

let above: OpenUpstream;
let hall: Doors;
const ways = () => ({
  upstreams: [
    // It is passed over.
    { id: 'nobody', url: 'http://127.0.0.1:1', ca: null, proxy: null },
    { id: 'gov', url: above.url, ca: null, proxy: null },
  ],
  ...{ staff: false, timers: new HandTimers(100) },
});

beforeAll(async () => {
  above = await openUpstream();
  hall = await openDoors(ways());
  const { centre, data } = hall;
  const own = ownOf(data, centre.configuration().centre);
  const sender = { senderId: own.id, governorateId: 'ismailia' };
  for (const id of ['nobody', 'gov']) {
    const { code } = await makeCode(above.upstream.database, sender, above.upstream.now());
    const way = { url: above.url, ca: null, proxy: null };
    await join({ directory: data, upstreamId: id, way }, own, code);
  }
});
afterAll(async () => {
  await above.close();
  rmSync(hall.data, { recursive: true });
});

const rung = () => above.upstream.database.query('SELECT kind, seq, times FROM alarm');
const started = () => openDoors({ ...ways(), data: hall.data });

test('[LOG-4] a server that does not start on a changed log says so above first', async () => {
  const stored = () => above.upstream.database.query('SELECT stored_seq AS seq FROM stream');
  const { seq } = hall.centre.log.state;
  await expect.poll(stored, { timeout: 20_000 }).toEqual([{ seq }]);
  await hall.stop();
  spoil(hall.data, `UPDATE event SET actor = actor || 'x' WHERE seq = 2`);
  const refused = { code: 'log.chainBroken', message: expect.stringContaining(':2 on') as string };
  await expect(started()).rejects.toMatchObject(refused);
  expect(await rung()).toEqual([{ kind: 'altered', seq: 2, times: 1 }]);
  // Nor one that finds no sense in what it reads.
  spoil(hall.data, `UPDATE event SET body = CAST('x' AS BLOB) WHERE seq = 1`);
  await expect(started()).rejects.toMatchObject({ code: 'log.chainBroken' });
  expect(await rung()).toContainEqual({ kind: 'altered', seq: 1, times: 1 });
});

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { STANDBY_ID } from '../../core/protocol/standby.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { machineTime } from '../../node/time.js';
import { demoSettings } from '../../server/demo.js';
import { verify } from '../../server/log/verify.js';
import { projectors } from '../../server/projectors.js';
import { openStandby, prepareStandby } from '../../server/standby/standby.js';
import { takeOver } from '../../server/standby/takeover.js';
import { ownOf } from '../../server/upstream/own.js';
import { makeCode } from '../../upstream/centres/enrolment.js';
import { HandTimers, openDoors, type Doors } from '../fixtures/doors.js';
import { openUpstream } from '../upstream/running.js';

test('[STANDBY-8] what only the data centre had comes too, and it sees one log go on', async () => {
  const above = await openUpstream();
  const folder = mkdtempSync(join(tmpdir(), 'dawr-standby-'));
  const { database, now } = above.upstream;
  const gov = { id: 'gov', url: above.url, ca: null, proxy: null };
  const own = { data: join(folder, 'standby'), voice: join(folder, 'no-voice') };
  const demo = await demoSettings({ data: own.data, port: 0, phonePort: 0 });
  const settings = { ...demo, server: { ...demo.server, ...own, upstreams: [gov] } };
  prepareStandby(own.data, false);
  const journal = pino({ level: 'silent' });
  const standby = await openStandby({ settings, journal, time: machineTime });
  const timers = new HandTimers(50);
  const ways = { upstreams: [gov], standby: { url: standby.url, ca: null } };
  const hall = await openDoors({ ...ways, staff: false, timers });
  const { centre } = hall.centre.configuration();
  const place = (id: string, url: string) => ({
    ...{ directory: hall.data, upstreamId: id, way: { url, ca: null, proxy: null } },
  });
  const about = ownOf(hall.data, centre);
  const made = await makeCode(database, { senderId: centre.id, governorateId: 'x' }, now());
  await enrol(place('gov', above.url), about, made.code);
  await enrol(place(STANDBY_ID, standby.url), about, standby.code!);

  const services = [hall.centre.configuration().services[0]!.id];
  const take = (at: Doors) =>
    at.centre.log.enqueue({
      ...{ requestId: randomBytes(16).toString('hex'), sentAt: at.centre.clock.now() },
      command: { type: 'takeTicket', services, classId: '', language: 'ar' },
      ...{ actor: 'k1', deviceId: 'k1' },
    });
  const forwarded = (at: Doors) => {
    const { stream, seq } = at.centre.log.state;
    const stored = () =>
      database.query('SELECT stored_seq FROM stream WHERE stream = $1', [stream]);
    return expect.poll(stored, { timeout: 15_000 }).toEqual([{ stored_seq: seq }]);
  };
  await take(hall);
  const copied = () => {
    timers.come(2_000);
    return standby.copy.copy.head?.seq;
  };
  await expect.poll(copied, { timeout: 15_000 }).toBe(hall.centre.log.state.seq);
  await standby.closeDoor();
  for (let i = 0; i < 5; i += 1) await take(hall);
  await forwarded(hall);
  const { seq, stream } = hall.centre.log.state;
  await hall.close();

  const said: string[] = [];
  const took = await takeOver(standby, {
    ...{ settings, time: machineTime, force: true, alone: false, skip: null },
    say: (line) => void said.push(line),
  });
  expect(took.previous).toMatchObject({ stream, seq });
  const next = await openDoors({
    ...{ data: own.data, upstreams: [gov], staff: false, timers: new HandTimers(50) },
  });
  await take(next);
  await forwarded(next);
  const alarms = await database.query<{ kind: string }>('SELECT kind FROM alarm');
  expect(alarms).toEqual([{ kind: 'restored' }]);
  expect(verify(next.centre.store.database, { projectors }).problems).toEqual([]);
  await next.close();
  await above.close();
  rmSync(folder, { recursive: true });
});

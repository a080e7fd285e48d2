import { once } from 'node:events';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SIGNATURE_HEADER } from '../../chain/request.js';
import type { ManagerView } from '../../core/protocol/manager.js';
import type { EventsPost } from '../../core/protocol/upstream.js';
import { join as enrol } from '../../node/forward/enrol.js';
import { RequestKey } from '../../node/forward/requestkey.js';
import { machineTime } from '../../node/time.js';
import { bodyOf } from '../../server/hub/screens.js';
import { backup } from '../../server/log/backup.js';
import { restore } from '../../server/log/restore.js';
import { LINK_KEY, PEPPER_KEY } from '../../server/log/keys.js';
import { contentHash } from '../../server/log/projector.js';
import { verify } from '../../server/log/verify.js';
import { projectors } from '../../server/projectors.js';
import { ownOf } from '../../server/upstream/own.js';
import { openDoors } from '../fixtures/doors.js';
import { rowsOf, Stage } from './stage.js';

const amal = { id: 'amal', name: 'أمل', role: 'clerk', secret: 'long-enough-1' } as const;

let stage: Stage;
beforeEach(async () => (stage = await Stage.open()));
afterEach(() => stage.close());

/** What the manager's page is told of the standby. */
const shown = () => {
  const { centre } = stage.hall;
  const manager = { role: 'manager', deviceId: 'manager' } as const;
  const body = bodyOf(centre, manager, centre.clock.now()) as Partial<ManagerView>;
  expect(body.upstreams).toBeUndefined();
  return body.standby;
};

test('a manager sees whether the standby knows this server, and has everything', async () => {
  await stage.until(shown).toEqual({ is: 'unknown' });
  await stage.enrol();
  await stage.takeTicket();
  await stage.followed();
  await stage.until(shown).toEqual({ is: 'live' });
});

test('[STANDBY-1] the copy is the log row for row, with its keys, staff and reports', async () => {
  await stage.enrol();
  for (let i = 0; i < 5; i += 1) await stage.takeTicket();
  await stage.hall.centre.staff.add(amal);
  await stage.followed();
  expect(rowsOf(stage.standby.copy.database)).toEqual(rowsOf(stage.hall.centre.store.database));
  await stage.until(() => stage.copied('SELECT id FROM staff')).toEqual(['amal']);
  const { database } = stage.hall.centre.store;
  for (const { tables } of projectors) {
    expect(contentHash(stage.standby.copy.database, tables)).toBe(contentHash(database, tables));
  }
  expect(verify(stage.standby.copy.database, { projectors }).problems).toEqual([]);
  for (const name of [LINK_KEY, PEPPER_KEY, 'standby.json', 'keys/log.pem']) {
    expect(statSync(join(stage.folder, 'standby', name)).mode & 0o777).toBe(0o600);
  }
});

test('[STANDBY-1] a server that went back in time is not followed; the copy stays', async () => {
  await stage.enrol();
  await stage.takeTicket();
  await backup(stage.hall.data, join(stage.folder, 'backup'), { projectors });
  await stage.takeTicket();
  await stage.followed();
  const { head } = stage.standby.copy.copy;
  const { data, stop, centre } = stage.hall;
  const centreId = centre.configuration().centre.id;
  await stop();
  const options = { directory: data, centreId, time: machineTime, projectors };
  await restore(options, join(stage.folder, 'backup'));
  stage.hall = await stage.serve(data);
  const state = () => stage.hall.centre.upstreams.status()[0]?.state;
  await stage.until(state).toEqual({ is: 'stopped', why: 'fork' });
  expect(shown()).toEqual({ is: 'fork' });
  expect(stage.standby.copy.copy.head).toEqual(head);
  // Begun anew and joined again it follows, and nobody has to start the server for that.
  await stage.beginAnew();
  await stage.enrol();
  await stage.followed();
});

test('[STANDBY-2] only the enrolled server is believed, and a code is good once', async () => {
  const { centre } = stage.hall.centre.configuration();
  const { place, own } = stage.enrolling();
  await expect(enrol(place, own, '0000-0000-0000-0000')).rejects.toThrow('the code is not');
  const wrong = { ...own, id: 'elsewhere' };
  await expect(enrol(place, wrong, stage.standby.code!)).rejects.toThrow('was not understood');
  await enrol(place, own, stage.standby.code!);
  const other = mkdtempSync(join(stage.folder, 'other-'));
  await expect(
    enrol({ ...place, directory: other }, ownOf(other, centre), stage.standby.code!),
  ).rejects.toThrow('the code is not');
  const unsigned = await fetch(`${stage.standby.url}/v1/centres/${centre.id}/beside`, {
    ...{ method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
  });
  expect(unsigned.status).toBe(401);
  await stage.followed();
});

test('[STANDBY-2] of a stranger no body is read', async () => {
  await stage.enrol();
  const { id } = stage.hall.centre.configuration().centre;
  const signature = `00000000 ${'A'.repeat(86)}==`;
  for (const header of [{}, { [SIGNATURE_HEADER]: signature }]) {
    const asked = request(`${stage.standby.url}/v1/centres/${id}/beside/part`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 60_000_000, ...header },
    });
    asked.write('{');
    const [answered] = (await once(asked, 'response')) as [IncomingMessage];
    expect(answered.statusCode).toBe(401);
    asked.destroy();
  }
});

test('[STANDBY-7] a part that the standby refuses is told, and is sent again later', async () => {
  const { centre } = stage.hall;
  const told = vi.spyOn(centre.journal, 'error');
  const { database } = stage.standby.copy;
  await stage.enrol();
  await stage.followed();
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON quarantine
    BEGIN SELECT raise(ABORT, 'full'); END`);
  centre.store.database.exec(`INSERT INTO quarantine VALUES ('k', 'r', 1, '{}', 'x')`);
  await stage
    .until(() => told.mock.calls.map(([words]) => words as unknown))
    .toEqual([
      { part: 'quarantine', againMs: 4_000 },
      { part: 'quarantine', againMs: 8_000 },
    ]);
  database.exec('DROP TRIGGER full');
  await stage.until(() => stage.copied('SELECT device FROM quarantine')).toEqual(['k']);
});

test('[STANDBY-7] nothing that lies beside the log goes to a data centre', async () => {
  const seen: { path: string; body: string }[] = [];
  const centre = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ path: request.url!, body: gunzipSync(Buffer.concat(parts)).toString('utf8') });
      response.writeHead(409, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ refused: 'gap', stored: null }));
    });
  }).listen(0, '127.0.0.1');
  await once(centre, 'listening');
  const { port } = centre.address() as AddressInfo;
  const gov = { id: 'gov', url: `http://127.0.0.1:${port}`, ca: null, proxy: null };
  const { data, stop } = stage.hall;
  await stop();
  const key = new RequestKey(data, 'gov', 'x');
  key.next();
  key.useNext();
  stage.hall = await openDoors({
    ...{ data, staff: false, timers: stage.timers, upstreams: [gov] },
    standby: { url: stage.standby.url, ca: null },
  });
  await stage.enrol();
  await stage.hall.centre.staff.add(amal);
  const secrets = () => stage.copied('SELECT secret FROM staff');
  await stage.until(() => secrets().length).toBe(1);
  await stage.takeTicket();
  const { seq } = stage.hall.centre.log.state;
  const posts = () => seen.map(({ body }) => JSON.parse(body) as EventsPost);
  await stage.until(() => posts().some(({ last }) => last >= seq)).toBe(true);
  const path = `/v1/centres/${stage.hall.centre.configuration().centre.id}/events`;
  expect(new Set(seen.map((one) => one.path))).toEqual(new Set([path]));
  const all = seen.map(({ body }) => body).join();
  const hidden = [
    ...(secrets() as string[]),
    ...[LINK_KEY, PEPPER_KEY].map((name) => readFileSync(join(data, name)).toString('base64')),
    'أمل',
  ];
  for (const one of hidden) expect(all).not.toContain(one);
  centre.close();
});

test('a browser that is led to the standby is told where the pages are', async () => {
  const answer = await fetch(stage.standby.url);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = await answer.text();
  expect(page).toContain('الصفحات كلها عند الخادم');
  expect(page).toContain('All pages are with the server');
});

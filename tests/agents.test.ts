import { hash } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AgentView, KioskView } from '../core/protocol/views.js';
import { enrolOwn } from '../server/http/enrol.js';
import { canonicalJson } from '../node/json.js';
import { kioskOf } from './fixtures/callers.js';
import { openDoors, type Doors } from './fixtures/doors.js';
import { Jar, openPage, Screen } from './play/client.js';

const both = (text: string) => ({ ar: text, en: text });
const AGENTS = [
  { id: 'a1', name: both('a1'), kiosks: ['k1'] },
  { id: 'a2', name: both('a2'), kiosks: ['k2'] },
];

let doors: Doors;
let kiosk: Screen<KioskView>;
let agent: Screen<AgentView>;

const agentOf = async (deviceId: string): Promise<Screen<AgentView>> => {
  const cookie = `dawr-${deviceId}=${await enrolOwn(doors.centre, deviceId, 'agent')}`;
  const jar = new Jar();
  jar.keep(new Response(null, { headers: { 'set-cookie': cookie } }));
  const screen = new Screen<AgentView>(doors.url, 'agent', { deviceId, jar });
  await screen.ready();
  return screen;
};

const until = (holds: () => boolean): Promise<unknown> => vi.waitUntil(holds, { timeout: 10_000 });

beforeEach(async () => {
  doors = await openDoors({ staff: false, training: true, changes: { agents: AGENTS } });
  kiosk = await kioskOf(doors);
  agent = await agentOf('a1');
});

afterEach(async () => {
  for (const screen of [kiosk, agent]) screen.close();
  await doors.close();
});

test('an agent enters the tickets of its own kiosks alone', async () => {
  await doors.centre.log.askAsServer({ type: 'tick' });
  const { day, centre } = doors.centre.log.state;
  const entry = (kioskId: string) => {
    const lease = centre.leases.find((held) => held.deviceId === kioskId && held.day === day?.day);
    const { seriesId = 'enquiries', to: number = 999 } = lease?.ranges[0] ?? {};
    const services = [doors.centre.configuration().services[0]!.id];
    const place = { kioskId, day: day?.day, seriesId, number };
    const visit = { services, classId: '', language: 'ar', takenAt: doors.centre.clock.now() };
    return { type: 'enterTicket', ...place, ...visit, unanswered: null };
  };
  expect(await agent.ask(entry('k2'))).toEqual({ refused: 'role.denied' });
  expect(await agent.ask(entry('k1'))).toMatchObject({ done: true });
  expect([...day!.tickets.values()].map(({ deviceId }) => deviceId)).toEqual(['k1']);
});

test('numbers of a pad never come too late, and say that they are for training', async () => {
  const pad = { type: 'printPad', seriesId: 'pad', from: 7, to: 8, kioskId: 'k1' } as const;
  await doors.centre.log.askAsServer(pad);
  await until(() => agent.view?.jobs.length === 2);
  for (const { issuedAt, paper } of agent.view!.jobs) {
    expect([issuedAt, 'training' in paper && paper.training]).toEqual([null, true]);
  }
});

test('a configuration that an older program stored is served as its hash names it', async () => {
  const { database } = doors.centre.store;
  const { texts: _, ...older } = doors.centre.configuration();
  const body = Buffer.from(canonicalJson(older));
  const name = hash('sha256', body);
  database.prepare('INSERT INTO configuration VALUES (?, ?)').run(name, body);
  const jar = await openPage(doors.url, 'kiosk', 'k1');
  const at = `${doors.url}/configuration/${name}.json`;
  const served = await fetch(at, { headers: { cookie: jar.header() } });
  expect(Buffer.from(await served.arrayBuffer()).equals(body)).toBe(true);
  expect((await fetch(at)).status).toBe(404);
});

test('an agent that is gone leaves neither its door nor its count behind', async () => {
  const door = { port: 40_001, token: 'a'.repeat(64) };
  agent.socket.emit('door', door);
  agent.socket.emit('offline', { waiting: 3, refused: [] });
  await until(() => doors.centre.live.offline().waiting === 3);
  await until(() => kiosk.view?.door !== null);
  expect(kiosk.view?.door).toEqual(door);
  const second = await agentOf('a1');
  agent.close();
  second.close();
  await until(() => !doors.centre.live.isConnected('a1'));
  expect(doors.centre.live.door('a1')).toBeUndefined();
  expect(doors.centre.live.offline()).toEqual({ waiting: 0, refused: [] });
  await until(() => kiosk.view?.door === null);
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Agent } from '../../agent/agent.js';
import { machineClock } from '../../agent/clock.js';
import { readModem } from '../../agent/modem/profile.js';
import { startModem } from '../../agent/modem/start.js';
import { modemFindings } from '../../agent/doctor/modem.js';
import type { KioskView } from '../../core/protocol/views.js';
import { enrolOwn } from '../../server/http/enrol.js';
import { kioskOf, post, ticketOf } from '../fixtures/callers.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { VirtualModem } from '../fixtures/modem.js';
import { openPty, type Pty } from '../fixtures/pty.js';
import type { Screen } from '../play/client.js';

const PHONE = '+201012345678';
const folder = mkdtempSync(join(tmpdir(), 'dawr-gsm-'));
const played = new VirtualModem();
const said: string[] = [];
let doors: Doors;
let agent: Agent | undefined;
let pty: Pty;
let kiosk: Screen<KioskView>;

const until = (is: () => unknown): Promise<unknown> => vi.waitUntil(is, { timeout: 15_000 });
const fail = (fault: unknown): void => {
  throw fault;
};
const profile = readModem('firmware-config/modems/generic.json');
const plan = () => ({ profile, link: { kind: 'serial', path: pty.near } as const });

const stopAgent = async (): Promise<void> => {
  await agent?.stop();
  agent = undefined;
};

const startAgent = async (): Promise<Agent> => {
  const queue = { take: () => undefined, keep: () => undefined, stop: () => undefined };
  return new Agent({
    self: { server: doors.url, deviceId: 'a1', data: folder },
    cookie: `dawr-a1=${await enrolOwn(doors.centre, 'a1', 'agent')}`,
    start: () => ({ queue, ended: Promise.resolve(), loaded: () => undefined }),
    startModem: (wire) =>
      startModem(plan(), wire, {
        ...{ clock: machineClock, data: folder, onFault: fail },
        say: (line) => said.push(line),
      }),
    say: (line) => said.push(line),
    exit: () => undefined,
  });
};

beforeAll(async () => {
  pty = await openPty((bytes) => Buffer.from(played.take(bytes), 'latin1'));
  played.say = (text) => void pty.say(Buffer.from(text, 'latin1')).catch(fail);
  doors = await openDoors({ modem: 'a1' });
  agent = await startAgent();
  kiosk = await kioskOf(doors);
  await until(() => doors.centre.sms?.today().way === 'ready');
});

afterAll(async () => {
  kiosk.close();
  await stopAgent();
  await pty.remove();
  await doors.close();
  rmSync(folder, { recursive: true });
  expect(played.complaints).toEqual([]);
});

/** A visitor's ticket, whose number is known. */
const asked = async (): Promise<string> => {
  const { ticketId, token } = await ticketOf(doors, kiosk);
  const body = { token, phone: PHONE, consent: true };
  expect((await post(`${doors.phoneUrl}/api/sms`, body)).status).toBe(200);
  return ticketId;
};
const newsOf = (ticketId: string) => doors.centre.sms?.newsOf(ticketId);

test('a message goes over a serial line, and is delivered when the network says so', async () => {
  const ticketId = await asked();
  await until(() => newsOf(ticketId)?.state === 'sent');
  expect(played.messages).toHaveLength(1);
  expect(played.messages[0]).toMatchObject({ to: PHONE, coding: 'ucs2', isReported: true });
  expect(played.messages[0]?.text).toContain('اقترب دورك');
  played.report(played.messages[0]!.reference, 0);
  await until(() => newsOf(ticketId)?.state === 'delivered');
});

test('the modem is pulled out: managers see it, and what waits goes later, once', async () => {
  await pty.unplug();
  played.restart();
  await until(() => doors.centre.sms?.today().way === 'away');
  const ticketId = await asked();
  expect(newsOf(ticketId)?.state).toBe('queued');
  const before = played.messages.length;
  await pty.plugIn();
  await until(() => newsOf(ticketId)?.state === 'sent');
  expect(played.messages).toHaveLength(before + 1);
  const metrics = await (await fetch(`${doors.url}/metrics`)).text();
  expect(metrics).toContain('dawr_sms_way{way="ready"} 1');
});

test('what arrived while the server did not hear it is told later', async () => {
  const ticketId = await asked();
  await until(() => newsOf(ticketId)?.state === 'sent');
  const { reference } = played.messages.at(-1)!;
  doors.centre.cut('a1', 'revoked');
  played.report(reference, 0x46);
  await until(() => newsOf(ticketId)?.state === 'failed');
  expect(newsOf(ticketId)).toEqual({ state: 'failed', reason: 'undelivered' });
});

test('no number stands in what the agent says or keeps', () => {
  expect(said.join('\n')).not.toContain(PHONE.slice(3));
  expect(readFileSync(join(folder, 'modem.book'), 'utf8')).not.toContain(PHONE.slice(3));
});

test('the doctor asks card and network, and names what is wrong', async () => {
  await stopAgent();
  const parts = { clock: machineClock, data: folder, groups: null, isPrinting: false };
  const codes = async () => (await modemFindings(plan(), parts)).map(({ code }) => code);
  expect(await codes()).toEqual(['modem.ok']);
  played.sim = 'SIM PIN';
  expect(await codes()).toEqual(['modem.sim']);
  played.sim = 'READY';
  played.network = 3;
  expect(await codes()).toEqual(['modem.network']);
  await pty.unplug();
  expect(await codes()).toEqual(['path.missing']);
});

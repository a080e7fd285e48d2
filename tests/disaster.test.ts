import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KioskView } from '../core/protocol/views.js';
import { machineTime } from '../node/time.js';
import { demoExtras, demoSecrets, demoSettings } from '../server/demo.js';
import { linkOf } from '../server/hub/answer.js';
import { backup } from '../server/log/backup.js';
import { LINK_KEY, PEPPER_KEY } from '../server/log/keys.js';
import { restore } from '../server/log/restore.js';
import { projectors } from '../server/projectors.js';
import { run, type Running } from '../server/run.js';
import { openPage, Screen, signIn } from './play/client.js';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dawr-disaster-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const secret = 'long-enough-secret';

const start = async (data: string): Promise<Running> => {
  const settings = await demoSettings({ data, port: 0, phonePort: 0 });
  const extras = demoExtras(demoSecrets(data), data);
  const journal = pino({ level: 'silent' });
  const onFatal = (error: unknown): never => {
    throw error;
  };
  return run({ settings, journal, extras, onFatal });
};

const takeTicket = async ({ centre, url }: Running): Promise<void> => {
  const jar = await openPage(url, 'kiosk', 'k1');
  const kiosk = new Screen<KioskView>(url, 'kiosk', { deviceId: 'k1', jar });
  await kiosk.ready();
  const services = [centre.configuration().services[0]!.id];
  const answer = await kiosk.ask({ type: 'takeTicket', services, language: 'ar' });
  expect(answer).toMatchObject({ done: true });
  kiosk.close();
};

/** The address on the paper of the day's first ticket, as the phones' listener is reached here. */
const printedLink = ({ centre, phoneUrl }: Running): string => {
  const { state } = centre.log;
  const [ticketId] = [...state.day!.tickets.keys()];
  const link = linkOf(centre.links, state, { ticketId: ticketId!, publicUrl: phoneUrl! });
  return new URL(link!).pathname;
};

test('a backup brings everything back into an empty folder: sign-in, desks, links', async () => {
  const lost = join(folder, 'lost');
  const before = await start(lost);
  await before.centre.staff.add({ id: 'amal', name: 'أمل', role: 'clerk', secret });
  await takeTicket(before);
  const desk = await openPage(before.url, 'desk', 'desk-1');
  const path = printedLink(before);
  const from = join(folder, 'backup');
  await backup(lost, from, { projectors });
  const centreId = before.centre.configuration().centre.id;
  await before.stop();
  rmSync(lost, { recursive: true });

  const data = join(folder, 'new');
  await restore({ directory: data, centreId, time: machineTime, projectors }, from);
  const after = await start(data);
  const deviceId = 'desk-1';
  await signIn(after.url, desk, { deviceId, staffId: 'amal', secret });
  const wrong = signIn(after.url, desk, { deviceId, staffId: 'amal', secret: 'another-secret' });
  await expect(wrong).rejects.toThrow('amal');
  expect((await fetch(`${after.phoneUrl}${path}`)).status).toBe(200);
  const phone = new Screen(after.phoneUrl!, 'phone', {
    ticket: path.split('/').at(-1)!,
  });
  await phone.ready();
  phone.close();
  await after.stop();
});

test('a lost key is not silently made anew, and what is to be done is said', async () => {
  const running = await start(folder);
  await running.centre.staff.add({ id: 'amal', name: 'أمل', role: 'clerk', secret });
  await takeTicket(running);
  await running.stop();
  for (const [name, loss] of [
    [PEPPER_KEY, 'nobody can sign in'],
    [LINK_KEY, 'the links on the tickets of the open day are dead'],
  ] as const) {
    const file = join(folder, name);
    renameSync(file, `${file}.aside`);
    await expect(start(folder)).rejects.toThrow(`${file} is missing: without it ${loss}. Put it`);
    renameSync(`${file}.aside`, file);
  }
  await (await start(folder)).stop();
});

test("another centre's log is not gone on with", async () => {
  await (await start(folder)).stop();
  const settings = await demoSettings({ data: folder, port: 0, phonePort: 0 });
  const { configuration } = settings;
  const centre = { ...configuration.centre, id: 'elsewhere' };
  const other = { ...settings, configuration: { ...configuration, centre } };
  const journal = pino({ level: 'silent' });
  const starting = run({ settings: other, journal, onFatal: () => undefined });
  await expect(starting).rejects.toThrow('holds the log of the centre');
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { Command } from '../../core/protocol/commands.js';
import { rowsFrom } from '../../server/log/read.js';
import { SKIP_NUMBERS } from '../../server/log/restore.js';
import { verify } from '../../server/log/verify.js';
import { projectors } from '../../server/projectors.js';
import { giveCommand } from '../../server/standby/control.js';
import { startStandby } from '../../server/standby/main.js';
import { roleIn } from '../../server/standby/role.js';
import { prepareStandby } from '../../server/standby/standby.js';
import { issuedIn, Stage } from './stage.js';

const amal = { id: 'amal', name: 'أمل', role: 'clerk', secret: 'long-enough-1' } as const;

let stage: Stage;
beforeEach(async () => (stage = await Stage.open()));
afterEach(() => stage.close());

test('[STANDBY-3] at noon the hall goes on: order, numbers, answers, staff', async () => {
  await stage.enrol();
  const { counters, profiles } = stage.hall.centre.configuration();
  const [counter] = counters;
  const serves = profiles.find(({ id }) => id === counter!.profiles[0])!;
  const services = stage.hall.centre
    .configuration()
    .services.filter(({ category }) => serves.categories.includes(category));
  const take: Command = {
    ...{ type: 'takeTicket', services: [services[0]!.id] },
    ...{ classId: '', language: 'ar' },
  };
  for (let i = 0; i < 5; i += 1) await stage.ask(take);
  const requestId = 'a'.repeat(32);
  const answered = await stage.ask(take, { requestId });
  await stage.hall.centre.staff.add(amal);
  await stage.until(() => stage.copied('SELECT id FROM staff')).toEqual(['amal']);
  await stage.followed();
  const before = issuedIn(stage.hall.centre.store.database);
  const waiting = [...stage.hall.centre.log.state.day!.tickets.keys()];
  await stage.hall.stop();

  const next = await stage.succeed();
  expect(next.centre.log.state.day!.tickets.size).toBe(waiting.length);
  expect(await stage.ask(take, { requestId, at: next })).toEqual(answered);
  const who = { staffId: 'amal', deviceId: 'desk-1', secret: amal.secret };
  const signed = await next.centre.staff.signIn(who, next.centre.clock.now());
  expect(signed).toMatchObject({ token: expect.any(String) as string });
  await stage.ask(
    { type: 'openCounter', counterId: counter!.id, profileId: serves.id },
    { at: next },
  );
  const called: unknown[] = [];
  for (let i = 0; i < 3; i += 1) {
    const call = await stage.ask({ type: 'callNext', counterId: counter!.id }, { at: next });
    if (!isRefusal(call)) called.push(call.ticketId);
    await stage.ask({ type: 'start', counterId: counter!.id }, { at: next });
    const finish = { type: 'finish', counterId: counter!.id } as const;
    await stage.ask({ ...finish, result: 'completed', callNext: false }, { at: next });
  }
  expect(called).toEqual(waiting.slice(0, 3));
  await stage.ask(take, { at: next });
  const after = issuedIn(next.centre.store.database);
  expect(after.slice(0, before.length)).toEqual(before);
  expect(after.at(-1)!.number).toBe(before.at(-1)!.number + next.skip + 1);
  expect(next.skip).toBeLessThan(SKIP_NUMBERS);
  expect(verify(next.centre.store.database, { projectors })).toMatchObject({
    ...{ problems: [], streams: 2 },
  });
  await next.close();
});

test('[STANDBY-4] numbers given out after the copy was whole are not given again', async () => {
  await stage.enrol();
  await stage.takeTicket();
  await stage.followed();
  await stage.hall.centre.upstreams.stop();
  for (let i = 0; i < 15; i += 1) await stage.takeTicket();
  const lost = issuedIn(stage.hall.centre.store.database);
  await stage.hall.stop();
  stage.time.aheadMs = 60_000;
  const next = await stage.succeed();
  expect(issuedIn(next.centre.store.database)).toHaveLength(1);
  await stage.takeTicket(next);
  const { number } = issuedIn(next.centre.store.database).at(-1)!;
  expect(number).toBeGreaterThan(lost.at(-1)!.number);
  expect(next.skip).toBeGreaterThanOrEqual(40);
  const events = [...rowsFrom(next.centre.store.database)];
  expect(events.filter(({ type }) => type === 'series.skipped').length).toBeGreaterThan(0);
  expect(events.find(({ type }) => type === 'log.restored')).toMatchObject({ seq: 1 });
  await next.close();
});

test('[STANDBY-5] nobody takes over from a server that serves, unless it is forced', async () => {
  await stage.enrol();
  await stage.followed();
  await expect(stage.takeOver()).rejects.toThrow('The server still serves (it was heard');
  // Else it is heard again and again; a last word may still be on its way.
  await stage.hall.centre.upstreams.stop();
  const refused = (): Promise<unknown> => {
    stage.time.aheadMs += 60_000;
    return stage.takeOver().catch(String);
  };
  const why = `The server still serves (it answers at ${stage.hall.url})`;
  await expect.poll(refused, { timeout: 20_000 }).toContain(why);
  expect(roleIn(stage.standby.copy.directory)).toMatchObject({ role: 'standby' });
  const next = await stage.succeed();
  expect(stage.said[0]).toContain('what it does from now on is lost');
  await next.close();
});

test('[STANDBY-5] a copy that is not sound, or empty, takes nobody’s place', async () => {
  await expect(stage.takeOver()).rejects.toThrow('has no copy yet: restore a backup instead');
  await stage.enrol();
  await stage.followed();
  await stage.hall.stop();
  stage.time.aheadMs = 10_000;
  stage.standby.copy.database.exec(
    "DROP TRIGGER event_fixed; UPDATE event SET actor = 'x' WHERE seq = 2",
  );
  await expect(stage.takeOver()).rejects.toThrow('The copy is not sound');
  expect(roleIn(stage.standby.copy.directory)).toMatchObject({ role: 'standby' });
});

test('[STANDBY-5] a take-over that fails can be tried again; the standby follows', async () => {
  await stage.enrol();
  await stage.followed();
  await stage.hall.centre.upstreams.stop();
  await stage.standby.stop();
  const { directory } = stage.standby.copy;
  const stops: (() => Promise<void>)[] = [];
  await startStandby(
    { config: stage.file(), anew: false },
    {
      ...{ journal: pino({ level: 'silent' }), say: () => undefined },
      serve: () => Promise.resolve({ line: 'it serves', stop: () => Promise.resolve() }),
      onStop: (stop) => void stops.push(stop),
    },
  );
  // Where the file of the role is to be written there is a folder.
  const obstacle = join(directory, 'standby.json.partial');
  mkdirSync(obstacle);
  const asked = { force: true, alone: true, skip: null };
  const failed = await giveCommand(directory, asked);
  expect(failed).toMatchObject({ done: false });
  expect(failed!.lines.join()).toContain('EISDIR');
  rmdirSync(obstacle);
  const took = await giveCommand(directory, asked);
  expect(took!.lines.join('\n')).toContain('it serves');
  expect(took).toMatchObject({ done: true });
  for (const stop of stops) await stop();
});

test('[STANDBY-6] a server whose place was taken stops, and does not start again', async () => {
  await stage.enrol();
  await stage.takeTicket();
  await stage.followed();
  const { port } = new URL(stage.standby.url);
  const next = await stage.succeed(Number(port));
  await stage.until(() => stage.takenOver.length).toBeGreaterThan(0);
  expect(stage.takenOver[0]).toContain('took over from this server on');
  await stage.hall.stop();
  await expect(stage.serve(stage.hall.data, next.url)).rejects.toThrow(
    'serves the hall: two must not.',
  );
  // As the new server's standby it begins anew; what it had is kept.
  expect(() => prepareStandby(stage.hall.data, false)).toThrow('give --anew');
  expect(prepareStandby(stage.hall.data, true)).toBe(join(stage.hall.data, 'kept', '1'));
  await expect(stage.serve(stage.hall.data, next.url)).rejects.toThrow(
    'holds the copy of a standby',
  );
  await next.close();
});

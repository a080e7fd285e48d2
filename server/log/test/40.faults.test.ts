import Database from 'better-sqlite3';
import { cpSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  freshId,
  LoggedHall,
  numbersIn,
  scratch,
  spoil,
  takeTicket,
} from '../../../tests/fixtures/log.js';
import { canonical } from '../../../core/canonical.js';
import { hashOf } from '../../../chain/chain.js';
import type { Command } from '../../../core/protocol/commands.js';
import type { Answer } from '../../../core/protocol/wire.js';
import { Crash, kindOf, type FaultPoint } from '../faults.js';
import { rowsFrom } from '../read.js';
import { hallRules, replay, type Rules } from '../replay.js';
import { verify } from '../verify.js';

let folder: ReturnType<typeof scratch>;
beforeEach(() => (folder = scratch()));
afterEach(() => folder.remove());

/** Fails the n-th time that a point is reached, once armed. */
class FailNth {
  left = 0;
  error: Error = new Error('unarmed');

  constructor(private readonly point: FaultPoint) {}

  arm(n: number, error: Error): void {
    this.left = n;
    this.error = error;
  }

  at(point: FaultPoint): void {
    if (point !== this.point || this.left === 0) return;
    this.left -= 1;
    if (this.left === 0) throw this.error;
  }
}

const sqlite = (code: string): Error => new Database.SqliteError(`injected ${code}`, code);

/** Rules that throw for a ticket in English, after some of its events were applied. */
const brittle: Rules = {
  ...hallRules,
  apply: (state, event, configurations) => {
    if (event.type === 'leg.joined' && event.serviceId === 'rent-payment') {
      throw new Error('a bug in the rules');
    }
    hallRules.apply(state, event, configurations);
  },
};
const culprit = { ...takeTicket, services: ['rent-payment'] } as Command;

test('what makes the rules throw is answered bug; its group runs without it', async () => {
  const hall = await new LoggedHall({ directory: folder.path, rules: brittle }).open();
  const requestId = freshId();
  const answers = [hall.send(takeTicket), hall.send(culprit, { requestId }), hall.send(takeTicket)];
  hall.turn();
  const [first, bug, third] = await Promise.all(answers);
  expect([first, third]).toMatchObject([{ done: true }, { done: true }]);
  expect(bug).toEqual({ refused: 'bug' });
  expect(numbersIn(hall.log)).toEqual([1, 2]);
  expect(hall.bugs).toMatchObject([{ where: 'command', requestId, command: 'takeTicket' }]);
  const started = replay(hall.log.database, [hallRules, hall.log.configurations]).state;
  expect(canonical(hall.committer.state)).toBe(canonical(started));
  hall.close();
});

test('its id is quarantined: it never runs again, not even after a restart', async () => {
  const hall = await new LoggedHall({ directory: folder.path, rules: brittle }).open();
  const requestId = freshId();
  await hall.ask(culprit, { requestId });
  expect(await hall.ask(culprit, { requestId })).toEqual({ refused: 'bug' });
  expect(hall.bugs.length).toBe(1);
  hall.close();
  const again = new LoggedHall({ directory: folder.path });
  expect(await again.ask(culprit, { requestId })).toEqual({ refused: 'bug' });
  expect(await again.ask(culprit)).toHaveProperty('done');
  again.close();
});

test.each([
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR_FSYNC', 'fatal'],
  ['SQLITE_CORRUPT', 'fatal'],
  ['SQLITE_CONSTRAINT_TRIGGER', 'bug'],
])('%s is %s', (code, kind) => expect(kindOf(sqlite(code))).toBe(kind));

test('when the commit fails nobody is told done, and the state is as before', async () => {
  const faults = new FailNth('beforeCommit');
  const hall = await new LoggedHall({ directory: folder.path, faults }).open();
  const before = canonical(hall.committer.state);
  faults.arm(1, sqlite('SQLITE_BUSY'));
  const answers = [hall.send(takeTicket), hall.send(takeTicket)];
  hall.committed.length = 0;
  hall.turn();
  const failed = { refused: 'storage.failed' };
  expect(await Promise.all(answers)).toEqual([failed, failed]);
  expect(hall.committed).toEqual([]);
  expect(canonical(hall.committer.state)).toBe(before);
  await hall.done(takeTicket);
  expect(numbersIn(hall.log)).toEqual([1]);
  hall.close();
});

test('on an I/O error it stops at once: no answer, no second try', async () => {
  const faults = new FailNth('beforeCommit');
  const hall = await new LoggedHall({ directory: folder.path, faults }).open();
  faults.arm(1, sqlite('SQLITE_IOERR_WRITE'));
  let answered = false;
  const mark = (): void => void (answered = true);
  void hall.send(takeTicket).then(mark);
  hall.turn();
  void hall.send(takeTicket).then(mark);
  hall.turn();
  await Promise.resolve();
  expect(hall.fatal).toMatchObject([{ code: 'SQLITE_IOERR_WRITE' }]);
  expect(answered).toBe(false);
  hall.log.close();
  const again = new LoggedHall({ directory: folder.path });
  expect(numbersIn(again.log)).toEqual([]);
  again.close();
});

test.each(['beforeCommit', 'afterCommit'] as const)(
  'dead at %s: the repeat after the restart finds out what became of it',
  async (point) => {
    const faults = new FailNth(point);
    const hall = await new LoggedHall({ directory: folder.path, faults }).open();
    faults.arm(1, new Crash());
    const requestId = freshId();
    void hall.send(takeTicket, { requestId });
    expect(() => hall.turn()).toThrow(Crash);
    hall.log.close();
    const again = new LoggedHall({ directory: folder.path });
    expect(numbersIn(again.log)).toEqual(point === 'afterCommit' ? [1] : []);
    expect(await again.ask(takeTicket, { requestId })).toHaveProperty('done');
    expect(numbersIn(again.log)).toEqual([1]);
    again.close();
  },
);

const clerk = { actor: 'clerk-1', deviceId: 'desk-1' };
const rounds: readonly (readonly [Command, { actor?: string; deviceId?: string }][])[] = [
  [
    [{ type: 'openCounter', counterId: 'c1', profileId: 'all' }, clerk],
    [takeTicket, {}],
    [takeTicket, { deviceId: 'kiosk-2' }],
  ],
  [
    [{ type: 'callNext', counterId: 'c1' }, clerk],
    [{ type: 'callNext', counterId: 'c1' }, clerk],
    [takeTicket, {}],
  ],
  [
    [{ type: 'finish', counterId: 'c1', result: 'completed', callNext: true }, clerk],
    [takeTicket, {}],
  ],
];

type Mix = readonly { readonly command: Command; readonly who: object; readonly id: string }[][];
const mixOf = (): Mix =>
  rounds.map((round) => round.map(([command, who]) => ({ command, who, id: freshId() })));

/** Sends the mix, a round a turn; what was answered, by request id. */
const play = async (hall: LoggedHall, mix: Mix): Promise<Map<string, Answer>> => {
  const answers = new Map<string, Answer>();
  for (const round of mix) {
    for (const { command, who, id } of round) {
      void hall.send(command, { ...who, requestId: id }).then((answer) => answers.set(id, answer));
    }
    hall.turn();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  }
  return answers;
};

/** Plays the mix while the n-th call of the database fails; false when there were fewer calls. */
const survives = async (base: string, n: number, code: string): Promise<boolean> => {
  const place = scratch();
  cpSync(base, place.path, { recursive: true });
  const faults = new FailNth('databaseCall');
  let hall = new LoggedHall({ directory: place.path, faults });
  const mix = mixOf();
  faults.arm(n, sqlite(code));
  const first = await play(hall, mix);
  const reached = faults.left === 0;
  if (hall.fatal.length > 0) {
    hall.log.close();
    hall = new LoggedHall({ directory: place.path });
  }
  faults.left = 0;
  expect(verify(hall.log.database).problems).toEqual([]);
  const second = await play(hall, mix);
  for (const [id, answer] of first) {
    if ('done' in answer) expect(second.get(id), `call ${n} ${code}`).toEqual(answer);
  }
  const done = mix.flat().filter(({ command, id }) => {
    const answer = second.get(id);
    return command.type === 'takeTicket' && answer !== undefined && 'done' in answer;
  });
  expect(numbersIn(hall.log)).toEqual(done.map((_, index) => index + 1));
  expect(verify(hall.log.database).problems).toEqual([]);
  hall.close();
  place.remove();
  return reached;
};

test.each(['SQLITE_IOERR_WRITE', 'SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_CONSTRAINT'])(
  'whichever call of the database fails with %s, what was answered is true',
  async (code) => {
    const hall = await new LoggedHall({ directory: folder.path }).open();
    hall.close();
    let n = 1;
    while (await survives(folder.path, n, code)) n += 1;
    expect(n).toBeGreaterThan(40);
  },
);

test.each([
  ['no end', 'DELETE FROM event WHERE seq > 8'],
  ['no event at all', 'DELETE FROM event'],
])('[LOG-4] a log that has %s beside its server: nothing goes on from there', async (_, sql) => {
  let hall = await new LoggedHall({ directory: folder.path }).open();
  for (let n = 0; n < 6; n += 1) await hall.done(takeTicket);
  spoil(folder.path, sql);
  const left = numbersIn(hall.log);
  const answers: Answer[] = [];
  for (let n = 0; n < 3; n += 1) {
    void hall.send(takeTicket).then((answer) => answers.push(answer));
    hall.turn();
  }
  await Promise.resolve();
  expect(answers).toEqual([]);
  expect(hall.fatal).toMatchObject([{ code: 'log.chainBroken' }]);
  expect(numbersIn(hall.log)).toEqual(left);
  hall.log.close();
  // Nothing was signed before: what was answered for is, so that the file is known for what it is.
  expect(() => (hall = new LoggedHall({ directory: folder.path }))).toThrow('is missing');
});

test.each([
  ['of a command', takeTicket],
  ['of one that makes the rules throw', culprit],
])('[LOG-4] nor from another end that was put there in its place: %s', async (_, command) => {
  let hall = await new LoggedHall({ directory: folder.path, rules: brittle }).open();
  for (let n = 0; n < 3; n += 1) await hall.done(takeTicket);
  const rows = [...rowsFrom(hall.log.database)];
  const [before, last] = rows.slice(-2);
  const forged = { ...last!, occurred_at: last!.occurred_at + 1 };
  const hash = hashOf(before!.hash, forged).toString('hex');
  const set = `occurred_at = ${forged.occurred_at}, hash = x'${hash}'`;
  spoil(folder.path, `UPDATE event SET ${set} WHERE seq = ${last!.seq}`);
  const answers: Answer[] = [];
  void hall.send(command).then((answer) => answers.push(answer));
  hall.turn();
  await Promise.resolve();
  expect(answers).toEqual([]);
  expect(hall.fatal).toMatchObject([{ code: 'log.chainBroken' }]);
  expect([...rowsFrom(hall.log.database)].length).toBe(rows.length);
  hall.log.close();
  // Each event follows the one before it; only what was signed tells.
  const wrong = `events ${last!.stream}:1 to ${last!.seq} are not those that were signed`;
  expect(() => (hall = new LoggedHall({ directory: folder.path }))).toThrow(wrong);
});

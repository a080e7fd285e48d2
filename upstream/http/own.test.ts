import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CodeAnswer, EnrolmentAnswer, FleetAnswer } from '../../core/protocol/overview.js';
import { FleetDoor, type Cookies } from '../../tests/fixtures/fleet/door.js';
import { pepperIn } from '../access/pepper.js';
import { CODE_LIFE_MS, keepCentre } from '../centres/enrolment.js';
import { enrolmentOf, READS } from './own.js';

let door: FleetDoor;
const forgotten: string[] = [];
beforeAll(async () => {
  const senders = { forget: (id: string) => void forgotten.push(id) };
  door = await FleetDoor.open(READS, (database) => enrolmentOf(database, senders));
  for (const [id, governorateId] of [
    ['ismailia-1', 'ismailia'],
    ['suez-1', 'suez'],
  ] as const) {
    const about = { name: { ar: id, en: id }, zone: 'Africa/Cairo', logKey: 'k' };
    const place = { centreId: id, governorateId, relayed: false, now: door.now };
    await keepCentre(door.store.database, about, place);
  }
});
afterAll(() => door.close());
beforeEach(async () => {
  await door.empty();
  await door.store.database.query('DELETE FROM enrolment');
  await door.account('mona', 'operator', null);
  await door.account('nadia', 'operator', ['ismailia']);
});

test('an account sees the centres of its scope alone', async () => {
  const seenBy = async (id: string): Promise<string[]> => {
    const { body } = await door.get('/api/fleet', await door.signIn(id));
    return (body as { centres: { centreId: string }[] }).centres.map(({ centreId }) => centreId);
  };
  expect(await seenBy('mona')).toEqual(['ismailia-1', 'suez-1']);
  expect(await seenBy('nadia')).toEqual(['ismailia-1']);
  const cookies = await door.signIn('nadia');
  expect((await door.get('/api/centre/ismailia-1', cookies)).statusCode).toBe(200);
  expect((await door.get('/api/centre/suez-1', cookies)).statusCode).toBe(404);
});

test('a code and a revocation reach no centre outside the scope', async () => {
  const elsewhere = { statusCode: 409, refused: 'centre.elsewhere' };
  const cookies = await door.signIn('nadia');
  const enrol = (id: string) =>
    door.post('/api/enrolment/code', { kind: 'centre', id, governorateId: 'ismailia' }, cookies);
  const revoke = (id: string) =>
    door.post('/api/enrolment/revoke', { kind: 'centre', id }, cookies);
  expect(await enrol('suez-1')).toEqual(elsewhere);
  expect(await revoke('suez-1')).toEqual(elsewhere);
  expect(await enrol('ismailia-2')).toMatchObject({ statusCode: 200 });
  expect(await revoke('nowhere-1')).toEqual({ statusCode: 409, refused: 'centre.unknown' });
  expect((await revoke('ismailia-1')).statusCode).toBe(200);
  expect(forgotten).toContain('ismailia-1');
});

test('what is done to a sender is written down with it, or not done', async () => {
  const { database } = door.store;
  await door.account('omar', 'operator', ['aswan']);
  const cookies = await door.signIn('omar');
  const act = (what: string, kind: string, id: string) => {
    const place = what === 'code' ? { governorateId: 'aswan' } : {};
    return door.post(`/api/enrolment/${what}`, { kind, id, ...place }, cookies);
  };
  const made = await act('code', 'centre', 'aswan-1');
  await act('code', 'relay', 'aswan');
  await act('withdraw', 'centre', 'aswan-1');
  await act('withdraw', 'centre', 'aswan-1');
  await act('code', 'centre', 'aswan-2');
  await act('revoke', 'centre', 'aswan-2');
  await act('revoke', 'relay', 'aswan');
  await act('revoke', 'relay', 'suez');
  const told = (await door.written()).filter((line) => line.startsWith('omar'));
  expect(told.toSorted()).toEqual([
    'omar centre.code aswan-1 aswan',
    'omar centre.code aswan-2 aswan',
    'omar centre.codeWithdrawn aswan-1',
    'omar centre.revoked aswan-2',
    'omar relay.code aswan aswan',
    'omar relay.revoked aswan',
    'omar signIn.done',
  ]);
  expect(told.join()).not.toContain((made as Partial<CodeAnswer>).code);
  await database.query('ALTER TABLE audit RENAME TO lost');
  const sender = { kind: 'centre', id: 'aswan-3' } as const;
  const actor = { accountId: 'omar', line: '::1', at: door.now };
  const ask = { scope: null, sender, actor, governorateId: 'aswan' };
  await expect(enrolmentOf(database, { forget: () => undefined }).enrol(ask)).rejects.toThrow();
  await database.query('ALTER TABLE lost RENAME TO audit');
  const codes = `SELECT 1 FROM enrolment WHERE centre_id = 'aswan-3'`;
  expect(await database.query(codes)).toEqual([]);
});

test('a code that nobody has used is listed with who made it, and withdrawn', async () => {
  const [mona, nadia] = [await door.signIn('mona'), await door.signIn('nadia')];
  const make = (kind: string, id: string, governorateId: string) =>
    door.post('/api/enrolment/code', { kind, id, governorateId }, mona);
  await make('centre', 'ismailia-1', 'ismailia');
  await make('relay', 'suez', 'suez');
  const codes = async (cookies: Cookies) =>
    ((await door.get('/api/enrolment', cookies)).body as EnrolmentAnswer).codes;
  const times = { madeAt: door.now, expiresAt: door.now + CODE_LIFE_MS, madeBy: 'mona' };
  const centre = {
    ...{ kind: 'centre', id: 'ismailia-1', governorateId: 'ismailia', ...times },
    name: { ar: 'ismailia-1', en: 'ismailia-1' },
  };
  const relay = { kind: 'relay', id: 'suez', governorateId: 'suez', name: null, ...times };
  expect(await codes(mona)).toEqual([centre, relay]);
  expect(await codes(nadia)).toEqual([centre]);
  const withdraw = (kind: string, id: string, cookies: Cookies) =>
    door.post('/api/enrolment/withdraw', { kind, id }, cookies);
  const elsewhere = { statusCode: 409, refused: 'centre.elsewhere' };
  expect(await withdraw('relay', 'suez', nadia)).toEqual(elsewhere);
  expect((await withdraw('centre', 'ismailia-1', nadia)).statusCode).toBe(200);
  const unknown = { statusCode: 409, refused: 'code.unknown' };
  expect(await withdraw('centre', 'ismailia-1', mona)).toEqual(unknown);
  expect(await codes(mona)).toEqual([relay]);
  door.now += CODE_LIFE_MS + 1;
  expect(await codes(await door.signIn('mona'))).toEqual([]);
});

test('a relay is listed with what it passes on, and revoked', async () => {
  const { database } = door.store;
  const governorateId = 'luxor';
  await database.query(`INSERT INTO relay VALUES ('luxor', $1, 5, NULL)`, [governorateId]);
  const about = { name: { ar: 'x', en: 'x' }, zone: 'Africa/Cairo', logKey: 'k' };
  for (const centreId of ['luxor-1', 'luxor-2']) {
    await keepCentre(database, about, { centreId, governorateId, relayed: true, now: 6 });
  }
  await database.query(`UPDATE centre SET heard_at = 9 WHERE centre_id = 'luxor-2'`);
  const cookies = await door.signIn('mona');
  const relays = async () =>
    ((await door.get('/api/enrolment', cookies)).body as EnrolmentAnswer).relays;
  const relay = { relayId: 'luxor', governorateId, enrolledAt: 5, centres: 2, heardAt: 9 };
  expect(await relays()).toEqual([{ ...relay, revokedAt: null }]);
  const revoke = (id: string) => door.post('/api/enrolment/revoke', { kind: 'relay', id }, cookies);
  expect((await revoke('luxor')).statusCode).toBe(200);
  expect(forgotten).toContain('relay/luxor');
  expect(await relays()).toEqual([{ ...relay, revokedAt: door.now }]);
  expect(await revoke('nowhere')).toEqual({ statusCode: 409, refused: 'centre.unknown' });
});

test('a centre that a relay tells of comes back by an operator alone', async () => {
  const { database } = door.store;
  const tell = (id: string, now: number, relayed = true) => {
    const about = { name: { ar: 'x', en: `at ${now}` }, zone: 'Africa/Cairo', logKey: 'k' };
    return keepCentre(database, about, { centreId: id, governorateId: 'qena', relayed, now });
  };
  await tell('qena-1', 5);
  await tell('qena-2', 5, false);
  const cookies = await door.signIn('mona');
  const act = (what: string, id: string, who = cookies) =>
    door.post(`/api/enrolment/${what}`, { kind: 'centre', id }, who);
  await act('revoke', 'qena-1');
  await act('revoke', 'qena-2');
  const known = async () => {
    const { body } = await door.get('/api/fleet', cookies);
    const { centres } = body as FleetAnswer;
    const line = centres.find(({ centreId }) => centreId === 'qena-1');
    return [line?.state, line?.name.en, line?.relayed];
  };
  // It is known how it is called now, and what its log is signed with.
  await tell('qena-1', 6);
  expect(await known()).toEqual(['revoked', 'at 6', true]);
  const elsewhere = { statusCode: 409, refused: 'centre.elsewhere' };
  expect(await act('readmit', 'qena-1', await door.signIn('nadia'))).toEqual(elsewhere);
  forgotten.length = 0;
  expect((await act('readmit', 'qena-1')).statusCode).toBe(200);
  expect(forgotten).toEqual(['qena-1']);
  expect(await known()).toEqual(['expected', 'at 6', true]);
  expect((await door.written()).filter((line) => line.includes('readmitted'))).toEqual([
    'mona centre.readmitted qena-1',
  ]);
  // What is not revoked, and who has a way of its own and needs a code.
  const unknown = { statusCode: 409, refused: 'centre.unknown' };
  expect(await act('readmit', 'qena-1')).toEqual(unknown);
  expect(await act('readmit', 'qena-2')).toEqual(unknown);
  await database.query(`DELETE FROM centre WHERE governorate_id = 'qena'`);
});

test('the pepper is made once, for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dawr-pepper-'));
  const pepper = pepperIn(folder);
  expect(pepper).toHaveLength(32);
  expect(pepperIn(folder)).toEqual(pepper);
  expect(statSync(join(folder, 'pepper.key')).mode & 0o077).toBe(0);
  rmSync(folder, { recursive: true });
});

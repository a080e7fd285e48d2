import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FleetDoor } from '../../tests/fixtures/fleet/door.js';
import { pepperIn } from '../access/pepper.js';
import { keepCentre } from '../centres/enrolment.js';
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
}, 60_000);
afterAll(() => door.close());
beforeEach(async () => {
  await door.empty();
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
  const enrol = (centreId: string) =>
    door.post('/api/centres/enrol', { centreId, governorateId: 'ismailia' }, cookies);
  const revoke = (centreId: string) => door.post('/api/centres/revoke', { centreId }, cookies);
  expect(await enrol('suez-1')).toEqual(elsewhere);
  expect(await revoke('suez-1')).toEqual(elsewhere);
  expect(await enrol('ismailia-2')).toMatchObject({ statusCode: 200 });
  expect(await revoke('nowhere-1')).toEqual({ statusCode: 409, refused: 'centre.unknown' });
  expect((await revoke('ismailia-1')).statusCode).toBe(200);
  expect(forgotten).toContain('ismailia-1');
});

test('the pepper is made once, for its owner alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dawr-pepper-'));
  const pepper = pepperIn(folder);
  expect(pepper).toHaveLength(32);
  expect(pepperIn(folder)).toEqual(pepper);
  expect(statSync(join(folder, 'pepper.key')).mode & 0o077).toBe(0);
  rmSync(folder, { recursive: true });
});

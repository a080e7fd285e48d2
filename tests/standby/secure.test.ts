import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { standingAt } from '../../server/standby/standing.js';
import { CERTIFICATE, SIGNED } from '../fixtures/tls.js';
import { rowsOf, Stage } from './stage.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-secure-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const tls = { cert: file('cert.pem', SIGNED.cert), key: file('key.pem', SIGNED.key) };
const ca = file('authority.pem', SIGNED.authority);
const other = file('other.pem', CERTIFICATE);

test('[STANDBY-1] a standby is followed by TLS under an authority of the hall’s own', async () => {
  const stage = await Stage.open({ tls, ca });
  expect(stage.standby.url).toMatch(/^https:/);
  await stage.enrol();
  for (let i = 0; i < 3; i += 1) await stage.takeTicket();
  await stage.followed();
  expect(rowsOf(stage.standby.copy.database)).toEqual(rowsOf(stage.hall.centre.store.database));
  const at = (by: string | null) => standingAt({ url: stage.standby.url, ca: by });
  expect(await at(ca)).toMatchObject({ role: 'standby' });
  expect([await at(other), await at(null)]).toEqual([null, null]);
  await stage.close();
});

test('[STANDBY-1] a standby under another authority is told nothing', async () => {
  const stage = await Stage.open({ tls, ca: other });
  await expect(stage.enrol()).rejects.toThrow('cannot be reached (UNABLE_TO_VERIFY');
  await stage.takeTicket();
  expect(stage.standby.copy.copy.head).toBeNull();
  await stage.close();
});

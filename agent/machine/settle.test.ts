import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placesBelow } from './settings.js';
import { settle } from './settle.js';
import { hashOf } from './signed.js';

const NAME = 'kiosk-1';
const UNIT = '/etc/systemd/system/dawr-agent.service';
const FILES: Readonly<Record<string, string>> = {
  [UNIT]: '[Service]\n\n[Install]\nWantedBy=multi-user.target\n',
  '/etc/nftables.conf': 'flush ruleset\n',
};

let root = '';
let asked: string[] = [];
/** The command at which the power goes. */
let last = '';
const run = (...line: string[]): Promise<string> => {
  asked.push(line.join(' '));
  return last !== '' && line.join(' ').startsWith(last)
    ? Promise.reject(new Error('the power went'))
    : Promise.resolve('');
};
const settled = (): Promise<readonly string[]> => settle(placesBelow(root), NAME, run);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dawr-settle-'));
  [asked, last] = [[], ''];
  const machine = join(root, 'opt/dawr/releases/1/machines', NAME);
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(machine, 'root', path, '..'), { recursive: true });
    writeFileSync(join(machine, 'root', path), text);
  }
  const files = Object.entries(FILES).map(([path, text]) => {
    return { path, mode: '644', sha256: hashOf(text) };
  });
  const manifest = { schema: 1, centre: 'c', machine: NAME, profiles: {}, files };
  writeFileSync(join(machine, 'manifest.json'), JSON.stringify(manifest));
  symlinkSync('releases/1', join(root, 'opt/dawr/current'));
});
afterEach(() => rmSync(root, { recursive: true }));

const TOLD = [
  'systemctl daemon-reload',
  'systemctl enable nftables.service',
  'systemctl restart nftables.service',
  'systemctl enable dawr-agent.service',
];

test('a machine whose files cloud-init has written is told of them, once', async () => {
  cpSync(join(root, 'opt/dawr/current/machines', NAME, 'root'), root, { recursive: true });
  await settled();
  expect(asked).toEqual(TOLD);
  asked = [];
  expect(await settled()).toEqual([]);
  expect(asked).toEqual([]);
});

test.each(TOLD)('the power goes at %s, and the next run tells all of it', async (line) => {
  last = line;
  await expect(settled()).rejects.toThrow('the power went');
  [asked, last] = [[], ''];
  expect(await settled()).not.toEqual([]);
  expect(asked).toEqual(TOLD);
  expect(await settled()).toEqual([]);
});

test('what fails each time is told twice, and then keeps the machine from nothing', async () => {
  last = 'systemctl restart nftables.service';
  await expect(settled()).rejects.toThrow('the power went');
  await expect(settled()).rejects.toThrow('the power went');
  expect(await settled()).toEqual([]);
});

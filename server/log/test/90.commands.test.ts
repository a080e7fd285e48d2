import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hallConfiguration } from '../../../tests/fixtures/board.js';
import { LoggedHall, scratch, takeTicket } from '../../../tests/fixtures/log.js';
import { isCommand, runCommand } from '../../cli.js';
import { EXIT } from '../../../node/misuse.js';
import { projectors } from '../../projectors.js';

let folder: ReturnType<typeof scratch>;
let config = '';
beforeEach(() => {
  folder = scratch();
  config = join(folder.path, 'centre.json');
  const hall = hallConfiguration();
  const kiosks = hall.kiosks.map((kiosk) => ({ ...kiosk, printer: false }));
  writeFileSync(config, JSON.stringify({ ...hall, kiosks, server: { data: 'data' } }));
});
afterEach(() => folder.remove());

const run = async (...argv: string[]): Promise<{ code: number; text: string }> => {
  const lines: string[] = [];
  const code = await runCommand(argv, (line) => void lines.push(line));
  return { code, text: lines.join('\n') };
};

const open = (): Promise<LoggedHall> =>
  new LoggedHall({ directory: join(folder.path, 'data'), projectors }).open();

test('only these words are commands', () => {
  expect(['verify', 'backup', 'restore', 'rebuild'].every(isCommand)).toBe(true);
  expect(isCommand('start') || isCommand(undefined)).toBe(false);
});

test.each([
  [['backup', '--to', 'x'], 'say which centre: backup --config FILE'],
  [['verify', '--config'], "Option '--config <value>' argument missing."],
  [['verify', '--what', 'x'], "Unknown option '--what'."],
  [['start', '--config', 'x'], 'start is not a command.'],
  [['verify', 'twice', '--config', 'x'], 'verify takes no twice'],
  [['verify', '--key', 'foo'], '--key foo is not a verifier key'],
])('%j is answered by what is wrong, and the usage', async (argv, sentence) => {
  const { code, text } = await run(...argv);
  expect(code).toBe(EXIT.usage);
  expect(text.startsWith(sentence), text).toBe(true);
  expect(text).toContain('verify  [--config FILE]');
});

test('what is missing is said by name', async () => {
  expect(await run('verify', '--config', config)).toMatchObject({ code: EXIT.failed });
  expect((await run('verify', '--config', config)).text).toContain('there is no log at');
  expect((await run('verify', '--config', `${config}x`)).text).toContain('cannot be read');
  (await open()).close();
  expect((await run('backup', '--config', config)).text).toContain('say where to');
  expect((await run('restore', '--config', config)).text).toContain('say what from');
  const skip = ['--from', 'x', '--skip', 'many'];
  expect(await run('restore', '--config', config, ...skip)).toMatchObject({ code: EXIT.usage });
});

test('verify tells what it found, also beside a running server', async () => {
  const hall = await open();
  await hall.done(takeTicket);
  const sound = await run('verify', '--config', config);
  expect(sound.text).toContain('the log is sound');
  expect(sound.code).toBe(EXIT.done);
  const [key = ''] = /dawr\/third-district\+\S+/.exec(sound.text) ?? [];
  expect(sound.text).toContain(`this centre signs with ${key}`);
  const unsigned = await run('verify', '--config', config, '--key', key);
  expect(unsigned.text).toContain('there is none, so the given key proves nothing');
  expect(unsigned.code).toBe(EXIT.found);
  hall.committer.stop();
  expect(await run('verify', '--config', config, '--key', key)).toMatchObject({ code: EXIT.done });
  hall.log.database.exec("DROP TRIGGER event_fixed; UPDATE event SET actor = 'x' WHERE seq = 2");
  const broken = await run('verify', '--config', config);
  expect(broken.text).toContain('WRONG event');
  expect(broken.code).toBe(EXIT.found);
  hall.log.close();
});

test('backup while the server runs, restore only when it does not', async () => {
  const hall = await open();
  await hall.done(takeTicket);
  const file = join(folder.path, 'backup');
  const made = await run('backup', '--config', config, '--to', file);
  expect(made.text).toContain('verified by restoring it');
  expect(existsSync(file)).toBe(true);
  const busy = await run('restore', '--config', config, '--from', file);
  expect(busy.code).toBe(EXIT.failed);
  expect(busy.text).toContain('stop the server there first');
  hall.close();
  const restored = await run('restore', '--config', config, '--from', file, '--skip', '30');
  expect(restored.code).toBe(EXIT.done);
  expect(restored.text).toMatch(/restored up to .*; the log goes on as/);
  expect(await run('verify', '--config', config)).toMatchObject({ code: EXIT.done });
});

test('rebuild changes nothing, and says so when it had to', async () => {
  const hall = await open();
  await hall.done(takeTicket);
  const busy = await run('rebuild', '--config', config);
  expect(busy.text).toContain('stop the server there first');
  hall.close();
  const rebuilt = await run('rebuild', '--config', config);
  expect(rebuilt.text).toContain('unchanged');
  expect(rebuilt.code).toBe(EXIT.done);
  const again = await open();
  const [table] = projectors[0]!.tables;
  again.log.database.exec(`DELETE FROM ${table!}`);
  again.close();
  const repaired = await run('rebuild', '--config', config);
  expect(repaired.text).toContain('was WRONG');
  expect(repaired.code).toBe(EXIT.found);
});

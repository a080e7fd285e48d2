import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { VoiceAnswer } from '../core/protocol/api.js';
import { LANGUAGES, type Language } from '../core/lists.js';
import type { BoardView } from '../core/protocol/views.js';
import type { Voices } from '../core/voice/use.js';
import { scriptOf } from '../core/voice/script.js';
import { demoSettings } from '../server/demo.js';
import { backup } from '../server/log/backup.js';
import { restore } from '../server/log/restore.js';
import { machineTime } from '../node/time.js';
import { BUILT_VOICE } from '../node/place.js';
import { projectors } from '../server/projectors.js';
import { readPack } from '../server/voice/installed.js';
import { call, post, signedIn } from './fixtures/callers.js';
import { openDoors, SECRET, type Doors } from './fixtures/doors.js';
import { toneWav, writeTonePack } from './fixtures/voice.js';
import { openPage, Screen, type Jar } from './play/client.js';

const LOOK_MS = 5_000;

const folder = mkdtempSync(join(tmpdir(), 'dawr-voice-'));
const voice = join(folder, 'pack');

let doors: Doors;
let manager: Jar;
let open: { close(): void }[] = [];

const openAs = async (options: Parameters<typeof openDoors>[0]): Promise<void> => {
  doors = await openDoors(options);
  const { staff } = doors.centre;
  const mona = { id: 'mona', name: 'منى', role: 'manager', secret: SECRET } as const;
  if (staff.all().every(({ id }) => id !== mona.id)) await staff.add(mona);
  manager = await signedIn(doors, 'manager', 'mona');
};

beforeAll(async () => {
  const place = { data: folder, port: 0, phonePort: 0 };
  writeTonePack(voice, (await demoSettings(place)).configuration);
  await openAs({ voice });
});
afterEach(() => {
  for (const screen of open) screen.close();
  open = [];
  for (const language of LANGUAGES) doors.centre.voices.recorded.remove({ language, clip: null });
});
afterAll(async () => {
  await doors.close();
  rmSync(folder, { recursive: true });
});

const ask = (path: string, init: RequestInit = {}, jar = manager): Promise<Response> =>
  fetch(`${doors.url}${path}`, {
    ...init,
    headers: { 'x-dawr': '1', cookie: jar.header(), ...init.headers },
  });

const put = (
  clip: string,
  body: Uint8Array<ArrayBuffer>,
  { headers = {}, jar = manager }: { headers?: Record<string, string>; jar?: Jar } = {},
) => {
  const path = `/api/voice/clip?device=manager&language=ar&clip=${clip}`;
  return ask(
    path,
    { method: 'PUT', body, headers: { 'content-type': 'audio/wav', ...headers } },
    jar,
  );
};

const statusOf = async (): Promise<VoiceAnswer> =>
  (await (await ask('/api/voice?device=manager')).json()) as VoiceAnswer;

const needed = (language: Language, part: 'calls' | 'kiosk') =>
  scriptOf(language, doors.centre.configuration()).filter(
    (clip) => clip.part === part && clip.needed,
  );

const audited = (): string[] =>
  doors.centre.store.database
    .prepare("SELECT action || ' ' || subject FROM audit WHERE action LIKE 'voice.%'")
    .pluck()
    .all() as string[];

test('clips go to enrolled devices alone, at addresses that never change', async () => {
  const { hash } = await statusOf();
  const board = await openPage(doors.url, 'board', 'hall-1');
  const told = await ask(`/voice/${hash}.json`, {}, board);
  expect(told.headers.get('cache-control')).toMatch(/immutable/);
  const { languages } = (await told.json()) as Voices;
  const clip = languages.ar?.parts.calls?.clips['ticket'];
  const found = await ask(`/voice/${clip}.wav`, {}, board);
  expect([found.status, found.headers.get('content-type')]).toEqual([200, 'audio/wav']);
  expect(found.headers.get('cache-control')).toMatch(/immutable/);
  for (const path of [`/voice/${hash}.json`, `/voice/${clip}.wav`]) {
    expect((await fetch(`${doors.url}${path}`)).status).toBe(404);
  }
  for (const wrong of ['0'.repeat(64), 'x', '..%2fvoice']) {
    expect((await ask(`/voice/${wrong}.wav`, {}, board)).status).toBe(404);
  }
});

test('[VOICE-4] the centre’s own voice is used once all that it calls is recorded', async () => {
  const clips = needed('ar', 'calls');
  const before = await statusOf();
  for (const [n, { id }] of clips.entries()) {
    const answer = (await (await put(id, toneWav(3_000 + n))).json()) as VoiceAnswer;
    const isLast = n === clips.length - 1;
    expect(answer.origins.ar.calls).toBe(isLast ? 'recorded' : 'installed');
    expect(answer.hash === before.hash).toBe(!isLast);
  }
  const after = await statusOf();
  expect(after.origins).toEqual({
    ar: { calls: 'recorded', kiosk: 'installed' },
    en: { calls: 'installed', kiosk: 'installed' },
  });
  expect(after.hash).not.toBe(before.hash);
  const [last] = clips.slice(-1);
  const body = { language: 'ar', clip: last!.id };
  await post(`${doors.url}/api/voice/delete?device=manager`, body, manager);
  expect((await statusOf()).hash).toBe(before.hash);
  expect(audited().at(-1)).toBe(`voice.deleted ar/${last!.id}`);
});

test(
  'a board learns of another voice without a reload',
  async () => {
    const board = new Screen<BoardView>(doors.url, 'board', {
      deviceId: 'hall-1',
      jar: await openPage(doors.url, 'board', 'hall-1'),
    });
    open.push(board);
    await board.ready();
    const first = board.view?.voice;
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    for (const { id } of needed('en', 'calls')) {
      const path = `/api/voice/clip?device=manager&language=en&clip=${id}`;
      const headers = { 'content-type': 'audio/wav' };
      await ask(path, { method: 'PUT', body: toneWav(700), headers });
    }
    const changed = new Promise<BoardView>((resolve) => {
      board.socket.on('view', (view: BoardView) => view.voice !== first && resolve(view));
    });
    expect((await changed).voice).toBe((await statusOf()).hash);
  },
  LOOK_MS * 4,
);

test('a recording is taken from a manager alone, and only if it is one', async () => {
  const desk = await signedIn(doors, 'desk', 'amal');
  const before = audited();
  const codeOf = async (answer: Promise<Response>) => {
    const response = await answer;
    return [response.status, ((await response.json()) as { refused?: string }).refused];
  };
  expect(await codeOf(put('n3', toneWav(440), { jar: desk }))).toEqual([403, 'session.needed']);
  const foreign = { headers: { origin: 'http://elsewhere.example' } };
  expect(await codeOf(put('n3', toneWav(440), foreign))).toEqual([400, 'payload.invalid']);
  expect(await codeOf(put('n3', new Uint8Array(100)))).toEqual([400, 'voice.notWav']);
  expect(await codeOf(put('n3', toneWav(440, 10)))).toEqual([400, 'voice.notWav']);
  expect(await codeOf(put('n3', toneWav(440, 20_100)))).toEqual([400, 'voice.notWav']);
  expect(await codeOf(put('rude-word', toneWav(440)))).toEqual([404, 'voice.unknownClip']);
  expect((await put('n3', toneWav(440, 23_000))).status).toBe(413);
  const text = { headers: { 'content-type': 'text/plain' } };
  expect(await codeOf(put('n3', toneWav(440), text))).toEqual([400, 'voice.notWav']);
  expect((await statusOf()).recorded).toEqual([]);
  expect(audited()).toEqual(before);
});

test('sound is not taken where it has no business', async () => {
  const response = await ask('/api/staff?device=manager', {
    method: 'POST',
    body: toneWav(440),
    headers: { 'content-type': 'audio/wav' },
  });
  expect(response.status).toBe(415);
});

test('only the manager’s page may listen', async () => {
  const policy = async (path: string) =>
    (await call(`${doors.url}${path}`)).headers['permissions-policy'];
  expect(await policy('/manager/manager/')).toContain('microphone=(self)');
  for (const path of ['/kiosk/k1/', '/board/hall-1/', '/desk/desk-1/', '/', '/managerial']) {
    expect(await policy(path), path).toContain('microphone=()');
  }
});

test('a recorded voice survives a backup and a restore', async () => {
  await put('n3', toneWav(440));
  const { recorded } = await statusOf();
  const { centre } = doors.centre.configuration();
  const from = join(folder, 'backup');
  await backup(doors.data, from, { projectors });
  const data = join(folder, 'restored');
  await restore({ directory: data, centreId: centre.id, time: machineTime, projectors }, from);
  await doors.close();
  await openAs({ voice, data, staff: false });
  expect((await statusOf()).recorded).toEqual(recorded);
  const clip = await ask(`/voice/${recorded[0]!.hash}.wav`);
  expect(new Uint8Array(await clip.arrayBuffer())).toEqual(toneWav(440));
});

test('a voice that is not there is no voice, and the hall opens', async () => {
  await doors.close();
  await openAs({ staff: false });
  expect(await statusOf()).toMatchObject({ installed: null, hash: null });
});

describe('the voice that this installation built', () => {
  const speaks = (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((place) => existsSync(join(place, 'espeak-ng')));

  test('[VOICE-1] is there where the speaker is, and holds all that any centre calls', async () => {
    expect(speaks, 'espeak-ng is not installed').toBe(true);
    const built = await readPack(BUILT_VOICE);
    for (const language of LANGUAGES) {
      const clips = built?.pack.languages[language]?.clips ?? {};
      const missing = scriptOf(language, null).filter(({ id }) => clips[id] === undefined);
      expect(missing.map(({ id }) => id)).toEqual([]);
    }
  });

  test.each(['demo'])('reads out the words of the centre %s', async () => {
    const built = await readPack(BUILT_VOICE);
    const place = { data: folder, port: 0, phonePort: 0 };
    const { configuration } = await demoSettings(place);
    for (const language of LANGUAGES) {
      const clips = built?.pack.languages[language]?.clips ?? {};
      const script = scriptOf(language, configuration);
      expect(script.filter(({ id }) => clips[id] === undefined)).toEqual([]);
    }
  });
});

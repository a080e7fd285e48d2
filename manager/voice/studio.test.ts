import { expect, test } from 'vitest';
import type { VoiceAnswer } from '../../core/protocol/api.js';
import { demoCentre } from '../../tests/fixtures/manager.js';
import { ServerAway } from '../../web/api.js';
import { makeOffice, type Office } from '../office.js';
import { Studio } from './studio.svelte.js';

const CLIP = 'n3';
const recorded = (...languages: readonly ('ar' | 'en')[]): VoiceAnswer => ({
  installed: null,
  hash: null,
  origins: { ar: {}, en: {} },
  recorded: languages.map((language) => ({
    ...{ language, clip: CLIP, hash: language, ms: 700, at: 0 },
  })),
});
const away = (): Promise<never> => Promise.reject(new ServerAway('test'));
const file = new File(['x'], `${CLIP}.wav`);

/** A manager before a server whose answers are these. */
const opened = async (answers: Partial<Office>): Promise<Studio> => {
  const office = { ...makeOffice('m1'), voice: () => Promise.resolve(recorded('ar')), ...answers };
  const studio = new Studio(office, demoCentre, new EventTarget());
  await studio.load();
  return studio;
};

test.each<[string, (studio: Studio) => Promise<void>]>([
  ['a recording', (studio) => studio.import([file])],
  ['a clip to be deleted', (studio) => studio.remove(CLIP)],
])('%s whose server is away is told of, and the page goes on', async (_, act) => {
  const studio = await opened({ clipFile: away });
  await act(studio);
  expect([studio.problem, studio.busy]).toEqual(['away', false]);
  expect(studio.recorded.has(CLIP)).toBe(true);
});

test('while a clip is deleted or put back, nothing else is done', async () => {
  const replies: ((answer: VoiceAnswer) => void)[] = [];
  const later = () => new Promise<VoiceAnswer>((resolve) => replies.push(resolve));
  const before = new Blob(['before']);
  const put: Blob[] = [];
  const studio = await opened({
    clipFile: () => Promise.resolve(before),
    deleteVoice: later,
    putClip: (_language, _clip, sent) => {
      put.push(sent);
      return later();
    },
  });
  const removed = studio.remove(CLIP);
  expect(studio.busy).toBe(true);
  await expect.poll(() => replies.length).toBe(1);
  replies[0]!(recorded());
  await removed;
  expect([studio.busy, studio.canUndo(CLIP)]).toEqual([false, true]);
  const undone = studio.undo(CLIP);
  expect([studio.busy, put]).toEqual([true, [before]]);
  replies[1]!(recorded('ar'));
  await undone;
  expect([studio.busy, studio.canUndo(CLIP)]).toEqual([false, false]);
});

test('a language chosen meanwhile gets nothing of the other one', async () => {
  const studio = await opened({
    voice: () => Promise.resolve(recorded('ar', 'en')),
    clipFile: (hash) => Promise.resolve(new Blob([hash])),
    deleteVoice: () => Promise.resolve(recorded('en')),
  });
  const removed = studio.remove(CLIP);
  studio.language = 'en';
  await removed;
  expect(studio.canUndo(CLIP)).toBe(false);
  studio.language = 'ar';
  expect(studio.canUndo(CLIP)).toBe(true);
});

test('stepping on goes through the script as it stands', async () => {
  const studio = await opened({});
  const { script } = studio;
  studio.chosen = script[1]!.id;
  studio.go(1);
  expect(studio.chosen).toBe(script[2]!.id);
  studio.go(-1);
  expect(studio.chosen).toBe(script[1]!.id);
});

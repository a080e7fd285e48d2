import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { LANGUAGES } from '../../core/lists.js';
import type { DeskView, KioskView } from '../../core/protocol/views.js';
import type { Pack } from '../../core/voice/pack.js';
import { scriptOf } from '../../core/voice/script.js';
import { demoSettings } from '../../server/demo.js';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { signedIn } from '../fixtures/callers.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import { toneMs, writeTonePack } from '../fixtures/voice.js';
import { openPage, Screen } from '../play/client.js';
import { see } from './see.js';

/** One node of the board's sound, as it was set up. */
interface Node {
  readonly kind: 'tone' | 'clip';
  readonly from: number;
  readonly to: number;
  readonly board: string;
}

/** Writes down each node that is set up to sound, and how loud the loudspeaker gets. */
const listen = (): void => {
  const heard: Node[] = [];
  const peaks = new Map<AudioContext, AnalyserNode>();
  const note = (kind: Node['kind'], from: number, seconds: number): void => {
    const board = document.querySelector('main')?.textContent ?? '';
    heard.push({ kind, from, to: from + seconds, board });
  };
  const { start: tone } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (when = 0) {
    note('tone', when, 0.55);
    tone.call(this, when);
  };
  const { start: clip } = AudioBufferSourceNode.prototype;
  AudioBufferSourceNode.prototype.start = function (when = 0) {
    note('clip', when, this.buffer?.duration ?? 0);
    clip.call(this, when);
  };
  const { connect } = AudioNode.prototype;
  const join = connect as (this: AudioNode, to: AudioNode) => AudioNode;
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode) {
    if (to instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      const analyser = peaks.get(this.context) ?? new AnalyserNode(this.context);
      peaks.set(this.context, analyser);
      join.call(this, analyser);
    }
    return join.call(this, to);
  } as typeof connect;
  const peak = (): number =>
    Math.max(
      0,
      ...[...peaks.values()].flatMap((analyser) => {
        const samples = new Float32Array(analyser.fftSize);
        analyser.getFloatTimeDomainData(samples);
        return [...samples].map(Math.abs);
      }),
    );
  Object.assign(window, { heard, peak });
};

const folder = mkdtempSync(join(tmpdir(), 'dawr-sound-'));
const voice = join(folder, 'pack');
let pack: Pack;
let browser: Browser;
let doors: Doors;
let kiosk: Screen<KioskView>;
let desk: Screen<DeskView>;

/** Clip ids by their length in ms, as the pack of tones has them. */
const ids = new Map<number, string>();

beforeAll(async () => {
  const { configuration } = await demoSettings({ data: folder, port: 0, phonePort: 0 });
  pack = writeTonePack(voice, configuration);
  for (const [n, language] of LANGUAGES.entries()) {
    scriptOf(language, configuration).forEach(({ id }, index) => {
      ids.set(toneMs(n, index), `${language}/${id}`);
    });
  }
  browser = await chromium.launch({ executablePath: headlessPath(), args: [...FLAGS, AUTOPLAY] });
});

beforeEach(async () => {
  doors = await openDoors({ voice });
  const { url } = doors;
  kiosk = new Screen(url, 'kiosk', { deviceId: 'k1', jar: await openPage(url, 'kiosk', 'k1') });
  const jar = await signedIn(doors, 'desk', 'amal');
  desk = new Screen(url, 'desk', { deviceId: 'desk-1', jar });
  await Promise.all([kiosk.ready(), desk.ready()]);
  await desk.ask({ type: 'openCounter', counterId, profileId: profileOf() });
});

afterEach(async () => {
  kiosk.close();
  desk.close();
  for (const context of browser.contexts()) await context.close();
  await doors.close();
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

const counterId = 'c1';
const profileOf = (): string =>
  doors.centre.configuration().counters.find(({ id }) => id === counterId)!.profiles[0]!;

/** A board whose clips have come, or failed to; `spoil` answers for some of them. */
const boardAt = async (
  from: Browser = browser,
  spoil: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<Page> => {
  const page = await (await from.newContext()).newPage();
  let files = 0;
  page.on('response', (response) => (files += response.url().endsWith('.wav') ? 1 : 0));
  await page.addInitScript(listen);
  await spoil(page);
  await page.goto(`${doors.url}/board/hall-1/`);
  await page.getByTestId('board').waitFor();
  await see.poll(() => files, { timeout: 40_000 }).toBe(callClips());
  return page;
};

/** How many clips a board fetches. */
const callClips = (): number => {
  const configuration = doors.centre.configuration();
  const scripts = LANGUAGES.flatMap((language) => scriptOf(language, configuration));
  return scripts.filter(({ part }) => part === 'calls').length;
};

/** Somebody takes a ticket and is called to the first counter. */
const callOne = async (): Promise<void> => {
  const configuration = doors.centre.configuration();
  const profile = configuration.profiles.find(({ id }) => id === profileOf())!;
  const service = configuration.services.find(({ category }) =>
    profile.categories.includes(category),
  )!;
  await kiosk.ask({ type: 'takeTicket', services: [service.id], language: 'ar' });
  expect(await desk.ask({ type: 'callNext', counterId })).toMatchObject({ done: true });
};

const nodes = (page: Page): Promise<readonly Node[]> =>
  page.evaluate(() => (window as unknown as { heard: Node[] }).heard);

/** The clips that were set up to sound, by name, in their order. */
const clipsOf = async (page: Page): Promise<string[]> =>
  (await nodes(page))
    .filter(({ kind }) => kind === 'clip')
    .map(({ from, to }) => {
      const ms = (to - from) * 1000;
      const nearest = [...ids.keys()].sort((a, b) => Math.abs(a - ms) - Math.abs(b - ms))[0]!;
      return ids.get(nearest)!;
    });

const tonesOf = async (page: Page): Promise<number> =>
  (await nodes(page)).filter(({ kind }) => kind === 'tone').length;

test('[HEAR-1] a call is on the board, then a chime, then its clips one by one', async () => {
  const page = await boardAt();
  await callOne();
  await see.poll(() => clipsOf(page)).toHaveLength(12);
  const said = await clipsOf(page);
  const label = await page.getByTestId('hero-label').innerText();
  expect(said.slice(0, 6)).toEqual(said.slice(6));
  expect(said[0]).toBe('ar/ticket');
  expect(said.slice(2, 6)).toEqual(['ar/n100', 'ar/wa1', 'ar/go', 'ar/n1']);
  const sounded = await nodes(page);
  for (const { board } of sounded) expect(board).toContain(label.trim());
  const clips = sounded.filter(({ kind }) => kind === 'clip');
  const chimeEnd = Math.max(...sounded.filter(({ kind }) => kind === 'tone').map(({ to }) => to));
  expect(clips[0]!.from).toBeGreaterThanOrEqual(chimeEnd);
  for (const [n, { from }] of clips.entries()) {
    if (n === 0) continue;
    const gapMs = (from - clips[n - 1]!.to) * 1000;
    expect(gapMs).toBeGreaterThanOrEqual(20 - 0.1);
    if (n % 2 === 1) expect(gapMs).toBeLessThanOrEqual(40);
  }
  expect(await tonesOf(page)).toBe(2);
});

test('sound leaves the loudspeaker', async () => {
  const page = await boardAt();
  await callOne();
  const peak = () => page.evaluate(() => (window as unknown as { peak(): number }).peak());
  await see.poll(peak, { intervals: [20] }).toBeGreaterThan(0.05);
});

test('with the cable pulled in the middle, what was called is said to its end', async () => {
  const page = await boardAt();
  await callOne();
  await see.poll(() => tonesOf(page)).toBe(2);
  await page.context().setOffline(true);
  await see.poll(() => clipsOf(page)).toHaveLength(12);
});

test('[VOICE-3] without a voice, or with a clip missing or spoilt, the board chimes', async () => {
  const { clips } = pack.languages.ar!;
  for (const [id, answer] of [
    ['go', { status: 404 }],
    ['ticket', { status: 200, body: 'not a sound', contentType: 'audio/wav' }],
  ] as const) {
    const page = await boardAt();
    await page.route(`**/voice/${clips[id]!.sha256}.wav`, (route) => route.fulfill(answer));
    await page.reload();
    await page.getByTestId('board').waitFor();
    await callOne();
    await see.poll(() => tonesOf(page)).toBe(2);
    await desk.ask({ type: 'start', counterId });
    await desk.ask({ type: 'finish', counterId });
    expect(await clipsOf(page)).toEqual([]);
  }
});

test('a browser that wants a touch first says that it has no sound until then', async () => {
  const strict = await chromium.launch({
    executablePath: headlessPath(),
    args: [...FLAGS, '--autoplay-policy=document-user-activation-required'],
  });
  try {
    const page = await boardAt(strict);
    await see(page.getByTestId('silent')).toBeVisible();
    await callOne();
    await see(page.getByTestId('hero-label')).toBeVisible();
    expect(await nodes(page)).toEqual([]);
    await page.mouse.click(10, 10);
    await see(page.getByTestId('silent')).toBeHidden();
  } finally {
    await strict.close();
  }
});

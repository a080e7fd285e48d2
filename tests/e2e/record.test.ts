import { chromium, type Browser, type Page } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { trim } from '../../core/voice/level.js';
import { scriptOf } from '../../core/voice/script.js';
import { durationMs, parseWav } from '../../core/voice/wav.js';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { SECRET, openDoors, type Doors } from '../fixtures/doors.js';
import { toneWav } from '../fixtures/voice.js';
import { see } from './see.js';

/** A microphone that beeps, and a browser that asks nobody. */
const MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

let browser: Browser;
let doors: Doors;
let page: Page;

const open = async (): Promise<Page> => {
  const context = await browser.newContext({ viewport: { width: 1366, height: 900 } });
  const opened = await context.newPage();
  await opened.goto(`${doors.url}/manager/manager/`);
  await opened.getByTestId('sign-in-id').fill('mona');
  await opened.getByTestId('sign-in-secret').fill(SECRET);
  await opened.getByTestId('sign-in-go').click();
  await opened.getByTestId('tab-voice').click();
  await opened.getByTestId('recorder').waitFor();
  return opened;
};

beforeAll(async () => {
  const args = [...FLAGS, ...MICROPHONE, AUTOPLAY];
  browser = await chromium.launch({ executablePath: headlessPath(), args });
  doors = await openDoors();
  await doors.centre.staff.add({ id: 'mona', name: 'منى', role: 'manager', secret: SECRET });
  page = await open();
});
afterAll(async () => {
  await browser.close();
  await doors.close();
});

const recordedIds = (): string[] => doors.centre.voices.recorded.all().map(({ clip }) => clip);

test('a manager records a clip, records it again, undoes that and deletes it', async () => {
  await see(page.getByTestId('recorder')).toHaveAttribute('data-clip', 'ticket');
  const record = async (): Promise<void> => {
    await page.getByTestId('record').click();
    await see(page.getByTestId('clip-state')).toContainText('جارٍ التسجيل');
    // The microphone beeps once a second.
    const loudness = () =>
      page
        .getByTestId('meter')
        .evaluate((meter: HTMLElement) => Number.parseFloat(meter.style.width));
    await see.poll(loudness, { intervals: [40] }).toBeGreaterThan(5);
    await page.getByTestId('record').click();
    await see(page.getByTestId('clip-state')).toContainText('مُسجّل');
  };
  await record();
  const [first] = doors.centre.voices.recorded.all();
  expect(first).toMatchObject({ language: 'ar', clip: 'ticket' });
  // The silence around the beeps is gone already.
  const kept = parseWav(doors.centre.voices.recorded.file(first!.hash)!)!;
  expect(durationMs(kept) - durationMs(trim(kept))).toBeLessThan(30);
  await record();
  const [second] = doors.centre.voices.recorded.all();
  expect(second!.at).toBeGreaterThan(first!.at);
  await page.getByTestId('clip-undo').click();
  await see.poll(() => doors.centre.voices.recorded.all()[0]?.hash).toBe(first!.hash);
  await page.getByTestId('clip-delete').click();
  await see.poll(recordedIds).toEqual([]);
  await page.getByTestId('clip-undo').click();
  await see.poll(recordedIds).toEqual(['ticket']);
  await see(page.getByTestId('part-calls')).toHaveAttribute('data-origin', 'none');
});

test('files are taken by their names, and a complete voice is in use at once', async () => {
  const script = scriptOf('ar', doors.centre.configuration());
  const needed = script.filter(({ part, needed: isNeeded }) => part === 'calls' && isNeeded);
  const files = needed.map(({ id }, n) => ({
    name: `${id}.wav`,
    mimeType: 'audio/wav',
    buffer: Buffer.from(toneWav(300 + n, 200)),
  }));
  const stranger = { name: 'holiday.wav', mimeType: 'audio/wav', buffer: files[0]!.buffer };
  await page.getByTestId('import').setInputFiles([...files, stranger]);
  await see(page.getByTestId('imported')).toContainText('holiday.wav', { timeout: 60_000 });
  expect(recordedIds().sort()).toEqual(needed.map(({ id }) => id).sort());
  await see(page.getByTestId('part-calls')).toHaveAttribute('data-origin', 'recorded');
  await page.locator('[data-testid^="example-"]').first().click();
  await see(page.getByTestId('voice-problem')).toHaveCount(0);
});

test('a file that is no sound, and silence, are refused in words', async () => {
  const file = (buffer: Buffer) => ({ name: 'n3.wav', mimeType: 'audio/wav', buffer });
  const before = recordedIds();
  await page.getByTestId('import').setInputFiles([file(Buffer.from('no sound'))]);
  await see(page.getByTestId('voice-problem')).toContainText('ليس صوتًا');
  const silence = Buffer.from(toneWav(300, 500)).fill(0, 44);
  await page.getByTestId('import').setInputFiles([file(silence)]);
  await see(page.getByTestId('voice-problem')).toContainText('لم يُسمع شيء');
  expect(recordedIds()).toEqual(before);
});

test('all of a language is deleted after a question', async () => {
  await page.getByTestId('delete-all').click();
  await page.getByTestId('delete-all-go').click();
  await see.poll(recordedIds).toEqual([]);
  await see(page.getByTestId('part-calls')).toHaveAttribute('data-origin', 'none');
});

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const MARKS = /[\u064b-\u0652]/g;
/** A hall is صالة, and tickets are صرف: no second word for either. */
const OTHER_WORDS =
  /قاع[ةا]|(?:[إا]صدار|[تن]صدر|صدرت|صدر) ?(?:أي )?(?:ال)?(?:تذ|$|بالخطأ)|الأكشاك|(?:^|[" ])كشك/gm;

const messages = readdirSync(at('messages'), { encoding: 'utf8', recursive: true })
  .filter((name) => name.endsWith('.ar.json'))
  .map((name) => at(`messages/${name}`));
const centres = readdirSync(at('../firmware-config/centres')).map((name) =>
  at(`../firmware-config/centres/${name}/centre.json`),
);

test.each([...messages, ...centres])('one word for one thing in %s', (path) => {
  expect(readFileSync(path, 'utf8').replace(MARKS, '').match(OTHER_WORDS)).toBe(null);
});

const project = at('..');
const APPS = ['desk', 'display', 'kiosk', 'manager', 'overview', 'phone', 'web'];
const sources = APPS.flatMap((app) =>
  readdirSync(`${project}/${app}`, { encoding: 'utf8', recursive: true })
    .filter((name) => /\.(?:svelte|ts)$/.test(name) && !name.endsWith('.test.ts'))
    .map((name) => `${app}/${name}`),
);

test('every word that a page asks for is there', () => {
  const english = messages.map((path) => path.replace('.ar.json', '.en.json'));
  const keys = english.flatMap((path) => Object.keys(JSON.parse(readFileSync(path, 'utf8'))));
  const missing = sources.flatMap((path) => {
    const source = readFileSync(`${project}/${path}`, 'utf8');
    const whole = [...source.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key!);
    const begun = [...source.matchAll(/\bt\(\s*`([^`$]+)\$\{/g)].map(([, start]) => start!);
    return [
      ...whole.filter((key) => !keys.includes(key)),
      ...begun.filter((start) => !keys.some((key) => key.startsWith(start))),
    ].map((key) => `${path}: ${key}`);
  });
  expect(missing).toEqual([]);
});

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

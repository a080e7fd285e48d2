import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { programOf } from '../../node/place.js';
import { atMost, type Section } from './report.js';

const PAGES = ['kiosk', 'display', 'desk', 'manager', 'phone', 'web/start'];
const KIOSK_KB_MAX = 60;

const SCRIPT = /<script[^>]+src="\/(?<file>assets\/[^"]+\.js)"/g;
/** Static imports of a built file; those that are called come later, if ever. */
const IMPORT = /(?:from|import)\s*["']\.\/(?<file>[^"']+\.js)["']/g;

const filesIn = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(({ groups }) => groups!['file']!);

/** The scripts that a page runs before anybody touches it. */
const scriptsOf = (web: string, page: string): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file)) return;
    found.add(file);
    const folder = file.slice(0, file.lastIndexOf('/') + 1);
    for (const next of filesIn(readFileSync(join(web, file), 'utf8'), IMPORT)) {
      visit(`${folder}${next}`);
    }
  };
  filesIn(readFileSync(join(web, page, 'index.html'), 'utf8'), SCRIPT).forEach(visit);
  return found;
};

/** Scripts of each page as they travel, in kB of 1,000 bytes. */
export const weight = (): Promise<Section> => {
  const web = programOf('web');
  const built = PAGES.filter((page) => existsSync(join(web, page, 'index.html')));
  const rows = built.map((page) => {
    const files = [...scriptsOf(web, page)].map((file) => readFileSync(join(web, file)));
    const gzip = files.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
    const plain = files.reduce((sum, { length }) => sum + length, 0);
    return { page, scripts: files.length, 'gzip kB': gzip / 1000, 'plain kB': plain / 1000 };
  });
  const kiosk = rows.find(({ page }) => page === 'kiosk');
  return Promise.resolve({
    title: 'Scripts of each page',
    notes: ['What the HTML names and its static imports load, each file compressed by itself'],
    rows,
    aims: kiosk ? [atMost('kiosk, gzip kB', kiosk['gzip kB'], KIOSK_KB_MAX)] : [],
  });
};

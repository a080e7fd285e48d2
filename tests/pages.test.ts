import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const BUILT = fileURLToPath(new URL('../build/web', import.meta.url));
const APPS = ['kiosk', 'display', 'desk', 'manager', 'overview', 'phone', 'web/start', 'web/hall'];
/** Scripts of the kiosk, as they go over the line: an old panel is ready to touch in time. */
const KIOSK_SCRIPT_BYTES_MAX = 58_000;
/** Of a data centre's pages: ready on a narrow line to an office in the provinces. */
const OVERVIEW_SCRIPT_BYTES_MAX = 62_000;
/** All that a visitor's phone may fetch, as it goes over the line. */
const PHONE_BYTES_MAX = 60_000;
/** Another script that the page would have to fetch. */
const IMPORT = /(?:from|import)\s*\(?\s*["']\.{0,2}\/[^"']+\.js["']/;

const page = (app: string): string => readFileSync(`${BUILT}/${app}/index.html`, 'utf8');
const linked = (html: string, end: string): string[] =>
  [...html.matchAll(/(?:src|href)="([^"]+)"/g)].flatMap(([, url]) =>
    url !== undefined && url.endsWith(end) ? [url] : [],
  );
const gzipBytes = (urls: readonly string[]): number =>
  urls.reduce((sum, url) => sum + readFileSync(`${BUILT + url}.gz`).length, 0);

describe.each(APPS)('%s as built', (app) => {
  test(`${app} holds no script or style of its own, as its security policy asks`, () => {
    const html = page(app);
    expect(html.match(/<script(?![^>]* src=)[^>]*>|<style|\sstyle=|\son\w+=|javascript:/gi)).toBe(
      null,
    );
    for (const url of linked(html, '.css')) {
      expect(readFileSync(BUILT + url, 'utf8')).not.toMatch(/url\(["']?data:/);
    }
  });

  test(`${app} finds its files wherever the page lies`, () => {
    const scripts = linked(page(app), '.js');
    expect(scripts.length).toBeGreaterThan(0);
    for (const url of [...scripts, ...linked(page(app), '.css')]) {
      expect(url).toMatch(/^\/assets\/[\w.-]+$/);
    }
  });
});

test('each page carries its own scripts only, and the kiosk is light', () => {
  const urls = APPS.flatMap((app) => linked(page(app), '.js'));
  expect(new Set(urls).size).toBe(APPS.length);
  for (const url of urls) expect(readFileSync(BUILT + url, 'utf8')).not.toMatch(IMPORT);
  expect(gzipBytes(linked(page('kiosk'), '.js'))).toBeLessThanOrEqual(KIOSK_SCRIPT_BYTES_MAX);
  // What reads aloud is fetched when a visitor first asks for it.
  const [kiosk] = linked(page('kiosk'), '.js');
  const lazy = readFileSync(BUILT + kiosk!, 'utf8').match(
    /import\(`\.\/pages\.svelte-[\w-]+\.js`\)/g,
  );
  expect(lazy).toHaveLength(1);
});

test("a data centre's pages are light", () => {
  expect(gzipBytes(linked(page('overview'), '.js'))).toBeLessThanOrEqual(OVERVIEW_SCRIPT_BYTES_MAX);
});

test('parts that are fetched later bring their style themselves', () => {
  const parts = readdirSync(`${BUILT}/assets`).filter((name) =>
    /^(Sms|ScanNews)-.*\.js$/.test(name),
  );
  expect(parts.length).toBeGreaterThanOrEqual(2);
  for (const part of parts) {
    const script = readFileSync(`${BUILT}/assets/${part}`, 'utf8');
    const [, style = ''] = /rel:'stylesheet',href:'([^']+)'/.exec(script) ?? [];
    expect(readFileSync(BUILT + style, 'utf8')).toContain('{');
  }
});

test("the visitor's page is light, its fonts and all", () => {
  const html = page('phone');
  const styles = linked(html, '.css');
  const fonts = styles.flatMap((url) => [
    ...readFileSync(BUILT + url, 'utf8').matchAll(/url\(["']?(\/assets\/[^"')]+\.woff2)/g),
  ]);
  const files = [...linked(html, '.js'), ...styles];
  const fontBytes = fonts.reduce((sum, [, url]) => sum + readFileSync(BUILT + url).length, 0);
  const bytes = gzipSync(html).length + gzipBytes(files) + fontBytes;
  expect(bytes).toBeLessThanOrEqual(PHONE_BYTES_MAX);
});

test("the visitor's page asks nothing of scoped styles that phones of 2018 refuse", () => {
  const styles = linked(page('phone'), '.css');
  expect(styles).not.toEqual([]);
  for (const url of styles) {
    const css = readFileSync(BUILT + url, 'utf8');
    // Directions come thrice, `:-webkit-any(:lang(…` and `:-moz-any(` before `:is(:lang(…`.
    expect(css.match(/:(?:where|has|is)\((?!:lang)|@layer|@container/g)).toBe(null);
  }
});

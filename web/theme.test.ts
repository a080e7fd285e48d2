import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const CSS = readFileSync(new URL('theme.css', import.meta.url), 'utf8');

/** The colours of one theme, by name. A theme that is not there has none. */
const coloursOf = (selector: string): Readonly<Record<string, string>> => {
  const from = CSS.indexOf(`${selector} {`);
  const block = CSS.slice(from, CSS.indexOf('}', from));
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  );
};

/** Relative luminance of WCAG 2, 0 to 1. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one: string, other: string): number => {
  const [low = 0, high = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

type Pair = readonly [sign: string, on: string];

/** WCAG 1.4.3: what is read, and on what. */
const TEXT: readonly Pair[] = [
  ...['paper', 'ground', 'accent-soft', 'brand-soft'].map((on): Pair => ['ink', on]),
  ...['paper', 'ground', 'line'].map((on): Pair => ['ink-soft', on]),
  ...['good', 'warn', 'bad'].map((news): Pair => [news, `${news}-soft`]),
  ...['good', 'warn', 'bad'].map((news): Pair => ['paper', news]),
  ['brand-strong', 'brand-soft'],
  ['brand-strong', 'paper'],
  ['on-brand', 'brand'],
  ['on-brand', 'brand-strong'],
  ['on-accent', 'accent'],
];

/** WCAG 1.4.11: what tells where a control is, and which has the focus. */
const SIGNS: readonly Pair[] = ['edge', 'brand', 'focus'].flatMap((sign) =>
  ['paper', 'ground'].map((on): Pair => [sign, on]),
);

describe.each([':root', "[data-theme='board']"])('the colours of %s', (selector) => {
  const colours = coloursOf(selector);
  const of = (name: string): string => colours[name] ?? expect.fail(`${selector} has no ${name}`);

  test.each(TEXT)('%s is read on %s', (one, on) => {
    expect(contrast(of(one), of(on))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(SIGNS)('%s is seen on %s', (one, on) => {
    expect(contrast(of(one), of(on))).toBeGreaterThanOrEqual(3);
  });
});

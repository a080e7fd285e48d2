import { expect, test } from 'vitest';
import { MINUTE_MS } from '../core/time.js';
import { brandShades } from './brand.js';
import { compile } from './messages/compile.js';
import ar from './messages/common.ar.json' with { type: 'json' };
import en from './messages/common.en.json' with { type: 'json' };
import { Words, type Table } from './words.svelte.js';

/** As the build makes it; under the test's own build the table is compiled already. */
const table = (source: Readonly<Record<string, unknown>>): Table =>
  Object.fromEntries(
    Object.entries(source).map(([key, text]) => [
      key,
      typeof text === 'string' ? compile(text) : (text as Table[string]),
    ]),
  );
const words = () => new Words({ ar: table(ar), en: table(en) }, 'ar');
const label = { letter: { ar: 'أ', en: 'A' }, number: 105 };
const AT = Date.UTC(2026, 10, 22, 8, 5);

test('a label is a letter, a no-break space and a number, without grouping', () => {
  const said = words();
  expect(said.label(label)).toBe('أ\u00a0١٠٥');
  expect(said.label({ letter: null, number: 1050 })).toBe('١٠٥٠');
  said.language = 'en';
  expect(said.label(label)).toBe('A\u00a0105');
});

test('a centre chooses its digits; English keeps its own', () => {
  const said = words();
  said.follow({ zone: 'Africa/Cairo', digits: 'latn' });
  expect(said.number(105)).toBe('105');
  said.follow({ zone: 'Africa/Cairo', digits: 'arab' });
  expect(said.figures('م 12')).toBe('م ١٢');
  said.language = 'en';
  expect(said.number(105)).toBe('105');
});

test('names are listed as each language lists them', () => {
  const said = words();
  expect(said.list(['شباك ١', 'شباك ٢'])).toBe('شباك ١ وشباك ٢');
  said.language = 'en';
  expect(said.list(['Hall', 'Kiosk 1', 'Kiosk 2'])).toBe('Hall, Kiosk 1 and Kiosk 2');
  expect(said.list([])).toBe('');
});

test('times are the centre’s', () => {
  const said = words();
  expect(said.time(AT)).toBe('١٠:٠٥ ص');
  said.language = 'en';
  expect(said.time(AT)).toBe('10:05 am');
  expect(said.date(AT)).toMatch(/^Sunday,? 22 November$/);
});

test('durations are counted as Arabic counts', () => {
  const said = words();
  const durations = [0, 1, 2, 3, 11, 100, 125].map((n) => said.duration(n * MINUTE_MS));
  expect(durations).toEqual([
    'أقل من دقيقة',
    'دقيقة واحدة',
    'دقيقتين',
    '٣ دقائق',
    '١١ دقيقة',
    'ساعة و٤٠ دقيقة',
    'ساعتين و٥ دقائق',
  ]);
  expect(said.timer(65_000)).toBe('١:٠٥');
});

test('a refusal without words of its own gets the general ones', () => {
  const said = words();
  expect(said.refusal('unheard.of')).toBe(said.t('refusal.bug'));
  expect(said.refusal('hall.full')).not.toBe(said.t('refusal.bug'));
});

test('a brand colour carries readable text', () => {
  expect(brandShades('#0b5c8a')['--on-brand']).toBe('#ffffff');
  expect(brandShades('#ffd54a')['--on-brand']).not.toBe('#ffffff');
});

import { describe, expect, test } from 'vitest';
import { largeCentre, largeConfiguration } from '../../tests/fixtures/large.js';
import { mistakesOf } from '../../tests/fixtures/spoilt.js';
import { checkConfiguration } from '../check.js';

describe('a configuration that holds together', () => {
  test('is returned with its defaults, 170 services in 17 sectors', () => {
    const { services, sectors, rules, texts } = largeConfiguration();
    expect([services.length, sectors.length]).toEqual([170, 17]);
    expect([rules.noShowCalls, texts.ticker]).toEqual([2, []]);
  });

  test('stays what it is when it is checked again', () => {
    const configuration = largeConfiguration();
    expect(checkConfiguration(configuration)).toEqual({ configuration });
  });
});

describe('each mistake is told once', () => {
  test('a service that no counter serves, also where its category is unused', () => {
    const raw = largeCentre({ sectors: 2, servicesEach: 2 });
    const counters = raw.counters.map((counter) => ({ ...counter, profiles: ['sector-1'] }));
    expect(mistakesOf({ ...raw, counters })).toEqual(
      ['services[2]', 'services[3]'].map((path) => ({
        path,
        reason: expect.stringContaining('no counter serves') as string,
      })),
    );
  });

  test('a service that is named twice and not served there', () => {
    const raw = largeCentre({ sectors: 2, servicesEach: 2 });
    const profiles = [...raw.profiles];
    profiles[1] = { ...profiles[1]!, reserved: { services: ['s2-1', 's2-1'] } };
    expect(mistakesOf({ ...raw, profiles })).toEqual([
      {
        path: 'profiles[1].reserved.services[1]',
        reason: expect.stringContaining('named twice') as string,
      },
      {
        path: 'profiles[1].reserved.services[0]',
        reason: expect.stringContaining('not served') as string,
      },
    ]);
  });

  test('two categories without a letter that share numbers', () => {
    const raw = largeCentre({ sectors: 2, servicesEach: 2 });
    const categories = raw.categories.map((entry) => ({ ...entry, letter: null }));
    const reason = expect.stringContaining('shares no letter and numbers') as string;
    expect(mistakesOf({ ...raw, categories })).toEqual([
      { path: 'categories[1].letter', reason },
      { path: 'categories[2].letter', reason },
    ]);
  });

  test('mistakes of shape and of meaning are told together', () => {
    const raw = { ...largeCentre({ sectors: 2, servicesEach: 2 }), zones: 1, version: 3 };
    raw.centre = { ...raw.centre, zone: 'Nowhere' };
    expect(mistakesOf(raw).map(({ path }) => path)).toEqual(['version', 'zones', 'centre.zone']);
  });

  test.each([[null], [5], ['text'], [[]]])('what is no configuration at all: %j', (raw) => {
    expect(mistakesOf(raw)).toEqual([
      { path: '(file)', reason: expect.stringContaining('must be a group in { }') as string },
    ]);
  });

  test('an empty file is told every part that it needs', () => {
    const paths = mistakesOf({}).map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)]);
    expect(paths).toContain('centre');
    expect(paths).toContain('reasons');
  });
});

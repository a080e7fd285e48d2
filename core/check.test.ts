import { describe, expect, test } from 'vitest';
import { largeCentre, type ConfigurationFile } from '../tests/fixtures/large.js';
import { checkConfiguration } from './check.js';

const mistakesOf = (raw: unknown) => {
  const checked = checkConfiguration(raw);
  return 'mistakes' in checked ? checked.mistakes : [];
};

/** The small centre below, as anything a person may have made of it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a file may hold anything
type Loose = any;
type Case = readonly [what: string, spoil: (raw: Loose) => void, path: string, reason: RegExp];

const small = (): ConfigurationFile =>
  structuredClone(largeCentre({ sectors: 2, servicesEach: 10 }));

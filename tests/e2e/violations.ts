import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';
import type { AxeResults, RunOptions } from 'axe-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Of what holds, one example of each rule is enough: axe then does half of its work. */
const OPTIONS: RunOptions = { resultTypes: ['violations'] };

/** Serious and critical violations of the page as it is now. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(AXE);
  // Colours on their way to others are nobody's to read.
  await page.evaluate(() => document.getAnimations().forEach((one) => one.finish()));
  const { violations: found } = await page.evaluate(
    (options) =>
      (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run(
        options,
      ),
    OPTIONS,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
};

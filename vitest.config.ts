import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { messages } from './web/messages/compile.js';

/** Functions without a process, a file or a line: they share a process, which saves its start. */
const PURE = ['{core,paper,web,kiosk,display,desk,manager,overview,phone}/**/*.test.ts'];
/** Beside the code, and what spans folders. */
const UNIT = ['{node,chain,upstream,server,agent,provision}/**/*.test.ts', 'tests/**/*.test.ts'];

/** Tests of screens mostly wait, others mostly compute: two cores have three of them. */
const WORKERS = Math.ceil(1.5 * availableParallelism());

/** Longer than a loaded machine takes for a test or what it stands on; nothing waits it out. */
const HANGS_MS = 90_000;

/**
 * What waits and what computes take turns, so that both run at any time. What spans folders takes
 * long and goes first: the short ones fill the end.
 */
class TakingTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waiting = sorted.filter(({ project }) => project.name === 'e2e');
    const rest = sorted.filter(({ project }) => project.name !== 'e2e');
    const spans = ({ moduleId }: TestSpecification): boolean => moduleId.includes('/tests/');
    const working = [...rest.filter(spans), ...rest.filter((file) => !spans(file))];
    return working
      .flatMap((file, n) => [...waiting.slice(n, n + 1), file])
      .concat(waiting.slice(working.length));
  }
}

export default defineConfig({
  plugins: [messages, svelte()],
  test: {
    maxWorkers: WORKERS,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    sequence: { sequencer: TakingTurns },
    projects: [
      {
        extends: true,
        test: { name: 'pure', include: PURE, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: UNIT,
          exclude: ['tests/e2e/**', 'tests/torture/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 2 * HANGS_MS,
          hookTimeout: 2 * HANGS_MS,
        },
      },
      {
        extends: true,
        test: {
          name: 'torture',
          include: ['tests/torture/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60 * 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});

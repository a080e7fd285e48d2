import { availableParallelism } from 'node:os';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { messages } from './web/messages/compile.js';

/** Pages and rules, without a process, a file or a line, in which others leave their traces. */
const PURE = ['{core,paper,web,kiosk,display,desk,manager,overview,phone}/**/*.test.ts'];

/** Tests of screens mostly wait, others mostly compute: two cores have three of them. */
const WORKERS = Math.ceil(1.5 * availableParallelism());

/** Longer than a loaded machine takes for a test or what it stands on; nothing waits it out. */
const HANGS_MS = 180_000;

/**
 * What waits and what computes take turns, so that both run at any time. What spans folders takes
 * long and goes first: the short ones fill the end.
 */
class TakingTurns extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const lies = (folder: string) => (file: TestSpecification) => file.moduleId.includes(folder);
    const waits = lies('/tests/e2e/');
    const spans = lies('/tests/');
    const [waiting, rest] = [sorted.filter(waits), sorted.filter((file) => !waits(file))];
    const short = rest.filter((file) => !spans(file));
    // A process is handed on only to a file of the same project.
    const pure = short.filter(({ project }) => project.name === 'pure');
    const working = [...rest.filter(spans), ...short.filter((file) => !pure.includes(file))];
    return working
      .flatMap((file, n) => [...waiting.slice(n, n + 1), file])
      .concat(waiting.slice(working.length), pure);
  }
}

export default defineConfig({
  plugins: [messages, svelte()],
  test: {
    maxWorkers: WORKERS,
    testTimeout: HANGS_MS,
    hookTimeout: HANGS_MS,
    sequence: { sequencer: TakingTurns },
    // Files share processes, also of one project alone: to begin one and load all anew takes long.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['**/*.test.ts'],
          exclude: ['build/**', 'node_modules/**', 'tests/torture/**', ...PURE],
        },
      },
      { extends: true, test: { name: 'pure', include: PURE } },
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

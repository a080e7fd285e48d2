import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { messages } from './web/messages/compile.js';

/** Beside the code, and what spans folders; `npm test` runs these first. */
const UNIT = [
  '{core,node,chain,upstream,paper,server,agent,provision}/**/*.test.ts',
  '{web,kiosk,display,desk,manager,overview,phone}/**/*.test.ts',
];

export default defineConfig({
  plugins: [messages, svelte()],
  test: {
    // Most of a test's time is waiting, so each core has one, and none is kept free.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [...UNIT, 'tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', 'tests/torture/**'],
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
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

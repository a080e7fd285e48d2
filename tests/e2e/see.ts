import { expect } from '@playwright/test';

/** Longer than a loaded machine takes to show what it was asked for; nothing waits it out. */
const PATIENCE_MS = 20_000;

/** Playwright's expectations of a page, which are tried until they hold. */
export const see = expect.configure({ timeout: PATIENCE_MS });

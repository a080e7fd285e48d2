import { expect, type Page } from '@playwright/test';

/** What people do at the screens, as they do it. */
export const acts = {
  /** Takes a ticket for the n-th frequent service in two taps; gives its label as shown. */
  async take(kiosk: Page, n = 0): Promise<string> {
    await kiosk.locator('[data-testid^="service-"]').nth(n).click();
    await kiosk.getByTestId('take-ticket').click();
    return acts.taken(kiosk);
  },

  /** Reads the label of the ticket that is shown, and goes. */
  async taken(kiosk: Page): Promise<string> {
    const label = await kiosk.getByTestId('ticket').getByTestId('label').innerText();
    await kiosk.getByTestId('done').click();
    await kiosk.getByTestId('welcome').waitFor();
    return label.trim();
  },

  /** Opens the desk's counter for every service. */
  async open(desk: Page): Promise<void> {
    await step(desk, 'open');
    await desk.getByTestId('profile-all').check();
    await desk.getByTestId('primary').click();
    await step(desk, 'call');
  },

  /** Calls the next; gives the label that the desk shows. */
  async call(desk: Page): Promise<string> {
    await step(desk, 'call');
    await desk.getByTestId('primary').click();
    await step(desk, 'start');
    return (await desk.getByTestId('current-label').innerText()).trim();
  },

  async start(desk: Page): Promise<void> {
    await desk.getByTestId('primary').click();
    await step(desk, 'finish');
  },

  /** Ends the leg without calling on. */
  async finish(desk: Page): Promise<void> {
    await desk.getByTestId('act-finish').click();
    await step(desk, 'call');
  },
};

/** Waits until the desk's one large button means this. */
export const step = (desk: Page, kind: string): Promise<void> =>
  expect(desk.getByTestId('primary')).toHaveAttribute('data-step', kind);

/** No page was loaded again since it was opened. */
export const unreloaded = async (...pages: readonly Page[]): Promise<void> => {
  for (const page of pages) {
    expect(await page.evaluate(() => 'stillTheSame' in window)).toBe(true);
  }
};

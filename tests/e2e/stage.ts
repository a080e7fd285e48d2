import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import type { StartAnswer } from '../../core/protocol/api.js';
import { demoSecrets, type DemoSecrets } from '../../server/demo.js';
import { programOf } from '../../node/place.js';
import { AUTOPLAY, FLAGS, headlessPath } from '../chromium.js';
import { freePort } from '../port.js';

const READY_MAX_MS = 30_000;
/** The manager and the first clerks; a demo makes its other clerks after the start. */
const STAFF_NEEDED = 4;

const answers = async (url: string): Promise<boolean> => {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    // Not there yet, or not any more: the caller asks again.
    return false;
  }
};

/** A demo centre and a browser before it; the centre can be killed and started again. */
export class Stage {
  readonly data = mkdtempSync(join(tmpdir(), 'dawr-e2e-'));
  readonly secrets: DemoSecrets = demoSecrets(this.data);
  readonly url: string;
  private server: ChildProcess | undefined;
  private readonly contexts: BrowserContext[] = [];

  private constructor(
    private readonly port: number,
    readonly browser: Browser,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(): Promise<Stage> {
    const port = await freePort();
    const browser = await chromium.launch({
      executablePath: headlessPath(),
      args: [...FLAGS, AUTOPLAY],
    });
    const stage = new Stage(port, browser);
    await stage.start();
    return stage;
  }

  async start(): Promise<void> {
    const program = programOf('tests/e2e/centre.js');
    this.server = spawn(process.execPath, [program, String(this.port), this.data], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const until = performance.now() + READY_MAX_MS;
    while (!(await answers(this.url))) {
      if (performance.now() > until) throw new Error('the server did not become ready');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    while ((await this.staffKnown()) < STAFF_NEEDED) {
      if (performance.now() > until) throw new Error('the demo staff did not arrive');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async staffKnown(): Promise<number> {
    const start = (await (await fetch(`${this.url}/api/start`)).json()) as StartAnswer;
    return start.staff.length;
  }

  /** As when the power goes: nothing is cleaned up. */
  async kill(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGKILL');
    await gone;
    this.server = undefined;
  }

  /** A page of its own browser profile; `path` is below the hall's address unless it is whole. */
  async page(
    path: string,
    size: { readonly width: number; readonly height: number },
  ): Promise<Page> {
    const context = await this.browser.newContext({ viewport: size });
    this.contexts.push(context);
    const page = await context.newPage();
    await page.goto(path.startsWith('http') ? path : `${this.url}${path}`);
    // A page that is loaded again has forgotten this.
    await page.evaluate(() => void Object.assign(window, { stillTheSame: true }));
    return page;
  }

  kiosk(id = 'k1'): Promise<Page> {
    return this.page(`/kiosk/${id}/`, { width: 1080, height: 1920 });
  }

  board(id = 'hall-1'): Promise<Page> {
    return this.page(`/board/${id}/`, { width: 1920, height: 1080 });
  }

  /** A desk at which a clerk has signed in. */
  async desk(n: number): Promise<Page> {
    const page = await this.page(`/desk/desk-${n}/`, { width: 1366, height: 768 });
    await this.signIn(page, `clerk-${n}`, this.secrets.clerk);
    return page;
  }

  async manager(): Promise<Page> {
    const page = await this.page('/manager/manager/', { width: 1366, height: 768 });
    await this.signIn(page, 'manager', this.secrets.manager);
    return page;
  }

  private async signIn(page: Page, staffId: string, secret: string): Promise<void> {
    await page.getByTestId('sign-in-id').fill(staffId);
    await page.getByTestId('sign-in-secret').fill(secret);
    await page.getByTestId('sign-in-go').click();
    await page.getByTestId('sign-in-go').waitFor({ state: 'detached' });
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
    await this.browser.close();
    await this.kill();
    // The agent goes when its server has gone, and may write until then.
    rmSync(this.data, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

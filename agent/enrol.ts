import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { machineClock } from './clock.js';

const POLL_MS = 3_000;
const begunSchema = z.object({ deviceCode: z.string(), userCode: z.string() });
const polledSchema = z.object({ state: z.enum(['waiting', 'enrolled', 'expired']) });

/** Who this agent is to which server. */
export interface Self {
  readonly server: string;
  readonly deviceId: string;
  readonly data: string;
}

const post = (self: Self, path: string, body: object): Promise<Response> =>
  fetch(`${self.server}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dawr': '1' },
    body: JSON.stringify(body),
  });

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => void machineClock.after(ms, resolve));

/** The pair `name=value` of the cookie in which the server hands a token over. */
const cookieIn = (response: Response): string =>
  (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';

/** Shows a code until a manager approves it; gives the device's cookie. */
const askForToken = async (self: Self, say: (line: string) => void): Promise<string> => {
  for (;;) {
    const response = await post(self, '/api/enrol', { deviceId: self.deviceId, role: 'agent' });
    const begun = begunSchema.safeParse(await response.json());
    if (!begun.success) {
      say(`The server does not enrol ${self.deviceId}: is it an agent of its configuration?`);
      await sleep(10 * POLL_MS);
      continue;
    }
    say(`A manager approves this agent on the page Devices with the code ${begun.data.userCode}`);
    const { deviceCode } = begun.data;
    let state = 'waiting';
    while (state === 'waiting') {
      await sleep(POLL_MS);
      const polled = await post(self, '/api/enrol/poll', { deviceCode });
      state = polledSchema.parse(await polled.json()).state;
      if (state === 'enrolled') return cookieIn(polled);
    }
  }
};

/** The device's cookie: given by who starts the agent, kept from before, or asked for. */
export const enrolled = async (self: Self, say: (line: string) => void): Promise<string> => {
  const given = process.env['DAWR_DEVICE_TOKEN'];
  if (given !== undefined) return `dawr-${self.deviceId}=${given}`;
  const file = join(self.data, 'cookie');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const cookie = await askForToken(self, say);
  mkdirSync(self.data, { recursive: true, mode: 0o700 });
  writeFileSync(file, cookie, { mode: 0o600 });
  return cookie;
};

import { randomBytes } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import type { Answer } from '../../core/protocol/wire.js';
import type { Role } from '../../core/protocol/roles.js';

const ANSWER_WAIT_MS = 5_000;
const TRIES_MAX = 12;

/** A browser's cookies for one device, kept as a browser would. */
export class Jar {
  private readonly cookies = new Map<string, string>();

  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** Opens a device's page as a browser does; a demo enrols its own machine's screens then. */
export const openPage = async (url: string, role: Role, deviceId: string): Promise<Jar> => {
  const jar = new Jar();
  jar.keep(await fetch(`${url}/${role}/${deviceId}/`));
  return jar;
};

/** Signs a person in at an opened desk or manager's page. Throws what the server refused. */
export const signIn = async (
  url: string,
  jar: Jar,
  who: { readonly deviceId: string; readonly staffId: string; readonly secret: string },
): Promise<void> => {
  const response = await fetch(`${url}/api/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-dawr': '1', cookie: jar.header() },
    body: JSON.stringify(who),
  });
  if (!response.ok) throw new Error(`${who.staffId} cannot sign in: ${await response.text()}`);
  jar.keep(response);
};

/** One screen's connection: its newest view, and asks that are repeated until answered. */
export class Screen<V extends { readonly version: number }> {
  view: V | undefined;
  readonly socket: Socket;
  private readonly waiting: ((view: V) => void)[] = [];

  constructor(url: string, role: Role, who: { readonly deviceId: string; readonly jar: Jar }) {
    this.socket = io(`${url}/${role}`, {
      path: '/socket',
      transports: ['websocket'],
      forceNew: true,
      auth: { device: who.deviceId },
      extraHeaders: { cookie: who.jar.header() },
    });
    this.socket.on('view', (view: V) => {
      this.view = view;
      for (const tell of this.waiting.splice(0)) tell(view);
    });
  }

  /** The first view after now, or the one that is there already. */
  async ready(): Promise<V> {
    if (this.view !== undefined) return this.view;
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      this.socket.on('connect_error', reject);
    });
  }

  /** Sends a command until it is answered, always under the same request id. */
  async ask(command: object): Promise<Answer> {
    const ask = { requestId: randomBytes(16).toString('hex'), sentAt: Date.now(), command };
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      try {
        return (await this.socket.timeout(ANSWER_WAIT_MS).emitWithAck('ask', ask)) as Answer;
      } catch {
        // No answer in time: the same ask again is harmless.
        continue;
      }
    }
    throw new Error(`no answer to ${JSON.stringify(command)}`);
  }

  close(): void {
    this.socket.disconnect();
  }
}

import { randomBytes } from 'node:crypto';
import { io, type Socket } from 'socket.io-client';
import { CONNECT_REFUSALS, type Answer } from '../../core/protocol/wire.js';
import type { Role } from '../../core/protocol/roles.js';

const ANSWER_WAIT_MS = 5_000;
const TRIES_MAX = 12;
const REFUSED: ReadonlySet<string> = new Set(CONNECT_REFUSALS);

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

/** The server knows no such person, or not with this secret, or wants them to wait. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused';
}

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
  if (response.status === 401) throw new SignInRefused(`${who.staffId}: ${await response.text()}`);
  if (!response.ok) throw new Error(`${who.staffId} cannot sign in: ${await response.text()}`);
  jar.keep(response);
};

/** Who connects: a device by its cookies, or a ticket's page by its token. */
export type Caller = (
  { readonly deviceId: string; readonly jar: Jar } | { readonly ticket: string }
) & {
  /** The server's time as the caller knows it; this machine's where none is given. */
  readonly now?: () => number;
};

const optionsOf = (who: Caller) =>
  'ticket' in who
    ? { auth: { ticket: who.ticket } }
    : { auth: { device: who.deviceId }, extraHeaders: { cookie: who.jar.header() } };

/** One screen's connection: its newest view, and asks that are repeated until answered. */
export class Screen<V extends { readonly version: number }> {
  view: V | undefined;
  /** Why the server lets this screen no longer in; it does not try again by itself then. */
  over: string | undefined;
  readonly socket: Socket;
  private waiting: (() => void)[] = [];
  private readonly now: () => number;

  constructor(url: string, role: Role, who: Caller) {
    this.now = who.now ?? Date.now;
    this.socket = io(`${url}/${role}`, {
      path: '/socket',
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelayMax: 2_000,
      ...optionsOf(who),
    });
    this.socket.on('view', (view: V) => {
      this.view = view;
      this.tell();
    });
    this.socket.on('ended', (why: string) => this.end(why));
    this.socket.on('connect_error', ({ message }: Error) => {
      if (REFUSED.has(message)) this.end(message);
    });
  }

  /** The first view after now, or the one that is there already. */
  async ready(): Promise<V> {
    while (this.view === undefined && this.over === undefined) {
      await new Promise<void>((resolve, reject) => {
        this.waiting.push(resolve);
        this.socket.once('connect_error', reject);
      });
    }
    if (this.view === undefined) throw new Error(this.over);
    return this.view;
  }

  /** Resolves with the next view, when the screen is over, or after `ms` at the latest. */
  async news(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.waiting.push(resolve);
      timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
  }

  /** Sends a command until it is answered, always under the same request id. */
  async ask(command: object): Promise<Answer> {
    const ask = {
      requestId: randomBytes(16).toString('hex'),
      sentAt: Math.floor(this.now()),
      command,
    };
    for (let tries = 0; tries < TRIES_MAX && this.over === undefined; tries += 1) {
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
    this.end('closed');
    this.socket.disconnect();
  }

  private end(why: string): void {
    this.over ??= why;
    this.tell();
  }

  private tell(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const tell of waiting) tell();
  }
}

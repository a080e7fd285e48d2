import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { renderSVG } from 'uqr';
import { z } from 'zod';
import type { DeviceId } from '../../core/events.js';
import { doorAskSchema, type DoorAnswer, type DoorStatus } from '../../core/protocol/door.js';
import { refuse } from '../../core/protocol/refusals.js';
import { DOOR_HEADER, type KioskDoor } from '../../core/protocol/views.js';
import { readChecked, writeWhole } from '../files.js';
import type { Offline } from './offline.js';

/** The door is on this machine's own address: nobody else can reach it. */
const HOST = '127.0.0.1';
const BASE = `http://${HOST}`;
/** Unless it is taken by another agent on the machine. */
const DOOR_PORT = 7411;
const BODY_BYTES_MAX = 4_096;
const REQUEST_MS_MAX = 5_000;

const keptSchema = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  token: z.string().regex(/^[0-9a-f]{64}$/),
});

export interface DoorParts {
  readonly data: string;
  /** Whose pages may ask, as `https://host:port`. */
  readonly origin: string;
  readonly offline: Pick<Offline, 'take' | 'openUntil' | 'now'>;
  readonly printerOf: (kioskId: DeviceId) => Pick<DoorStatus, 'printer' | 'papers'> | undefined;
  /** A ticket cannot be kept, or a bug. */
  readonly onFault: (fault: unknown) => void;
}

/** Port and token outlive the agent: a page that was told of them finds it again. */
const kept = (data: string): KioskDoor => {
  const file = join(data, 'door.json');
  if (existsSync(file)) return readChecked(file, keptSchema);
  return { port: DOOR_PORT, token: randomBytes(32).toString('hex') };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

const same = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    bytes += (part as Buffer).length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    parts.push(part as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    // Not JSON: refused by whoever looks at it, like anything else that is no ask.
    return undefined;
  }
};

/**
 * The agent's door for the kiosk's page on the same machine, for when the server is away. It
 * answers pages of its own server that show the token, under its own address, and nobody else.
 */
export class Door {
  private constructor(
    private readonly server: Server,
    readonly place: KioskDoor,
  ) {}

  /** Opens it where it was before, or on any free port. Rejects with what `listen` rejects with. */
  static async open(parts: DoorParts): Promise<Door> {
    mkdirSync(parts.data, { recursive: true, mode: 0o700 });
    const { port: wanted, token } = kept(parts.data);
    let place: KioskDoor = { port: wanted, token };
    const server = createServer((request, response) => {
      answer(parts, place, { request, response }).catch((fault: unknown) => {
        // A page that has gone while it asked waits for nothing.
        if (fault === request.errored) return;
        response.writeHead(500).end();
        parts.onFault(fault);
      });
    });
    server.requestTimeout = REQUEST_MS_MAX;
    server.headersTimeout = REQUEST_MS_MAX;
    server.maxConnections = 20;
    const port = await listen(server, wanted).catch((error: unknown) => {
      if (isTaken(error)) return listen(server, 0);
      throw error;
    });
    place = { port, token };
    writeWhole(join(parts.data, 'door.json'), JSON.stringify(place));
    return new Door(server, place);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const answer = async (
  parts: DoorParts,
  { port, token }: KioskDoor,
  { request, response }: Exchange,
): Promise<void> => {
  const { origin, host } = request.headers;
  const isOwn = host === `${HOST}:${port}` && origin === parts.origin;
  if (!isOwn) return void response.writeHead(403).end();
  const cors = { 'access-control-allow-origin': parts.origin, vary: 'origin', connection: 'close' };
  if (request.method === 'OPTIONS') {
    const allowed = {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': `content-type, ${DOOR_HEADER}`,
      'access-control-allow-private-network': 'true',
      'access-control-max-age': '600',
    };
    return void response.writeHead(204, { ...cors, ...allowed }).end();
  }
  const shown = request.headers[DOOR_HEADER];
  if (typeof shown !== 'string' || !same(shown, token)) {
    return void response.writeHead(401, cors).end();
  }
  const found = await resultOf(parts, request);
  const headers = { ...cors, 'content-type': 'application/json', 'cache-control': 'no-store' };
  response.writeHead(found === undefined ? 404 : 200, headers).end(JSON.stringify(found ?? {}));
};

const resultOf = async (
  parts: DoorParts,
  request: IncomingMessage,
): Promise<DoorStatus | DoorAnswer | undefined> => {
  const asked = request.url ?? '';
  if (!URL.canParse(asked, BASE)) return undefined;
  const { pathname, searchParams } = new URL(asked, BASE);
  if (request.method === 'GET' && pathname === '/status') {
    const kioskId = searchParams.get('kiosk') ?? '';
    const printer = parts.printerOf(kioskId);
    if (printer === undefined) return undefined;
    const openUntil = parts.offline.openUntil(kioskId);
    const status: DoorStatus = { now: parts.offline.now(), openUntil, ...printer };
    return status;
  }
  if (request.method !== 'POST' || pathname !== '/ticket') return undefined;
  const ask = doorAskSchema.safeParse(await bodyOf(request));
  if (!ask.success) return refuse('payload.invalid');
  const ticket = parts.offline.take(ask.data);
  if ('refused' in ticket) return ticket;
  const qr = ticket.link === null ? null : renderSVG(ticket.link, { ecc: 'M', border: 2 });
  return { ...ticket, qr };
};

import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { z } from 'zod';
import { LOST_LISTED_MAX, LOST_WHYS } from '../../core/protocol/agent.js';
import type { Role } from '../../core/protocol/roles.js';
import { PRINTER_STATES, PRINT_STATES } from '../../core/protocol/views.js';
import {
  pageTroublesSchema,
  troublesSchema,
  type PageTrouble,
} from '../../core/protocol/troubles.js';
import type { ConnectRefusal } from '../../core/protocol/wire.js';
import { lineOf } from '../../node/address.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { ownHostOf } from '../../node/hosts.js';
import { namedAs } from '../http/door.js';
import { listenForAsks, Rates } from './asks.js';
import { ADMIT, isOwnOrigin, showsDevice, stillSigned, type DoorSocket } from './door.js';
import { Lobby } from './lobby.js';
import { scansOf } from './scans.js';
import type { Subject } from './screens.js';
import { Views } from './views.js';

const BEAT_MS = 5_000;
const MESSAGE_BYTES_MAX = 16_384;

const printerSchema = z.strictObject({
  kioskId: z.string().max(40),
  state: z.enum(PRINTER_STATES),
  roll: z
    .strictObject({
      leftMm: z.number().min(0).max(10_000_000),
      mmPerDay: z.number().min(0).max(10_000_000).nullable(),
      by: z.enum(['printer', 'count']),
    })
    .nullable(),
});
const doorSchema = z.strictObject({
  port: z.number().int().min(1).max(65_535),
  token: z.string().regex(/^[0-9a-f]{64}$/),
});
const count = z.number().int().min(0).max(100_000);
const id = z.string().max(40);
const lostSchema = z.strictObject({
  kioskId: id,
  seriesId: id,
  number: count,
  services: z.array(id).max(8),
  takenAt: z.number().int().min(0),
  why: z.enum(LOST_WHYS),
});
const offlineSchema = z.strictObject({
  waiting: count,
  refused: z.array(lostSchema).max(LOST_LISTED_MAX),
});
const printingSchema = z.strictObject({
  jobId: z.string().max(80),
  state: z.enum(PRINT_STATES),
});

/** One door of sockets: the hall's devices, or the visitors' phones. */
export interface Hub {
  /** Cuts every connection of a device whose right has ended. */
  cut(deviceId: string, why: 'revoked' | 'signedOut'): void;
  connections(): number;
  stop(): Promise<void>;
}

interface Place {
  readonly roles: readonly Role[];
  readonly viewsPerSecond: number;
}

const socketServer = (centre: Centre, http: HttpServer, { roles }: Place): [Server, Lobby] => {
  const isOwnHost = ownHostOf(namedAs(centre, roles.includes('phone') ? 'phone' : 'hall'));
  const lobby = new Lobby(centre.limits);
  const io = new Server(http, {
    path: '/socket',
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: MESSAGE_BYTES_MAX,
    connectTimeout: 10_000,
    pingInterval: 10_000,
    pingTimeout: 8_000,
    allowRequest: (request, decide) => {
      const own = isOwnHost(request) && isOwnOrigin(request);
      decide(null, own && (showsDevice(centre, request) || lobby.hasRoom(request)));
    },
  });
  lobby.watch(io);
  return [io, lobby];
};

/** Takes what has this shape, for the next view; all else is passed over. */
const told =
  <T>(views: Views, schema: z.ZodType<T>, keep: (told: T) => void) =>
  (raw: unknown): void => {
    const { success, data } = schema.safeParse(raw);
    if (!success) return;
    keep(data);
    views.changed();
  };

/** What an agent says of its devices: shown, not logged. */
const listenForDevices = (centre: Centre, socket: DoorSocket, views: Views): void => {
  const { deviceId } = socket.data.subject;
  const kiosks = (): readonly string[] =>
    centre.configuration().agents.find(({ id }) => id === deviceId)?.kiosks ?? [];
  socket.on('printer', (raw) => {
    const { success, data } = printerSchema.safeParse(raw);
    if (!success || !kiosks().includes(data.kioskId)) return;
    const { kioskId, state, roll } = data;
    centre.live.setPrinter(kioskId, { state, roll });
    views.changed();
  });
  const taken = <T>(schema: z.ZodType<T>, keep: (told: T) => void) => told(views, schema, keep);
  socket.on(
    'door',
    taken(doorSchema, (door) => centre.live.setDoor(deviceId, door)),
  );
  socket.on(
    'offline',
    taken(offlineSchema, (left) => centre.live.setOffline(deviceId, left)),
  );
  socket.on(
    'troubles',
    taken(troublesSchema, (told) => centre.live.setTroubles(deviceId, told)),
  );
  const scans = scansOf(centre, deviceId, () => views.changed());
  socket.on('scan', (raw) => scans(raw));
  socket.on('printing', (raw) => {
    const { success, data } = printingSchema.safeParse(raw);
    if (!success || centre.live.print(data.jobId) === data.state) return;
    centre.live.setPrint(data.jobId, data.state);
    views.changed();
  });
};

/** The room of everybody who is one device, or looks at one ticket. */
const ownRoomOf = ({ role, deviceId, ticketId }: Subject): string =>
  role === 'phone' ? `ticket ${ticketId ?? ''}` : `device ${deviceId}`;

interface Shared {
  readonly views: Views;
  readonly rates: Rates;
}

const welcome = (centre: Centre, socket: DoorSocket, { views, rates }: Shared): void => {
  const { subject } = socket.data;
  const { room, view } = views.join(subject);
  void socket.join(room);
  void socket.join(ownRoomOf(subject));
  centre.live.connected(subject.deviceId, centre.clock.now());
  socket.on('disconnect', () => {
    centre.live.disconnected(subject.deviceId, centre.clock.now());
    views.changed();
  });
  listenForAsks(centre, socket, rates);
  if (subject.role === 'agent') {
    listenForDevices(centre, socket, views);
    if (subject.deviceId === centre.modem?.agentId) centre.modem.attach(socket);
  }
  if (subject.role === 'kiosk') {
    const keep = (own: PageTrouble[]): void => centre.live.setTroubles(subject.deviceId, own);
    socket.on('troubles', told(views, pageTroublesSchema, keep));
  }
  if (view !== null) socket.emit('view', view);
  views.changed();
};

type Door = DoorSocket['nsp'];

/** Opens a role's namespace to those who may be there. */
const openDoor = (centre: Centre, io: Server, role: Role): Door => {
  const { limits, clock } = centre;
  const nsp: Door = io.of(`/${role}`);
  const wrongLinks = new Buckets(() => perMinute(limits.wrongLinksPerMinute));
  const admit = (socket: DoorSocket): Subject | ConnectRefusal => {
    const subject = ADMIT[role](centre, socket);
    if (subject === 'unknown') {
      const may = wrongLinks.take(lineOf(socket.conn.remoteAddress), clock.now());
      return may ? 'unknown' : 'tooMany';
    }
    if (typeof subject === 'string') return subject;
    const open = nsp.adapter.rooms.get(ownRoomOf(subject))?.size ?? 0;
    const max = role === 'phone' ? limits.socketsPerTicket : limits.socketsPerDevice;
    return open < max ? subject : 'tooMany';
  };
  nsp.use((socket, next) => {
    const admitted = admit(socket);
    if (typeof admitted === 'string') return next(new Error(admitted));
    socket.data.subject = admitted;
    return next();
  });
  return nsp;
};

/** Opens the namespaces of these roles on a listener. Views go out after each commit. */
export const openHub = (centre: Centre, http: HttpServer, place: Place): Hub => {
  const [io, lobby] = socketServer(centre, http, place);
  const doors = place.roles.map((role) => openDoor(centre, io, role));
  const views = new Views(centre, doors, place.viewsPerSecond);
  const rates = new Rates(centre);
  const beats = centre.timers.every(BEAT_MS, () => {
    for (const nsp of doors) endSessions(centre, nsp);
    views.beat();
  });
  for (const nsp of doors) {
    nsp.on('connection', (socket) => {
      lobby.leave(socket.request);
      try {
        welcome(centre, socket, { views, rates });
      } catch (err) {
        // A screen without a view must not look live, nor take the hall down with it.
        centre.journal.error(
          { err, device: socket.data.subject.deviceId },
          'no view could be made',
        );
        socket.disconnect(true);
      }
    });
  }
  centre.log.onCommitted(() => views.changed());
  centre.sms?.onChange(() => views.changed());
  return {
    cut: (deviceId, why) => {
      for (const nsp of doors) {
        const room = nsp.in(`device ${deviceId}`);
        room.emit('ended', why);
        room.disconnectSockets(true);
      }
    },
    connections: () => io.engine.clientsCount,
    stop: async () => {
      beats();
      views.stop();
      await io.close();
    },
  };
};

/** Time ends sessions too: whoever nobody uses any more must not go on showing the hall. */
const endSessions = (centre: Centre, nsp: Door): void => {
  for (const socket of nsp.sockets.values()) {
    if (stillSigned(centre, socket, 'look')) continue;
    socket.emit('ended', 'signedOut');
    socket.disconnect(true);
  }
};

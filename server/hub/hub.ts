import type { Server as HttpServer } from 'node:http';
import { Server, type Namespace, type Socket } from 'socket.io';
import { z } from 'zod';
import { ROLES, type Role } from '../../core/protocol/roles.js';
import { PRINTER_STATES, PRINT_STATES } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';
import { listenForAsks, TicketRate } from './asks.js';
import { isOwnOrigin, SUBJECT_OF } from './door.js';
import type { Subject } from './screens.js';
import { Views } from './views.js';

const BEAT_MS = 5_000;
const MESSAGE_BYTES_MAX = 16_384;

const printerSchema = z.strictObject({
  kioskId: z.string().max(40),
  state: z.enum(PRINTER_STATES),
});
const printingSchema = z.strictObject({
  jobId: z.string().max(80),
  state: z.enum(PRINT_STATES),
});

/** One door of sockets: the hall's devices, or the visitors' phones. */
export interface Hub {
  /** Something changed that is not in the log. */
  changed(): void;
  /** Cuts every connection of a device whose right has ended. */
  cut(deviceId: string, why: 'revoked' | 'signedOut'): void;
  connections(): number;
  stop(): Promise<void>;
}

const socketServer = (http: HttpServer): Server =>
  new Server(http, {
    path: '/socket',
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: MESSAGE_BYTES_MAX,
    connectTimeout: 10_000,
    pingInterval: 10_000,
    pingTimeout: 8_000,
    allowRequest: (request, decide) => decide(null, isOwnOrigin(request)),
  });

/** What an agent says of its devices: shown, not logged. */
const listenForDevices = (centre: Centre, socket: Socket, { subject, views }: Joined): void => {
  const kiosks = (): readonly string[] =>
    centre.configuration().agents.find(({ id }) => id === subject.deviceId)?.kiosks ?? [];
  socket.on('printer', (raw: unknown) => {
    const { success, data } = printerSchema.safeParse(raw);
    if (!success || !kiosks().includes(data.kioskId)) return;
    centre.live.setPrinter(data.kioskId, data.state);
    views.changed();
  });
  socket.on('printing', (raw: unknown) => {
    const { success, data } = printingSchema.safeParse(raw);
    if (!success || centre.live.print(data.jobId) === data.state) return;
    centre.live.setPrint(data.jobId, data.state);
    views.changed();
  });
};

interface Joined {
  readonly subject: Subject;
  readonly views: Views;
  readonly tickets: TicketRate;
}

const welcome = (centre: Centre, socket: Socket, joined: Joined): void => {
  const { subject, views } = joined;
  const { room, view } = views.join(subject);
  void socket.join(room);
  void socket.join(`device ${subject.deviceId}`);
  centre.live.connected(subject.deviceId, centre.clock.now());
  socket.on('disconnect', () => {
    centre.live.disconnected(subject.deviceId, centre.clock.now());
    views.changed();
  });
  listenForAsks(centre, socket, joined);
  if (subject.role === 'agent') listenForDevices(centre, socket, joined);
  if (view !== null) socket.emit('view', view);
  views.changed();
};

/** Opens the namespaces of these roles on a listener. Views go out after each commit. */
export const openHub = (
  centre: Centre,
  http: HttpServer,
  { roles, viewsPerSecond }: { readonly roles: readonly Role[]; readonly viewsPerSecond: number },
): Hub => {
  const io = socketServer(http);
  const namespaces: Namespace[] = roles.map((role) => io.of(`/${role}`));
  const views = new Views(centre, namespaces, viewsPerSecond);
  const tickets = new TicketRate(centre);
  const beats = centre.timers.every(BEAT_MS, () => views.beat());
  for (const nsp of namespaces) {
    const role = ROLES.find((entry) => `/${entry}` === nsp.name) ?? 'board';
    nsp.use((socket, next) => {
      const subject = SUBJECT_OF[role](centre, socket);
      if (typeof subject === 'string') return next(new Error(subject));
      const open = nsp.adapter.rooms.get(`device ${subject.deviceId}`)?.size ?? 0;
      if (role !== 'phone' && open >= centre.limits.socketsPerDevice) {
        return next(new Error('tooMany'));
      }
      (socket.data as { subject: Subject }).subject = subject;
      return next();
    });
    nsp.on('connection', (socket) => {
      const { subject } = socket.data as { subject: Subject };
      welcome(centre, socket, { subject, views, tickets });
    });
  }
  centre.log.onCommitted(() => views.changed());
  return {
    changed: () => views.changed(),
    cut: (deviceId, why) => {
      for (const nsp of namespaces) {
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

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { WebSocketServer } from 'ws';
import { serve } from './child.js';

/**
 * What stands beside the hall: servers without log and rules. `echo` answers at once and tells
 * all boards; it has the hall's own settings of Socket.IO. `raw` tells all its sockets by `ws`.
 */

const listen = async (http: ReturnType<typeof createServer>): Promise<string> => {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
};

let view: object = {};

const echo = (answer: object): Promise<string> => {
  const http = createServer();
  const io = new Server(http, {
    path: '/socket',
    transports: ['websocket'],
    allowUpgrades: false,
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: 16_384,
    connectTimeout: 10_000,
    pingInterval: 10_000,
    pingTimeout: 8_000,
  });
  const boards = io.of('/board');
  boards.on('connection', () => undefined);
  io.of('/kiosk').on('connection', (socket) => {
    socket.on('ask', (_: unknown, acknowledge: (answer: object) => void) => acknowledge(answer));
  });
  io.of('/desk').on('connection', (socket) => {
    socket.on('ask', (_: unknown, acknowledge: (answer: object) => void) => {
      acknowledge(answer);
      boards.emit('view', view);
    });
  });
  return listen(http);
};

const raw = (): Promise<string> => {
  const http = createServer();
  const sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
  sockets.on('connection', (socket) => {
    socket.on('message', () => {
      const bytes = JSON.stringify(['view', view]);
      for (const client of sockets.clients) client.send(bytes);
    });
  });
  return listen(http);
};

serve({
  echo,
  raw,
  show: (shown: object) => void (view = shown),
});

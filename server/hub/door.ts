import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import type { Role } from '../../core/protocol/roles.js';
import type { DeviceRole } from '../../core/protocol/views.js';
import type {
  AgentEvents,
  ClientEvents,
  ConnectRefusal,
  KioskEvents,
  ServerEvents,
} from '../../core/protocol/wire.js';
import { cookieName, deviceIn, type Centre } from '../centre.js';
import { linkedTicket } from './answer.js';
import type { Subject } from './screens.js';

/** Events as anybody may send them: what they carry is looked at before it is believed. */
type Unproved<E> = { [K in keyof E]: (...said: unknown[]) => void };

/** A connection of a screen, a phone or an agent. */
export type DoorSocket = Socket<
  Unproved<ClientEvents<unknown> & AgentEvents & KioskEvents>,
  ServerEvents<object>,
  Record<never, never>,
  { subject: Subject }
>;

type Admit = (centre: Centre, socket: DoorSocket) => Subject | ConnectRefusal;

const cookiesOf = (header: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (header ?? '').split(';').flatMap((part) => {
      const at = part.indexOf('=');
      return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
    }),
  );

/**
 * Whether a page of this server opened the connection. A browser always names its page's origin; a
 * program that names none must still show a device's token.
 */
export const isOwnOrigin = ({ headers }: IncomingMessage): boolean => {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
};

/** Whether a connection shows the good token of some device, whichever it will speak for. */
export const showsDevice = ({ devices }: Centre, { headers }: IncomingMessage): boolean =>
  [...cookiesOf(headers.cookie)].some(([name, token]) => {
    const deviceId = deviceIn(name);
    return deviceId !== undefined && devices.known(deviceId, token) !== undefined;
  });

const wish = (socket: DoorSocket, key: string): string => {
  const value: unknown = (socket.handshake.auth as Record<string, unknown>)[key];
  return typeof value === 'string' && value.length <= 100 ? value : '';
};

/** The device's and the session's tokens that came with a connection. */
const tokensOf = (centre: Centre, socket: DoorSocket, deviceId: string) => {
  const cookies = cookiesOf(socket.handshake.headers.cookie);
  return {
    device: cookies.get(cookieName(centre.settings, deviceId, false)),
    session: cookies.get(cookieName(centre.settings, deviceId, true)),
  };
};

/** Who a device's connection speaks for, or why it is not let in. */
const device =
  (role: DeviceRole): Admit =>
  (centre, socket) => {
    const deviceId = wish(socket, 'device');
    const tokens = tokensOf(centre, socket, deviceId);
    if (centre.devices.known(deviceId, tokens.device)?.role !== role) return 'notEnrolled';
    if (role !== 'desk' && role !== 'manager') return { role, deviceId };
    const staff = centre.staff.session(tokens.session, deviceId, centre.clock.now());
    const needed = role === 'desk' ? 'clerk' : 'manager';
    if (staff === undefined || !mayActAs(staff.role, needed)) return 'notSignedIn';
    return { role, deviceId, staff: { id: staff.id, name: staff.name } };
  };

/** A manager may also serve at a counter. */
const mayActAs = (role: string, needed: 'clerk' | 'manager'): boolean =>
  role === needed || role === 'manager';

/** Whether the session of a connection still holds. A command uses it; a look at it does not. */
export const stillSigned = (centre: Centre, socket: DoorSocket, how: 'use' | 'look'): boolean => {
  const { role, deviceId } = socket.data.subject;
  if (role !== 'desk' && role !== 'manager') return true;
  const { session } = tokensOf(centre, socket, deviceId);
  const at = centre.clock.now();
  const staff =
    how === 'use'
      ? centre.staff.session(session, deviceId, at)
      : centre.staff.look(session, deviceId, at);
  return staff !== undefined;
};

/** The ticket that a phone's link stands for. */
const phone: Admit = (centre, socket) => {
  const { state } = centre.log;
  const token = wish(socket, 'ticket');
  if (state.day === null) return 'unknown';
  const ticketId = linkedTicket(centre.links, state, token);
  return ticketId !== undefined ? { role: 'phone', deviceId: 'phone', ticketId } : 'unknown';
};

/** Who a connection to each role's namespace speaks for, or why it is not let in. */
export const ADMIT: Readonly<Record<Role, Admit>> = {
  kiosk: device('kiosk'),
  board: device('board'),
  desk: device('desk'),
  manager: device('manager'),
  agent: device('agent'),
  phone,
};

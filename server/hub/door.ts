import type { IncomingMessage } from 'node:http';
import type { Socket } from 'socket.io';
import { ROLES, type Role } from '../../core/protocol/roles.js';
import type { ConnectRefusal } from '../../core/protocol/wire.js';
import { cookieName, type Centre } from '../centre.js';
import type { Subject } from './screens.js';

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

const wish = (socket: Socket, key: string): string => {
  const value: unknown = (socket.handshake.auth as Record<string, unknown>)[key];
  return typeof value === 'string' && value.length <= 100 ? value : '';
};

/** The device's and the session's tokens that came with a connection. */
const tokensOf = (centre: Centre, socket: Socket, deviceId: string) => {
  const cookies = cookiesOf(socket.handshake.headers.cookie);
  return {
    device: cookies.get(cookieName(centre.settings, deviceId, false)),
    session: cookies.get(cookieName(centre.settings, deviceId, true)),
  };
};

/** Who a device's connection speaks for, or why it is not let in. */
export const deviceSubject = (centre: Centre, socket: Socket): Subject | ConnectRefusal => {
  const role = ROLES.find((entry) => `/${entry}` === socket.nsp.name);
  const deviceId = wish(socket, 'device');
  const tokens = tokensOf(centre, socket, deviceId);
  const known = centre.devices.known(deviceId, tokens.device);
  if (role === undefined || known === undefined || known.role !== role) return 'notEnrolled';
  if (role !== 'desk' && role !== 'manager') return { role, deviceId };
  const staff = centre.staff.session(tokens.session, deviceId, centre.clock.now());
  const needed = role === 'desk' ? 'clerk' : 'manager';
  if (staff === undefined || !mayActAs(staff.role, needed)) return 'notSignedIn';
  return { role, deviceId, staff: { id: staff.id, name: staff.name } };
};

/** A manager may also serve at a counter. */
const mayActAs = (role: string, needed: 'clerk' | 'manager'): boolean =>
  role === needed || role === 'manager';

/** Whether the session of a connection still holds; asked again for each command. */
export const stillSigned = (
  centre: Centre,
  socket: Socket,
  { role, deviceId }: Subject,
): boolean => {
  if (role !== 'desk' && role !== 'manager') return true;
  const { session } = tokensOf(centre, socket, deviceId);
  return centre.staff.session(session, deviceId, centre.clock.now()) !== undefined;
};

/** The ticket that a phone's link stands for. */
export const phoneSubject = (centre: Centre, socket: Socket): Subject | ConnectRefusal => {
  const { state } = centre.log;
  const token = wish(socket, 'ticket');
  if (state.day === null) return 'unknown';
  const ticketId = centre.links.ticketOf(token, state.stream, state.day.day);
  if (ticketId === undefined) return 'unknown';
  const here = state.day.tickets.has(ticketId) || state.day.stubs.has(ticketId);
  return here ? { role: 'phone', deviceId: 'phone', ticketId } : 'unknown';
};

export const SUBJECT_OF: Readonly<
  Record<Role, (centre: Centre, socket: Socket) => Subject | ConnectRefusal>
> = {
  kiosk: deviceSubject,
  board: deviceSubject,
  desk: deviceSubject,
  manager: deviceSubject,
  agent: deviceSubject,
  phone: phoneSubject,
};

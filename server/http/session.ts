import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StaffMember } from '../../core/protocol/api.js';
import { cookieName, type Centre } from '../centre.js';
import type { KnownDevice } from '../access/devices.js';

const YEAR_S = 365 * 86_400;

/** The device whose token came with a request, if it is good. */
export const deviceOf = (
  centre: Centre,
  request: FastifyRequest,
  deviceId: string,
): KnownDevice | undefined =>
  centre.devices.known(deviceId, request.cookies[cookieName(centre.settings, deviceId, false)]);

/**
 * The person signed in at that device, if the session is good. What a page asks by itself again and
 * again only looks at the session.
 */
export const staffOf = (
  { devices, staff, settings, clock }: Centre,
  { cookies }: FastifyRequest,
  { deviceId, by = 'person' }: { readonly deviceId: string; readonly by?: 'person' | 'page' },
): Omit<StaffMember, 'active'> | undefined => {
  const known = devices.known(deviceId, cookies[cookieName(settings, deviceId, false)]);
  if (known === undefined) return undefined;
  const token = cookies[cookieName(settings, deviceId, true)];
  const at = clock.now();
  return by === 'person' ? staff.session(token, deviceId, at) : staff.look(token, deviceId, at);
};

/** Which of a device's two tokens a browser keeps. */
export interface Kept {
  readonly deviceId: string;
  readonly session: boolean;
}

/** Gives a browser a device's token, or a session at it; never to be read by a page. */
export const setToken = (
  centre: Centre,
  reply: FastifyReply,
  { deviceId, session, token }: Kept & { readonly token: string },
): void => {
  void reply.setCookie(cookieName(centre.settings, deviceId, session), token, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: centre.settings.tls !== null,
    ...(session ? {} : { maxAge: YEAR_S }),
  });
};

export const clearToken = (
  centre: Centre,
  reply: FastifyReply,
  { deviceId, session }: Kept,
): void => {
  void reply.clearCookie(cookieName(centre.settings, deviceId, session), { path: '/' });
};

import type { FastifyInstance } from 'fastify';
import { apiSchemas } from '../../core/protocol/api.js';
import { isSlot, type Centre } from '../centre.js';
import { enrolOwn } from './enrol.js';
import { needsSetup, setupCode } from '../setup.js';
import { Throttle } from '../access/throttle.js';
import { refuseWith, type Checked } from './checked.js';
import { clearToken, deviceOf, setToken, staffOf } from './session.js';

const deviceQuery = (query: unknown): string => {
  const value = (query as Record<string, unknown>)['device'];
  return typeof value === 'string' && value.length <= 40 ? value : '';
};

/** Enrolment by a device, naming the first manager, and signing in and out. */
export const accessRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  const codes = new Throttle();
  app.get('/api/session', (request) => {
    const deviceId = deviceQuery(request.query);
    const device = deviceOf(centre, request, deviceId);
    return {
      device: { deviceId, role: device?.role ?? null, enrolled: device !== undefined },
      staff: staffOf(centre, request, deviceId) ?? null,
      setup: needsSetup(centre),
      now: centre.clock.now(),
    };
  });
  enrolRoutes(app, centre, { checked, codes });
  setupRoute(app, centre, { checked, codes });
  signRoutes(app, centre, checked);
};

interface Tools {
  readonly checked: Checked;
  readonly codes: Throttle;
}

const enrolRoutes = (app: FastifyInstance, centre: Centre, { checked, codes }: Tools): void => {
  app.post('/api/enrol', (request, reply) => {
    const body = checked(apiSchemas.enrol, request, reply);
    if (body === undefined) return reply;
    if (!isSlot(centre.configuration(), body.deviceId, body.role)) {
      return refuseWith(reply, 404, 'enrol.unknownDevice');
    }
    const at = centre.clock.now();
    if (codes.waitMs(request.ip, at) > 0) return refuseWith(reply, 429, 'enrol.tooMany');
    codes.failed(request.ip, at);
    const begun = centre.devices.begin(body, at);
    return begun ?? refuseWith(reply, 429, 'enrol.tooMany');
  });

  app.post('/api/enrol/poll', (request, reply) => {
    const body = checked(apiSchemas.poll, request, reply);
    if (body === undefined) return reply;
    const polled = centre.devices.poll(body.deviceCode, centre.clock.now());
    if (typeof polled === 'string') return { state: polled };
    setToken(centre, reply, { ...polled, session: false });
    codes.succeeded(request.ip);
    return { state: 'enrolled' };
  });
};

const setupRoute = (app: FastifyInstance, centre: Centre, { checked, codes }: Tools): void => {
  app.post('/api/setup', async (request, reply) => {
    const body = checked(apiSchemas.setup, request, reply);
    if (body === undefined) return reply;
    const { deviceId, staffId, name, secret } = body;
    const at = centre.clock.now();
    const code = setupCode(centre);
    if (code === null) return refuseWith(reply, 409, 'setup.done');
    if (codes.waitMs('setup', at) > 0) return refuseWith(reply, 429, 'enrol.tooMany');
    if (body.code !== code) {
      codes.failed('setup', at);
      return refuseWith(reply, 403, 'setup.wrongCode');
    }
    if (!isSlot(centre.configuration(), deviceId, 'manager')) {
      return refuseWith(reply, 404, 'enrol.unknownDevice');
    }
    const refused = await centre.staff.add({ id: staffId, name, role: 'manager', secret });
    if (refused !== undefined) return reply.code(409).send(refused);
    const token = await enrolOwn(centre, deviceId, 'manager');
    setToken(centre, reply, { deviceId, session: false, token });
    centre.audit({ actor: staffId, deviceId, action: 'setup.done', subject: staffId });
    return { done: true };
  });
};

const signRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  app.post('/api/sign-in', async (request, reply) => {
    const body = checked(apiSchemas.signIn, request, reply);
    if (body === undefined) return reply;
    const { deviceId, staffId } = body;
    const device = deviceOf(centre, request, deviceId);
    if (device === undefined) return refuseWith(reply, 403, 'session.needed');
    const at = centre.clock.now();
    const before = centre.staff.devicesOf(staffId);
    const signed = await centre.staff.signIn(
      { ...body, managersOnly: device.role === 'manager' },
      at,
    );
    const action = 'refused' in signed ? signed.refused : 'signIn.done';
    centre.audit({ actor: staffId, deviceId, action, subject: '' });
    if ('refused' in signed) return reply.code(401).send(signed);
    for (const ended of new Set([deviceId, ...before])) centre.cut(ended, 'signedOut');
    setToken(centre, reply, { deviceId, session: true, token: signed.token });
    return { staff: signed.staff };
  });

  app.post('/api/sign-out', (request, reply) => {
    const body = checked(apiSchemas.signOut, request, reply);
    if (body === undefined) return reply;
    const { deviceId } = body;
    const staff = staffOf(centre, request, deviceId);
    if (staff !== undefined) {
      centre.staff.signOut(deviceId);
      centre.audit({ actor: staff.id, deviceId, action: 'signOut', subject: '' });
      centre.cut(deviceId, 'signedOut');
    }
    clearToken(centre, reply, { deviceId, session: true });
    return { done: true };
  });
};

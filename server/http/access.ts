import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { apiSchemas, type ApiRefusal } from '../../core/protocol/api.js';
import { lineOf } from '../../node/address.js';
import { isSlot, type Centre } from '../centre.js';
import { enrolOwn } from './enrol.js';
import { endSetup, isSetupCode, setupOf } from '../setup.js';
import { Buckets, type Rate } from '../../node/bucket.js';
import { Throttle } from '../../node/throttle.js';
import { refuseWith, type Checked } from '../../node/checked.js';
import { clearToken, deviceOf, setToken, staffOf } from './session.js';

/** A code buys nothing by itself: a whole hall behind one address gets its codes at once. */
const CODES: Rate = { perSecond: 1 / 30, burst: 20 };

const deviceQuery = (query: unknown): string => {
  const value = (query as Record<string, unknown>)['device'];
  return typeof value === 'string' && value.length <= 40 ? value : '';
};

/** Enrolment by a device, naming the first manager, and signing in and out. */
export const accessRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  app.get('/api/session', (request) => {
    const deviceId = deviceQuery(request.query);
    const device = deviceOf(centre, request, deviceId);
    const staff = staffOf(centre, request, { deviceId }) ?? null;
    return {
      device: { deviceId, role: device?.role ?? null, enrolled: device !== undefined },
      staff,
      setup: staff === null && setupOf(centre) !== null,
      now: centre.clock.now(),
    };
  });
  enrolRoutes(app, centre, checked);
  setupRoute(app, centre, checked);
  signRoutes(app, centre, checked);
};

const enrolRoutes = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  const codes = new Buckets(() => CODES);
  app.post('/api/enrol', (request, reply) => {
    const body = checked(apiSchemas.enrol, request, reply);
    if (body === undefined) return reply;
    if (!isSlot(centre.configuration(), body.deviceId, body.role)) {
      return refuseWith(reply, 404, 'enrol.unknownDevice');
    }
    const at = centre.clock.now();
    if (!codes.take(lineOf(request.ip), at)) return refuseWith(reply, 429, 'enrol.tooMany');
    const begun = centre.devices.begin(body, at);
    return begun ?? refuseWith(reply, 429, 'enrol.tooMany');
  });

  app.post('/api/enrol/poll', (request, reply) => {
    const body = checked(apiSchemas.poll, request, reply);
    if (body === undefined) return reply;
    const polled = centre.devices.poll(body.deviceCode, centre.clock.now());
    if (typeof polled === 'string') return { state: polled };
    setToken(centre, reply, { ...polled, session: false });
    return { state: 'enrolled' };
  });
};

/** Names a manager, or gives one who is there a new secret and lets them in again. */
const nameManager = async (
  { staff }: Centre,
  { staffId: id, name, secret }: z.output<typeof apiSchemas.setup>,
): Promise<{ readonly refused: ApiRefusal } | undefined> => {
  const known = staff.all().find((member) => member.id === id);
  if (known === undefined) return staff.add({ id, name, role: 'manager', secret });
  if (known.role !== 'manager') return { refused: 'staff.exists' };
  return (await staff.setSecret(id, secret)) ?? staff.setActive(id, true);
};

const setupRoute = (app: FastifyInstance, centre: Centre, checked: Checked): void => {
  const codes = new Throttle();
  let naming = false;
  app.post('/api/setup', async (request, reply) => {
    const body = checked(apiSchemas.setup, request, reply);
    if (body === undefined) return reply;
    const { code, deviceId, staffId } = body;
    const at = centre.clock.now();
    const setup = setupOf(centre);
    const key = lineOf(request.ip);
    if (setup === null) return refuseWith(reply, 409, 'setup.done');
    if (naming || codes.waitMs(key, at) > 0) return refuseWith(reply, 429, 'enrol.tooMany');
    codes.tried(key, at);
    if (!isSetupCode(centre, code)) return refuseWith(reply, 403, 'setup.wrongCode');
    codes.succeeded(key);
    if (!isSlot(centre.configuration(), deviceId, 'manager')) {
      return refuseWith(reply, 404, 'enrol.unknownDevice');
    }
    // A code works once: nobody else may use it while the secret is hashed.
    naming = true;
    try {
      const refused = await nameManager(centre, body);
      if (refused !== undefined) return await reply.code(409).send(refused);
      endSetup(centre);
    } finally {
      naming = false;
    }
    const token = await enrolOwn(centre, deviceId, 'manager');
    setToken(centre, reply, { deviceId, session: false, token });
    const action = setup === 'first' ? 'setup.done' : 'setup.again';
    centre.audit({ actor: staffId, deviceId, action, subject: staffId });
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
    // Who is told to wait was not tried: the tries before are written down, and rows are for ever.
    if (action !== 'signIn.wait') centre.audit({ actor: staffId, deviceId, action, subject: '' });
    if ('refused' in signed) return reply.code(401).send(signed);
    for (const ended of new Set([deviceId, ...before])) centre.cut(ended, 'signedOut');
    setToken(centre, reply, { deviceId, session: true, token: signed.token });
    return { staff: signed.staff };
  });

  app.post('/api/sign-out', (request, reply) => {
    const body = checked(apiSchemas.signOut, request, reply);
    if (body === undefined) return reply;
    const { deviceId } = body;
    const staff = staffOf(centre, request, { deviceId });
    if (staff !== undefined) {
      centre.staff.signOut(deviceId);
      centre.audit({ actor: staff.id, deviceId, action: 'signOut', subject: '' });
      centre.cut(deviceId, 'signedOut');
    }
    clearToken(centre, reply, { deviceId, session: true });
    return { done: true };
  });
};

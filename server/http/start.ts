import type { FastifyInstance } from 'fastify';
import type { Configuration, Words } from '../../core/configuration.js';
import type { StartAnswer } from '../../core/protocol/api.js';
import type { DeviceRole } from '../../core/protocol/views.js';
import type { Centre } from '../centre.js';
import { sendPage } from '../../node/page.js';

/** Every page that a device of this centre may be. */
export const screensOf = ({ kiosks, boards, desks }: Configuration): StartAnswer['screens'] => {
  const of = (role: DeviceRole, entries: readonly { id: string; name: Words }[]) =>
    entries.map(({ id, name }) => ({ role, deviceId: id, name, path: `/${role}/${id}/` }));
  const manager = [{ id: 'manager', name: { ar: 'المدير', en: 'Manager' } }];
  return [
    ...of('kiosk', kiosks),
    ...of('board', boards),
    ...of('desk', desks),
    ...of('manager', manager),
  ];
};

/** Leads who types the bare address to the centre's pages, and says how a device is enrolled. */
export const startRoutes = (app: FastifyInstance, centre: Centre): void => {
  app.get('/', (_request, reply) => sendPage(reply, 'web/start'));
  app.get('/api/start', (): StartAnswer => {
    const configuration = centre.configuration();
    const { name } = configuration.centre;
    return {
      centre: name,
      screens: screensOf(configuration),
      demo: false,
      staff: [],
      phone: null,
      overview: null,
    };
  });
};

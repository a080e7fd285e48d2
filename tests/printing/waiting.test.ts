import { afterAll, beforeAll, expect, test } from 'vitest';
import { PAPER_AGE_MS_MAX } from '../../core/paper.js';
import type { KioskView, ManagerView } from '../../core/protocol/views.js';
import { agentBody, troubledPapers } from '../../server/hub/papers.js';
import { bodyOf } from '../../server/hub/screens.js';
import { kioskOf, ticketOf } from '../fixtures/callers.js';
import { openDoors, type Doors } from '../fixtures/doors.js';
import type { Screen } from '../play/client.js';

let doors: Doors;
let kiosk: Screen<KioskView>;
beforeAll(async () => {
  doors = await openDoors({ staff: false });
  kiosk = await kioskOf(doors);
});
afterAll(async () => {
  kiosk.close();
  await doors.close();
});

test('[ENTER-5] a job names the request of its ticket, also after others', async () => {
  const { centre } = doors;
  const services = [centre.configuration().services[0]!.id];
  const command = { type: 'takeTicket', services, classId: '', language: 'ar' } as const;
  const requests = ['a', 'b', 'c'].map((letter) => letter.repeat(32));
  for (const requestId of requests) {
    const from = { actor: 'k1', deviceId: 'k1', sentAt: centre.clock.now() };
    await centre.log.enqueue({ requestId, command, ...from });
  }
  const { jobs } = agentBody(centre, 'a1', centre.clock.now());
  expect(jobs.map(({ request }) => request)).toEqual(requests);
});

test('[PRINT-4] the manager sees tickets and papers about services that are late', async () => {
  const { centre } = doors;
  const { ticketId } = await ticketOf(doors, kiosk);
  const serviceId = centre.configuration().services[0]!.id;
  const slip = { type: 'printInformation', serviceId, kioskId: 'k1', language: 'ar' } as const;
  await centre.log.askAsServer(slip);
  const slipId = [...centre.log.state.day!.sheets.keys()][0]!;
  const now = centre.clock.now();
  expect(troubledPapers(centre, now)).toEqual([]);
  const late = now + PAPER_AGE_MS_MAX + 1;
  const subject = { role: 'manager', deviceId: 'manager' } as const;
  const { prints } = bodyOf(centre, subject, late) as ManagerView;
  expect(prints.slice(-2)).toMatchObject([
    { paperId: ticketId, of: { kind: 'ticket' }, state: 'queued', kioskId: 'k1' },
    { paperId: slipId, of: { kind: 'information', serviceId }, state: 'queued', kioskId: 'k1' },
  ]);
  await centre.log.askAsServer({ type: 'giveUpPaper', paperId: slipId });
  expect(troubledPapers(centre, late).some(({ paperId }) => paperId === slipId)).toBe(false);
});

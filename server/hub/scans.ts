import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Millis } from '../../core/configuration.js';
import type { DeviceId, TicketId } from '../../core/events.js';
import { isRefusal } from '../../core/protocol/refusals.js';
import type { Scanned } from '../../core/protocol/scanned.js';
import { phoneView } from '../../core/views/phone.js';
import { Buckets, perMinute } from '../../node/bucket.js';
import type { Centre } from '../centre.js';
import { linkedTicket } from './answer.js';
import type { Scan } from './live.js';

/** A ticket that was read is shown so long. */
const SHOWN_MS = 12_000;
/** A scanner reads no faster; nobody finds another's ticket by trying codes. */
const SCANS_PER_MINUTE = 40;

const scanSchema = z.strictObject({
  placeId: z.string().max(40),
  token: z.string().max(60).nullable(),
});

const placesOf = (centre: Centre, agentId: DeviceId): readonly DeviceId[] => {
  const agent = centre.configuration().agents.find(({ id }) => id === agentId);
  return [...(agent?.kiosks ?? []), ...(agent?.desks ?? [])];
};

const isAbsent = ({ log }: Centre, ticketId: TicketId): boolean =>
  log.state.day?.tickets.get(ticketId)?.leg.status === 'absent';

/** [MISS-3] A ticket that was called and absent is back in line; any other is only shown. */
const checkIn = async (centre: Centre, placeId: DeviceId, token: string | null): Promise<Scan> => {
  const at = centre.clock.now();
  const ticketId = token === null ? undefined : linkedTicket(centre.links, centre.log.state, token);
  if (ticketId === undefined) return { at, code: 'unknown' };
  const known = { at, code: 'known', ticketId, returned: null } as const;
  if (!isAbsent(centre, ticketId)) return known;
  const answer = await centre.log.enqueue({
    requestId: randomBytes(16).toString('hex'),
    sentAt: at,
    command: { type: 'returnTicket', ticketId },
    actor: placeId,
    deviceId: placeId,
  });
  if (!isRefusal(answer)) return { ...known, returned: answer.returned ?? null };
  // Refused because it came back, or lapsed, in the meantime: what it is now is shown.
  return isAbsent(centre, ticketId) ? { at, code: 'again' } : known;
};

/** Takes what an agent's scanners read at its own kiosks and desks. */
export const scansOf = (
  centre: Centre,
  agentId: DeviceId,
  onChange: () => void,
): ((raw: unknown) => void) => {
  const rates = new Buckets(() => perMinute(SCANS_PER_MINUTE));
  return (raw) => {
    const { success, data } = scanSchema.safeParse(raw);
    if (!success || !placesOf(centre, agentId).includes(data.placeId)) return;
    if (!rates.take(data.placeId, centre.clock.now())) return;
    const show = (scan: Scan): void => {
      centre.live.setScan(data.placeId, scan);
      onChange();
    };
    checkIn(centre, data.placeId, data.token).then(show, (fault: unknown) => {
      centre.journal.error({ fault, agentId }, 'a scan could not be taken');
      show({ at: centre.clock.now(), code: 'again' });
    });
  };
};

/** What stands on a kiosk or desk about the ticket that was read there a moment ago. */
export const scannedAt = (
  centre: Centre,
  placeId: DeviceId,
  now: Millis,
): { readonly scanned?: Scanned } => {
  const scan = centre.live.scan(placeId);
  if (scan === undefined || now - scan.at > SHOWN_MS) return {};
  if (scan.code !== 'known') return { scanned: scan };
  const { at, ticketId, returned } = scan;
  const { state } = centre.log;
  const view = phoneView(state, centre.store.configurations, { at: now, ticketId });
  if (view === null) return { scanned: { at, code: 'unknown' } };
  const { label, was, state: is, ahead, counter } = view;
  const both = was === undefined ? { label } : { label, was };
  return { scanned: { at, code: 'known', ticketId, ...both, state: is, ahead, counter, returned } };
};

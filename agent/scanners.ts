import { join } from 'node:path';
import { z } from 'zod';
import { ID, PROFILE_NAME } from '../core/protocol/forms.js';
import { busLinkSchema } from './bus/devices.js';
import { CodeReader, readScanner, type ScannerProfile } from './bus/scanner.js';
import { sleep, type Clock } from './clock.js';
import { placeOf, type Trouble } from '../core/protocol/troubles.js';
import type { Troubles } from './troubles.js';
import { LinkLost, type DeviceLink } from './wires/link.js';
import { serialWire } from './wires/serial.js';
import { tcpWire } from './wires/tcp.js';
import { WireLink } from './wires/wire-link.js';

const id = z.string().regex(ID, 'is not an id');
const AGAIN_MS_MIN = 500;
const AGAIN_MS_MAX = 10_000;

/** A scanner, and the kiosk or desk at which it stands. */
export const scannerFileSchema = z.strictObject({
  profile: z.string().regex(PROFILE_NAME, 'is not the name of a profile'),
  link: z.discriminatedUnion('kind', [busLinkSchema.options[1], busLinkSchema.options[2]]),
  place: id,
});
type ScannerFile = z.infer<typeof scannerFileSchema>;

export interface ScannerPlan {
  readonly name: string;
  readonly place: string;
  readonly link: ScannerFile['link'];
  readonly profile: ScannerProfile;
}

/** Reads the scanners of a devices file. Throws `FileRefused`. */
export const scannerPlans = (
  scanners: Readonly<Record<string, ScannerFile>>,
  profiles: string,
): readonly ScannerPlan[] =>
  Object.entries(scanners).map(([name, { profile, link, place }]) => {
    const file = join(profiles, 'scanners', `${profile}.json`);
    return { name, place, link, profile: readScanner(file) };
  });

interface ScannersParts {
  /** The machine's: nobody sets it. */
  readonly clock: Clock;
  readonly troubles: Pick<Troubles, 'begin' | 'end'>;
  /** A code of a ticket was read at a place, or (`null`) one that is none. */
  scan(placeId: string, token: string | null): void;
  onFault(fault: unknown): void;
}

export const scannerLink = ({ link, profile: { line } }: ScannerPlan, clock: Clock): DeviceLink => {
  if (link.kind === 'tcp') return new WireLink(tcpWire(link), clock);
  const { path, baudRate = line.baudRate } = link;
  return new WireLink(serialWire({ path, flow: 'none', ...line, baudRate }), clock);
};

/** Listens to one scanner for as long as the agent runs; a lost line is opened again. */
const listen = async (plan: ScannerPlan, link: DeviceLink, parts: ScannersParts): Promise<void> => {
  const { clock, troubles, scan } = parts;
  const away: Trouble = { kind: 'scanner', scanner: plan.name, fault: 'away' };
  let againMs = AGAIN_MS_MIN;
  for (;;) {
    const lost = new Promise<void>((resolve) => link.onLost(resolve));
    const reader = new CodeReader(plan.profile, clock);
    link.onData((bytes) => {
      for (const token of reader.read(bytes)) scan(plan.place, token);
    });
    try {
      await link.open();
      troubles.end(placeOf(away));
      againMs = AGAIN_MS_MIN;
      await lost;
    } catch (fault) {
      if (!(fault instanceof LinkLost)) throw fault;
    }
    troubles.begin(away);
    await sleep(clock, againMs);
    againMs = Math.min(againMs * 2, AGAIN_MS_MAX);
  }
};

/** Starts every scanner of an agent. */
export const startScanners = (plans: readonly ScannerPlan[], parts: ScannersParts): void => {
  for (const plan of plans) {
    listen(plan, scannerLink(plan, parts.clock), parts).catch((fault) => parts.onFault(fault));
  }
};

import { join } from 'node:path';
import { z } from 'zod';
import { ID, PROFILE_NAME } from '../core/protocol/forms.js';
import type { DeviceId } from '../core/events.js';
import { busPlans, busSchema, type BusPlan } from './bus/devices.js';
import { FileRefused, readChecked } from './files.js';
import { chosenMode } from './paper/estimate.js';
import { RENDER_MODES, type RenderMode } from './paper/press.js';
import { modemFileSchema, modemPlan, type ModemPlan } from './modem/start.js';
import { scannerFileSchema, scannerPlans, type ScannerPlan } from './scanners.js';
import { BAUD_RATES, FLOWS, readProfile, type PrinterProfile } from './printer/profile.js';

/** A roll 80 mm wide and thick, the commonest. */
export const ROLL_M = 80;

const linkSchema = z.discriminatedUnion('kind', [
  /** No device; the papers become pictures. */
  z.strictObject({ kind: z.literal('virtual') }),
  z.strictObject({
    kind: z.literal('tcp'),
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535).default(9100),
  }),
  z.strictObject({
    kind: z.literal('serial'),
    path: z.string().min(1).max(200),
    baudRate: z.literal(BAUD_RATES),
    flow: z.enum(FLOWS),
  }),
  /** A device file, as `/dev/usb/lp0`. */
  z.strictObject({ kind: z.literal('file'), path: z.string().min(1).max(200) }),
]);
export type LinkSettings = z.infer<typeof linkSchema>;

/**
 * What stands beside an agent: for each kiosk its printer, by which way, and of which model; and
 * the lines to displays, keypads, bells, scanners and a modem.
 */
export const devicesSchema = z.strictObject({
  $schema: z.string().optional(),
  printers: z.record(
    z.string().regex(ID, 'is not the id of a kiosk'),
    z.strictObject({
      /** The name of a file in `firmware-config/printers/`, without `.json`. */
      profile: z.string().regex(PROFILE_NAME, 'is not the name of a profile'),
      link: linkSchema,
      /** Metres on a new roll, as its label says. */
      rollM: z.number().min(5).max(1000).default(ROLL_M),
      /** Without it, the best that the line is fast enough for. */
      render: z.enum(RENDER_MODES).optional(),
    }),
  ),
  buses: z.record(z.string().regex(ID, 'is not the name of a bus'), busSchema).default({}),
  scanners: z
    .record(z.string().regex(ID, 'is not the name of a scanner'), scannerFileSchema)
    .default({}),
  /** Sends the centre's text messages, if its file names this agent in `server.sms.modem`. */
  modem: modemFileSchema.nullable().default(null),
});

export interface PrinterSettings {
  readonly profile: PrinterProfile;
  readonly link: LinkSettings;
  /** Metres on a new roll. */
  readonly rollM: number;
  readonly render: RenderMode;
}

/** Why a model cannot be reached by a way, with what to do; `undefined` if it can. */
const linkFault = ({
  profile,
  link,
}: Pick<PrinterSettings, 'profile' | 'link'>): string | undefined => {
  if (link.kind === 'virtual') return undefined;
  const { model, link: has } = profile;
  const ways = [...(has.serial ? ['serial'] : []), ...(has.tcp ? ['tcp'] : []), 'file'];
  if (has[link.kind] === null || has[link.kind] === false) {
    return `kind: the ${model} has no ${link.kind}: use ${ways.join(' or ')}`;
  }
  if (link.kind !== 'serial' || has.serial === null) return undefined;
  const { baudRates, flow } = has.serial;
  if (!baudRates.includes(link.baudRate)) {
    return `baudRate: the ${model} has ${baudRates.join(', ')}`;
  }
  return flow.includes(link.flow) ? undefined : `flow: the ${model} has ${flow.join(', ')}`;
};

/** Where a description of devices was read, and the folder above those of profiles. */
interface Place {
  readonly file: string;
  readonly profiles: string;
}

/** Refuses also a line so slow that visitors would wait for their tickets. */
const printersOf = (
  { printers }: z.output<typeof devicesSchema>,
  { file, profiles }: Place,
): ReadonlyMap<DeviceId, PrinterSettings> =>
  new Map(
    Object.entries(printers).map(([kioskId, { profile: name, link, rollM, render }]) => {
      const profile = readProfile(join(profiles, 'printers', `${name}.json`));
      const settings = { profile, link, rollM };
      const fault = linkFault(settings);
      if (fault !== undefined) throw new FileRefused(`${file}: printers.${kioskId}.link.${fault}`);
      const chosen = chosenMode({ ...settings, wished: render });
      if ('refused' in chosen) {
        throw new FileRefused(`${file}: printers.${kioskId}.${chosen.refused}`);
      }
      return [kioskId, { ...settings, render: chosen.mode }];
    }),
  );

/** Everything that stands beside an agent, with its profiles. */
export interface Devices {
  readonly printers: ReadonlyMap<DeviceId, PrinterSettings>;
  readonly buses: readonly BusPlan[];
  readonly scanners: readonly ScannerPlan[];
  readonly modem: ModemPlan | null;
}

/** Finds the profiles of what a description of devices names. Throws `FileRefused`. */
export const devicesOf = (described: z.output<typeof devicesSchema>, place: Place): Devices => {
  const { file, profiles } = place;
  const { buses, scanners, modem } = described;
  return {
    printers: printersOf(described, place),
    buses: busPlans(file, buses, profiles),
    scanners: scannerPlans(scanners, profiles),
    modem: modem === null ? null : modemPlan(modem, profiles),
  };
};

/**
 * Reads what stands beside an agent. `profiles` is the folder above those of profiles. Throws
 * `FileRefused`.
 */
export const readDevices = (file: string, profiles: string): Devices =>
  devicesOf(readChecked(file, devicesSchema), { file, profiles });

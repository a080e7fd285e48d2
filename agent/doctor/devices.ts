import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { Bus } from '../bus/bus.js';
import { roundMsMax, type BusPlan } from '../bus/devices.js';
import { exchangeOf } from '../bus/display.js';
import type { Outcome } from '../bus/exchange.js';
import { busLink } from '../buses.js';
import type { Clock } from '../clock.js';
import type { PrinterSettings } from '../devices.js';
import { Session } from '../jobs/session.js';
import { encodeJob } from '../paper/escpos.js';
import { createPress } from '../paper/press.js';
import { printerLink } from '../printers.js';
import { scannerLink, type ScannerPlan } from '../scanners.js';
import { LinkLost } from '../wires/link.js';
import { good, unknown, warning, wrong, type Finding } from './finding.js';

/** Groups whose devices the agent may use. */
const GROUPS = ['dialout', 'lp'];
/** How long a line may take to open, and what is given beyond the time that its frames take. */
const BUS_OPEN_MS_MAX = 3_000;
const BUS_SPARE_MS = 1_000;

/** What the devices are tested with. */
export interface DeviceParts {
  readonly clock: Clock;
  /** Where pictures of virtual devices are kept. */
  readonly data: string;
  /** The file of groups, on a provisioned machine; else it is asked what this user may do. */
  readonly groups: string | null;
  readonly isPrinting: boolean;
}

type Way = PrinterSettings['link'] | BusPlan['link'];
export const wordOf = (link: Way): string => {
  if (link.kind === 'tcp') return `${link.host}:${link.port}`;
  return link.kind === 'virtual' ? 'virtual' : link.path;
};

const groupOf = (gid: number, file: string): string => {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.map((line) => line.split(':')).find(([, , id]) => Number(id) === gid);
  return found?.[0] ?? String(gid);
};

const mayUse = (path: string, groups: string | null): boolean => {
  if (groups === null) {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return true;
    } catch {
      return false;
    }
  }
  const { gid, mode } = statSync(path);
  return (mode & 0o060) === 0o060 && GROUPS.includes(groupOf(gid, groups));
};

/** What is wrong with a device's file, before it is opened. */
export const pathFinding = (link: Way, { groups }: DeviceParts): Finding | undefined => {
  if (link.kind === 'tcp' || link.kind === 'virtual') return undefined;
  const { path } = link;
  const isWindows = !path.startsWith('/');
  if (isWindows) return undefined;
  if (!existsSync(path)) return wrong('path.missing', { path });
  const group = link.kind === 'serial' ? 'dialout' : 'lp';
  return mayUse(path, groups) ? undefined : wrong('path.forbidden', { path, group });
};

const isBusy = (fault: unknown): boolean =>
  fault instanceof Error && (/lock|busy|temporarily/i.test(fault.message) || isBusy(fault.cause));

const sample = (kiosk: string, at: number): Parameters<ReturnType<typeof createPress>>[0] => ({
  centre: { ar: 'اختبار الطابعة', en: 'Printer test' },
  label: { letter: null, number: 0 },
  services: [{ ar: `جهاز ${kiosk}`, en: `Kiosk ${kiosk}` }],
  ahead: null,
  takenAt: at,
  zone: 'Africa/Cairo',
  digits: 'arab',
  language: 'ar',
  classId: '',
  link: null,
  enquiryUrl: null,
  training: true,
  copy: 'first',
});

/** Reaches a kiosk's printer, asks how it is, and prints a test if that is wanted. */
export const printerFindings = async (
  kiosk: string,
  settings: PrinterSettings,
  parts: DeviceParts,
): Promise<Finding[]> => {
  const { link, profile } = settings;
  const way = wordOf(link);
  const before = pathFinding(link, parts);
  if (before !== undefined) return [before];
  const session = new Session({
    ...{ link: printerLink(kiosk, { ...settings, data: parts.data }, parts.clock), profile },
    ...{ clock: parts.clock, onState: () => undefined, onLost: () => undefined },
  });
  try {
    await session.open();
  } catch (fault) {
    if (!(fault instanceof LinkLost)) throw fault;
    if (isBusy(fault)) return [unknown('device.busy', { way })];
    return [wrong('printer.away', { kiosk, way })];
  }
  try {
    return await asked(kiosk, settings, { session, parts });
  } catch (fault) {
    if (!(fault instanceof LinkLost)) throw fault;
    const line = link.kind === 'serial' ? `${way}, ${link.baudRate}, ${link.flow}` : way;
    return [wrong('printer.silent', { kiosk, line, profile: profile.model })];
  } finally {
    await session.close();
  }
};

const asked = async (
  kiosk: string,
  { profile, render }: PrinterSettings,
  { session, parts }: { readonly session: Session; readonly parts: DeviceParts },
): Promise<Finding[]> => {
  const state = await session.status();
  const findings: Finding[] = [];
  if (!session.isTold) findings.push(warning('printer.dumb', { kiosk }));
  else if (state === 'ready') findings.push(good('printer.ok', { kiosk }));
  else if (state === 'nearEnd') findings.push(warning('printer.nearEnd', { kiosk }));
  else if (state !== 'away' && state !== 'none')
    findings.push(wrong(`printer.${state}`, { kiosk }));
  if (!parts.isPrinting || (state !== 'ready' && state !== 'nearEnd')) return findings;
  const ticket = createPress(profile, { mode: render })(sample(kiosk, parts.clock.now()));
  await session.write(encodeJob(profile, { ...ticket, receipt: 'none', processId: '0000' }));
  return [...findings, good('print.sent', { kiosk })];
};

/** Whether a scanner's line can be opened: it says nothing before something is read. */
export const scannerFindings = async (
  plan: ScannerPlan,
  parts: DeviceParts,
): Promise<Finding[]> => {
  const { name: scanner } = plan;
  const way = wordOf(plan.link);
  const before = pathFinding(plan.link, parts);
  if (before !== undefined) return [before];
  const link = scannerLink(plan, parts.clock);
  try {
    await link.open();
    await link.close();
    return [good('scanner.ok', { scanner })];
  } catch (fault) {
    if (!(fault instanceof LinkLost)) throw fault;
    return [
      isBusy(fault) ? unknown('device.busy', { way }) : wrong('scanner.away', { scanner, way }),
    ];
  }
};

/** Lets each display of a line show its address, and hears which of those that answer do not. */
export const busFindings = async (plan: BusPlan, parts: DeviceParts): Promise<Finding[]> => {
  const { name: bus, link, displays } = plan;
  const before = pathFinding(link, parts);
  if (before !== undefined) return [before];
  const outcomes = new Map<number, Outcome>();
  let isReached = false;
  let stopLate = parts.clock.after(BUS_OPEN_MS_MAX, () => line.stop());
  const line: Bus = new Bus({
    ...{ link: busLink(plan, parts), clock: parts.clock },
    ...{ onState: () => undefined, onHeard: () => undefined },
    onOpen: () => {
      isReached = true;
      stopLate();
      const limitMs = roundMsMax(displays, plan.line.baudRate) + BUS_SPARE_MS;
      stopLate = parts.clock.after(limitMs, () => line.stop());
      for (const { profile, address } of displays) {
        const text = String(address).slice(-profile.face.width);
        line.put(String(address), {
          exchange: exchangeOf(profile, address, { text, blink: false }),
          onEnd: (outcome) => {
            outcomes.set(address, outcome);
            if (outcomes.size === displays.length) line.stop();
          },
        });
      }
      if (displays.length === 0) line.stop();
    },
  });
  await line.run();
  stopLate();
  if (!isReached) return [wrong('bus.away', { bus, way: wordOf(link) })];
  const silent = displays.filter(({ address }) => outcomes.get(address) !== 'done');
  const shown = displays.length - silent.length;
  return [
    ...silent.map(({ address }) => wrong('bus.silent', { bus, address })),
    ...(shown > 0 || displays.length === 0 ? [good('bus.ok', { bus, count: shown })] : []),
  ];
};

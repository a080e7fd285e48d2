import { existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { connect, rootCertificates } from 'node:tls';
import { DAY_MS } from '../../core/time.js';
import { readChecked } from '../files.js';
import { currentRelease } from '../machine/disk.js';
import { cookieOf, openOffice, ServerAway } from '../machine/office.js';
import { isActive, type RunProgram } from '../machine/programs.js';
import { differing } from '../machine/settle.js';
import type { MachineSettings, Places } from '../machine/settings.js';
import { machineManifestSchema } from '../machine/signed.js';
import { outcomeOf } from '../machine/update.js';
import { good, unknown, warning, wrong, type Finding } from './finding.js';

const CLOCK_S_MAX = 5;
const FREE_MB_MIN = 500;
const CERTIFICATE_DAYS_MIN = 30;
const PATHS_SHOWN_MAX = 3;
const POLICIES = '/etc/chromium/policies/managed';

/** A machine that is examined, and how. */
export interface Patient {
  readonly places: Places;
  /** `null` on a computer that was not provisioned. */
  readonly machine: MachineSettings | null;
  readonly server: string;
  readonly run: RunProgram;
  /** Epoch ms by this machine. */
  readonly now: number;
  /** How long the server may take to answer. */
  readonly answerMs: number;
}

/** What Node calls a certificate that it does not take; every other fault is of the way there. */
const OF_CERTIFICATE = /CERT|SIGNATURE|ISSUER|CRL|INVALID_|HOSTNAME_MISMATCH/;

const reason = (error: unknown): string => {
  const { cause } = error as { readonly cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? (error instanceof Error ? error.name : 'unknown');
};

/** Whether the server answers, and how far this clock is from its own. */
export const serverFindings = async ({ server, now, answerMs }: Patient): Promise<Finding[]> => {
  let response: Response;
  try {
    response = await fetch(`${server}/health`, { signal: AbortSignal.timeout(answerMs) });
    await response.body?.cancel();
  } catch (error) {
    const why = reason(error);
    // It answers; what is wrong with its certificate is a finding of its own.
    if (OF_CERTIFICATE.test(why)) return [];
    return [wrong('server.away', { url: server, why })];
  }
  if (!response.ok) return [wrong('server.away', { url: server, why: response.status })];
  const told = Date.parse(response.headers.get('date') ?? '');
  return [good('server.ok', { url: server }), clockFinding(told, now)];
};

const clockFinding = (told: number, now: number): Finding => {
  if (Number.isNaN(told)) return unknown('clock.unknown');
  const seconds = Math.round(Math.abs(told - now) / 1000);
  return seconds > CLOCK_S_MAX ? wrong('clock.off', { seconds }) : good('clock.ok');
};

/** Whether the certificate is trusted here, and for how long. */
export const certificateFindings = async ({
  server,
  machine,
  now,
  answerMs,
}: Patient): Promise<Finding[]> => {
  const { protocol, hostname: host, port } = new URL(server);
  if (protocol !== 'https:') return [];
  const own = machine?.authority ?? null;
  const ca = own !== null && existsSync(own) ? [readFileSync(own, 'utf8')] : [];
  const outcome = await new Promise<{ ends: number } | { why: string }>((resolve) => {
    const named = isIP(host) === 0 ? { servername: host } : {};
    const options = { host, port: Number(port === '' ? 443 : port), ...named };
    const socket = connect({
      ...options,
      ca: [...rootCertificates, ...ca],
      timeout: answerMs,
    });
    socket.once('timeout', () => {
      socket.destroy();
      resolve({ why: 'ETIMEDOUT' });
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ why: error.code ?? error.message }),
    );
    socket.once('secureConnect', () => {
      const ends = Date.parse(socket.getPeerCertificate().valid_to);
      socket.destroy();
      resolve({ ends });
    });
  });
  if ('why' in outcome) {
    const { why } = outcome;
    return OF_CERTIFICATE.test(why) ? [wrong('certificate.untrusted', { why })] : [];
  }
  const days = Math.floor((outcome.ends - now) / DAY_MS);
  const isSoon = days < CERTIFICATE_DAYS_MIN;
  return [isSoon ? warning('certificate.soon', { days }) : good('certificate.ok', { days })];
};

/** Whether the agent is one that the server knows, and how it sees the page. */
export const enrolmentFindings = async ({ places, machine }: Patient): Promise<Finding[]> => {
  if (machine?.agent === undefined || machine.agent === null) return [];
  const { agent: device, name, page } = machine;
  const cookie = cookieOf(places);
  if (cookie === undefined) return [wrong('enrolment.missing', { device })];
  try {
    const answer = await openOffice(machine, cookie).tell({
      ...{ deviceId: device, name, page: page?.id ?? null },
      ...outcomeOf(places),
    });
    const shown = page === null ? [] : [pageFinding(page, answer.page)];
    return [good('enrolment.ok', { device }), ...shown];
  } catch (error) {
    if (!(error instanceof ServerAway)) throw error;
    const { status } = error;
    if (status !== 403) return [unknown('enrolment.unknown', { device, why: status ?? '–' })];
    return [wrong('enrolment.ended', { device, path: join(places.agent, 'cookie') })];
  }
};

const pageFinding = (
  { app, id: page }: NonNullable<MachineSettings['page']>,
  connected: boolean | null,
): Finding => {
  if (connected === null && app === 'desk') return unknown('page.unsigned', { page });
  if (connected === null) return warning('page.unapproved', { page });
  return connected ? good('page.ok', { page }) : wrong('page.away', { page });
};

/** What is so of the machine itself. */
export const machineFindings = async (patient: Patient): Promise<Finding[]> => {
  const { places, machine, run } = patient;
  const path = existsSync(places.state) ? places.state : '/';
  const { bavail, bsize } = statfsSync(path);
  const free = Math.floor((bavail * bsize) / 1e6);
  const disk =
    free < FREE_MB_MIN ? wrong('disk.low', { free, path }) : good('disk.ok', { free, path });
  if (machine === null) return [disk, unknown('settings.missing')];
  const synced = await run('timedatectl', 'show', '--property=NTPSynchronized', '--value').then(
    (text) => text.trim() === 'yes',
    () => undefined,
  );
  const units: Finding[] = [];
  for (const unit of machine.units) {
    const isRunning = await isActive(run, unit);
    units.push(isRunning ? good('unit.ok', { unit }) : wrong('unit.away', { unit }));
  }
  return [
    disk,
    ...(synced === false ? [warning('clock.unsynced')] : []),
    ...units,
    ...releaseFindings(places, machine),
    ...(machine.page === null ? [] : [policyFinding(places, machine)]),
    ...(machine.hasSound ? [soundFinding(places)] : []),
  ];
};

const releaseFindings = (places: Places, { name }: MachineSettings): Finding[] => {
  const release = currentRelease(places);
  if (release === null) return [wrong('release.missing')];
  const manifest = join(places.current, 'machines', name, 'manifest.json');
  const files = differing(places, readChecked(manifest, machineManifestSchema).files);
  const paths = files.map(({ path }) => path);
  if (paths.length === 0) return [good('release.ok', { release })];
  const shown = paths.slice(0, PATHS_SHOWN_MAX).join(' ');
  return [wrong('release.changed', { count: paths.length, paths: shown })];
};

const policyFinding = ({ root }: Places, { server }: MachineSettings): Finding => {
  const folder = `${root}${POLICIES}`;
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const holds = files.some((file) => readFileSync(join(folder, file), 'utf8').includes(server));
  return holds ? good('policy.ok') : wrong('policy.missing');
};

const soundFinding = ({ root }: Places): Finding => {
  const file = `${root}/proc/asound/cards`;
  const isThere = existsSync(file) && /^ *\d+ \[/m.test(readFileSync(file, 'utf8'));
  return isThere ? good('sound.ok') : wrong('sound.missing');
};

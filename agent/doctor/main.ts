import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machineClock } from '../clock.js';
import { readDevices } from '../devices.js';
import { FileRefused, isRefusal } from '../files.js';
import { runWithin } from '../machine/programs.js';
import { placesBelow, readMachine, type MachineSettings } from '../machine/settings.js';
import { FIRMWARE } from '../place.js';
import { modemFindings } from './modem.js';
import { busFindings, printerFindings, scannerFindings, type DeviceParts } from './devices.js';
import { exitCodeOf, wordsOf, wrong, type Finding } from './finding.js';
import {
  certificateFindings,
  enrolmentFindings,
  machineFindings,
  serverFindings,
  type Patient,
} from './machine.js';

const HELP = `Tests this machine and every device beside it; says what is wrong and how to mend it.

  npm run doctor -- [--lang ar|en] [--print] [--json] [--server URL] [--devices FILE]

  --print    prints a test on each printer; displays show their addresses in any case
  --json     one object for each finding, for programs
  A provisioned machine needs neither --server nor --devices. Stop the agent before, so that the
  devices are free: sudo systemctl stop dawr-agent
`;
const ASKED_MS_MAX = 10_000;
const ANSWER_MS_MAX = 5_000;

const run = runWithin(ASKED_MS_MAX);

const deviceFindings = async (file: string, parts: DeviceParts): Promise<Finding[]> => {
  const findings: Finding[] = [];
  try {
    const { printers, buses, scanners, modem } = readDevices(file, FIRMWARE);
    for (const [kiosk, settings] of printers) {
      findings.push(...(await printerFindings(kiosk, settings, parts)));
    }
    for (const plan of buses) findings.push(...(await busFindings(plan, parts)));
    for (const plan of scanners) findings.push(...(await scannerFindings(plan, parts)));
    if (modem !== null) findings.push(...(await modemFindings(modem, parts)));
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    findings.push(wrong('devices.wrong', { why: error.message }));
  }
  return findings;
};

/** Node reads an authority of the centre's own only when it starts. */
const startAgainWith = (authority: string): never => {
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, NODE_EXTRA_CA_CERTS: authority },
  });
  return process.exit(status ?? 1);
};

/** What is wrong with how the doctor was called. */
const mistakeIn = (server: string | undefined, lang: string): string | undefined => {
  const example = 'as https://10.20.0.10:4000 is one';
  if (server === undefined) return `This is no provisioned machine: give --server, ${example}`;
  if (!/^https?:/.test(server) || !URL.canParse(server)) {
    return `--server ${server} is no address of a server, ${example}`;
  }
  return lang === 'ar' || lang === 'en' ? undefined : `--lang is ar or en, not ${lang}`;
};

const main = async (): Promise<void> => {
  if (process.argv.includes('--help')) return void process.stdout.write(HELP);
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      ...{ lang: { ...text, default: 'en' }, print: flag, json: flag },
      ...{ server: text, devices: text, root: { ...text, default: '' } },
    },
  });
  const places = placesBelow(values.root);
  const machine: MachineSettings | null = existsSync(places.settings) ? readMachine(places) : null;
  const server = values.server ?? machine?.server;
  const { lang } = values;
  const mistake = mistakeIn(server, lang);
  if (server === undefined || mistake !== undefined) {
    process.stderr.write(`${mistake ?? ''}\n\n${HELP}`);
    process.exit(2);
  }
  const authority = machine?.authority ?? null;
  const needsIt = authority !== null && process.env['NODE_EXTRA_CA_CERTS'] === undefined;
  if (needsIt && existsSync(authority)) startAgainWith(authority);
  const file = values.devices ?? (existsSync(places.devices) ? places.devices : undefined);
  const patient: Patient = {
    ...{ places, machine, server, run, now: machineClock.now(), answerMs: ANSWER_MS_MAX },
  };
  const parts: DeviceParts = {
    clock: machineClock,
    data: join(tmpdir(), 'dawr-doctor'),
    groups: machine === null ? null : `${values.root}/etc/group`,
    isPrinting: values.print,
  };
  const findings = [
    ...(await serverFindings(patient)),
    ...(await certificateFindings(patient)),
    ...(await enrolmentFindings(patient)),
    ...(await machineFindings(patient)),
    ...(file === undefined ? [] : await deviceFindings(file, parts)),
  ];
  const language = lang === 'ar' ? 'ar' : 'en';
  const line = (finding: Finding): string =>
    values.json ? JSON.stringify(finding) : wordsOf(finding, language);
  process.stdout.write(`${findings.map(line).join('\n')}\n`);
  process.exit(exitCodeOf(findings));
};

main().catch((error: unknown) => {
  const words = isRefusal(error) ? error.message : (error as Error).stack;
  process.stderr.write(`${String(words)}\n`);
  process.exit(2);
});

import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import {
  build,
  buildVoice,
  install,
  onPath,
  orStop,
  program,
  quietly,
  roomy,
  say,
  Unprepared,
} from './prepare.mjs';

const MINUTE_MS = 60_000;
const CHECK_LIMIT_MS = 12 * MINUTE_MS;
const TESTS_LIMIT_MS = 30 * MINUTE_MS;
const REPORT = 'build/reports/tests.json';
const SIGNALS = ['SIGINT', 'SIGTERM'];

process.env.DEBIAN_FRONTEND = 'noninteractive';
if (!process.stdout.isTTY) process.env.NO_COLOR = '1';
/** Debian keeps PostgreSQL's server, by version, in folders that are on no path. */
const POSTGRESQL = '/usr/lib/postgresql';
const postgresql = () =>
  (existsSync(POSTGRESQL) ? readdirSync(POSTGRESQL) : []).map((v) => `${POSTGRESQL}/${v}/bin`);
/** Some of the tools are for root's use. */
const PATH = [process.env.PATH, '/usr/sbin', '/sbin'];
const lookAround = () => (process.env.PATH = [...PATH, ...postgresql()].join(delimiter));
lookAround();

/** Each check counts as one; its words are shown only if it fails. */
const CHECKS = [
  ['format', ...roomy('prettier/bin/prettier.cjs', '--check', '.')],
  ['lint', ...roomy('eslint/bin/eslint.js', '.')],
  ['types', ...program('svelte-check/bin/svelte-check', '--fail-on-warnings', '--output', 'human')],
  [
    'types of core, without Node and the browser',
    ...program('typescript/bin/tsc', '-p', 'tsconfig.core.json'),
  ],
];

const MANAGERS = [
  {
    command: 'apt-get',
    steps: [['update'], ['install', '-y', '--no-install-recommends']],
    names: {
      chromium: 'chromium',
      'chromium-headless-shell': 'chromium-headless-shell',
      zbarimg: 'zbar-tools',
      postgres: 'postgresql',
      tesseract: 'tesseract-ocr tesseract-ocr-ara',
      socat: 'socat',
      'systemd-analyze': 'systemd',
      udevadm: 'udev',
      nft: 'nftables',
      'cloud-init': 'cloud-init',
      Xvfb: 'xvfb',
      'espeak-ng': 'espeak-ng',
      shellcheck: 'shellcheck',
    },
  },
  {
    command: 'dnf',
    steps: [['install', '-y']],
    names: {
      chromium: 'chromium',
      zbarimg: 'zbar',
      postgres: 'postgresql-server',
      tesseract: 'tesseract tesseract-langpack-ara',
      socat: 'socat',
      'systemd-analyze': 'systemd',
      udevadm: 'systemd-udev',
      nft: 'nftables',
      'cloud-init': 'cloud-init',
      Xvfb: 'xorg-x11-server-Xvfb',
      'espeak-ng': 'espeak-ng',
      shellcheck: 'ShellCheck',
    },
  },
  {
    command: 'apk',
    steps: [['add']],
    names: {
      chromium: 'chromium',
      zbarimg: 'zbar',
      postgres: 'postgresql',
      tesseract: 'tesseract-ocr tesseract-ocr-data-ara',
      socat: 'socat',
      udevadm: 'eudev',
      nft: 'nftables',
      'cloud-init': 'cloud-init',
      Xvfb: 'xvfb',
      'espeak-ng': 'espeak-ng',
      shellcheck: 'shellcheck',
    },
  },
];

/** Asks the system's package manager, as root or by a sudo that asks no password. */
async function installFromSystem(tool) {
  const manager = MANAGERS.find(({ command }) => onPath(command));
  if (manager?.names[tool] === undefined) return;
  const root = process.getuid?.() === 0;
  for (const [index, step] of manager.steps.entries()) {
    const last = index === manager.steps.length - 1;
    const line = [manager.command, ...step, ...(last ? manager.names[tool].split(' ') : [])];
    const [command, ...args] = root ? line : ['sudo', '-n', ...line];
    await quietly(command, args, { label: line.join(' '), limitMs: TESTS_LIMIT_MS });
  }
}

/** True if there is a Chromium and it runs here. */
async function chromiumRuns() {
  try {
    const { chromiumPath } = await import('./build/tests/chromium.js');
    return (await quietly(chromiumPath(), ['--version'])).code === 0;
  } catch {
    return false;
  }
}

async function installChromium() {
  if (await chromiumRuns()) return;
  say('Installing a Chromium …');
  const own = program('@playwright/test/cli.js', 'install', '--no-shell', 'chromium');
  await quietly(...own, { label: 'playwright install', limitMs: CHECK_LIMIT_MS });
  if (await chromiumRuns()) return;
  await installFromSystem('chromium');
  if (await chromiumRuns()) return;
  say('There is no Chromium, so the tests that need one fail: install the package "chromium".');
}

/** With it tests of pages take a third less work; without it they drive the whole Chromium. */
async function installHeadless() {
  const headless = 'chromium-headless-shell';
  if (process.env.DAWR_CHROMIUM !== undefined || onPath(headless)) return;
  say(`Installing ${headless} …`);
  await installFromSystem(headless);
}

/** Programs that the tests hold the product against, with the packages of those who have them. */
const TOOLS = [
  { tool: 'zbarimg', what: 'an independent reader of QR codes' },
  { tool: 'postgres', what: 'the server that keeps the data of many centres' },
  { tool: 'tesseract', what: 'an independent reader of printed Arabic and English' },
  { tool: 'socat', what: 'serial lines without a device' },
  { tool: 'systemd-analyze', what: 'the reader of rendered units' },
  { tool: 'udevadm', what: 'the reader of rendered udev rules' },
  { tool: 'nft', what: 'the reader of rendered firewalls' },
  { tool: 'cloud-init', what: 'the reader of rendered user-data' },
  { tool: 'Xvfb', what: 'a screen for the rendered policy' },
  { tool: 'espeak-ng', what: 'the speaker of the default voice' },
  { tool: 'shellcheck', what: 'the reader of rendered scripts' },
];

async function installTools() {
  for (const { tool, what } of TOOLS) {
    if (onPath(tool)) continue;
    say(`Installing ${tool}: ${what} …`);
    await installFromSystem(tool);
    lookAround();
    const wanted = MANAGERS[0].names[tool];
    if (!onPath(tool)) say(`There is no ${tool}, so its tests fail: install "${wanted}".`);
  }
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

async function runCheck([name, command, args]) {
  const started = Date.now();
  const { code, output } = await quietly(command, args, { label: name, limitMs: CHECK_LIMIT_MS });
  say(`${code === 0 ? '✓' : '✗'} ${name} (${seconds(started)})`);
  if (code !== 0) say(output.trimEnd());
  return code === 0 ? { passed: 1, failures: [] } : { passed: 0, failures: [name] };
}

/** One at a time, beside the build and the tests: each keeps a core busy. */
async function runChecks() {
  const results = [];
  for (const check of CHECKS) results.push(await runCheck(check));
  return results;
}

/** Where tests are: a folder of which none ran has failed. */
const FOLDERS = ['/core/', '/server/', '/upstream/', '/tests/e2e/'];

/** What the runner wrote down of its tests. One that did not run is a failure too. */
function counted(report) {
  const results = JSON.parse(readFileSync(report, 'utf8')).testResults;
  const tests = results.flatMap(({ assertionResults }) => assertionResults);
  const ran = results.filter(({ assertionResults: own }) => own.length > 0);
  const idle = FOLDERS.filter((folder) => !ran.some(({ name }) => name.includes(folder)));
  const broken = results.filter(
    ({ status, assertionResults: own }) =>
      status === 'failed' && !own.some((test) => test.status === 'failed'),
  );
  const failures = [
    ...tests.filter(({ status }) => status !== 'passed').map(({ fullName }) => fullName),
    ...broken.map(({ name }) => `${name} did not run`),
  ];
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failures: [...idle.map((folder) => `${folder}: no test ran`), ...failures],
  };
}

/** Runs in a group of its own: its workers end with it, also when it hangs or we are stopped. */
async function withWorkers(command, args) {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true });
  const end = () => process.kill(-child.pid, 'SIGKILL');
  const stop = () => {
    end();
    process.exit(130);
  };
  const limit = setTimeout(end, TESTS_LIMIT_MS);
  for (const signal of SIGNALS) process.once(signal, stop);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(limit);
  for (const signal of SIGNALS) process.off(signal, stop);
  return code;
}

async function runTests() {
  rmSync(REPORT, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  say('Tests …');
  const code = await withWorkers(
    ...program('vitest/vitest.mjs', 'run', '--project=tests', '--project=pure', ...reporters),
  );
  if (!existsSync(REPORT)) return { passed: 0, failures: ['the tests broke off'] };
  const { passed, failures } = counted(REPORT);
  const silent = code !== 0 && failures.length === 0;
  return { passed, failures: silent ? [`the tests ended with ${code}`] : failures };
}

async function runBuild() {
  try {
    await build();
    await buildVoice();
    return { passed: 1, failures: [] };
  } catch (fault) {
    if (!(fault instanceof Unprepared)) throw fault;
    say(`${fault.output.trimEnd()}\n${fault.message}`);
    return { passed: 0, failures: ['build'] };
  }
}

async function runAll() {
  const checking = runChecks();
  await installTools();
  const built = await runBuild();
  await installChromium();
  await installHeadless();
  const tests = await runTests();
  return [built, ...(await checking), tests];
}

const started = Date.now();
await orStop(install);
mkdirSync(dirname(REPORT), { recursive: true });
const results = await runAll();
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failures = results.flatMap((result) => result.failures);
if (failures.length > 0) say(`\nFailed:\n${failures.map((name) => `  ${name}`).join('\n')}`);
say(`\nAll checks took ${seconds(started)}.`);
say(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

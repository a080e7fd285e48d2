import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('.', import.meta.url));
const NATIVE = 'better-sqlite3';
const PROGRESS_MS = 10_000;
/** How node-gyp says that Python, make or the compiler is not there. */
const NO_COMPILER =
  /gyp ERR! find Python|not found: make|(?:cc|\+\+): (?:No such file|.*not found)/;
/** How node-gyp says that it could not fetch Node's headers: that is all its install.js does. */
const NO_HEADERS = /gyp ERR! stack.*(?:node-gyp[\\/]lib[\\/]install\.js|FetchError)/;

/** A reason to stop that says what to do. `output` is what the failed command wrote. */
export class Unprepared extends Error {
  constructor(sentence, output = '') {
    super(sentence);
    this.output = output;
  }
}

export const say = (line) => process.stdout.write(`${line}\n`);

/** Runs a command in the project, with its words kept back. Answers its exit code and output. */
export function quietly(command, args, { label, limitMs } = {}) {
  const started = Date.now();
  const child = spawn(command, args, {
    cwd: ROOT,
    shell: process.platform === 'win32',
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => (output += bytes));
  }
  const progress = setInterval(() => {
    if (label) say(`  ${label}: ${Math.round((Date.now() - started) / 1000)} s`);
  }, PROGRESS_MS);
  return new Promise((resolve) => {
    child.on('error', (fault) => resolve({ code: 127, output: fault.message }));
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal, output }));
  }).finally(() => clearInterval(progress));
}

const read = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
/** A program of an installed package, run by this very Node. */
export const program = (path, ...args) => [process.execPath, [join('node_modules', path), ...args]];

/** One that reads the whole project: with room for what is young it collects garbage less often. */
export const roomy = (...args) => {
  const [command, line] = program(...args);
  return [command, ['--max-semi-space-size=64', ...line]];
};

/** True if node_modules holds what the lock file asks for. Other platforms' parts may be absent. */
function installed() {
  const record = 'node_modules/.package-lock.json';
  if (!existsSync(join(ROOT, record))) return false;
  const present = read(record).packages;
  return Object.entries(read('package-lock.json').packages).every(([path, wanted]) => {
    const found = present[path];
    if (path === '' || (found === undefined && wanted.optional === true)) return true;
    return found !== undefined && found.version === wanted.version;
  });
}

/** Undefined if the database library runs on this Node, else why it does not. */
function nativeFault() {
  try {
    const Database = createRequire(import.meta.url)(NATIVE);
    new Database(':memory:').close();
    return undefined;
  } catch (fault) {
    return fault.message;
  }
}

/** What a person can do about a failed compilation; undefined for any other failure of npm. */
export function compileFault(output) {
  if (NO_COMPILER.test(output)) {
    return (
      `${NATIVE} must be compiled here: install a C++ tool chain and Python 3 ` +
      '(Debian: apt-get install g++ make python3), then run this again.'
    );
  }
  if (NO_HEADERS.test(output)) {
    const prefix = dirname(dirname(process.execPath));
    return (
      `${NATIVE} must be compiled here, and Node's headers cannot be fetched from nodejs.org: ` +
      'run this again with the internet, or with the folder above their include/node, ' +
      `such as npm_config_nodedir=${prefix}.`
    );
  }
  return undefined;
}

async function npm(label, ...args) {
  const { code, output } = await quietly('npm', [...args, '--no-audit', '--no-fund'], { label });
  if (code === 0) return;
  const fault = compileFault(output);
  if (fault !== undefined) throw new Unprepared(fault);
  throw new Unprepared(
    `npm ${args[0]} failed as shown above: mend it, then run this again.`,
    output,
  );
}

/** Brings node_modules to what package-lock.json says; does nothing if it is so already. */
export async function install() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    const have = process.version;
    throw new Unprepared(`Dawr needs Node 20.19 or newer; this is ${have}: see https://nodejs.org`);
  }
  if (!installed()) {
    say(`Installing packages (${NATIVE} may be compiled: 2 to 3 minutes) …`);
    await npm('installing', 'ci', '--include=dev');
  }
  if (nativeFault() === undefined) return;
  say(`Building ${NATIVE} for Node ${process.version} …`);
  await npm('building', 'rebuild', NATIVE);
  const fault = nativeFault();
  if (fault === undefined) return;
  const sentence = `${NATIVE} does not run here: delete node_modules, then run this again.`;
  throw new Unprepared(sentence, fault);
}

function files(folder) {
  if (!existsSync(join(ROOT, folder))) return [];
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return files(path);
    return entry.name.endsWith('.test.ts') ? [] : [path];
  });
}

/** Changes with the name, size or date of any source. */
function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const path of sources.flatMap((s) => (s.includes('.') ? [s] : files(s))).sort()) {
    const { mtimeMs, size } = statSync(join(ROOT, path));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

const PARTS = [
  {
    name: 'programs',
    result: 'build/server',
    sources: [
      'core',
      'server',
      'agent',
      'node',
      'chain',
      'upstream',
      'paper',
      'provision',
      'tests',
      'tsconfig.json',
      'tsconfig.build.json',
    ],
    steps: [{ label: 'programs', run: roomy('typescript/bin/tsc', '-p', 'tsconfig.build.json') }],
  },
  {
    name: 'screens',
    result: 'build/web',
    sources: [
      ...['core', 'web', 'kiosk', 'display', 'desk', 'manager', 'overview', 'phone'],
      ...['vite.config.ts', 'svelte.config.js', 'tsconfig.json'],
    ],
    steps: [
      { label: 'screens of the hall', run: program('vite/bin/vite.js', 'build') },
      { label: "phones' page", run: program('vite/bin/vite.js', 'build', '--mode', 'phone') },
    ],
  },
];

async function buildPart({ name, result, sources, steps }) {
  const stamp = join(ROOT, 'build', `.${name}`);
  const now = fingerprint([...sources, 'package-lock.json']);
  const built = existsSync(join(ROOT, result)) && existsSync(stamp);
  if (built && readFileSync(stamp, 'utf8') === now) return;
  const started = Date.now();
  say(`Building the ${name} …`);
  for (const { label, run } of steps) {
    const { code, signal, output } = await quietly(...run, { label });
    if (signal === 'SIGINT' || signal === 'SIGTERM') throw new Unprepared('Stopped.');
    if (code !== 0) {
      throw new Unprepared(`Building the ${name} failed: mend what is named above.`, output);
    }
  }
  writeFileSync(stamp, now);
  say(`Built the ${name} in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/** Clips of the default voice, made by a program of its own where it is installed. */
const VOICE = {
  name: 'voice',
  result: 'data/build/voice/voice.json',
  sources: ['core/voice', 'server/voice', 'firmware-config/centres'],
  steps: [{ label: 'voice', run: [process.execPath, ['build/server/voice/main.js']] }],
};

/** True if a program of this name is installed. */
export const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));

/** Needs the built programs. Without the speaker boards chime: no reason to stop. */
export async function buildVoice() {
  if (onPath('espeak-ng')) return buildPart(VOICE);
  if (existsSync(join(ROOT, VOICE.result))) return undefined;
  return say('There is no espeak-ng, so boards chime and do not speak: install "espeak-ng".');
}

/** Builds what is older than its sources into build/. */
export async function build() {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  const faults = (await Promise.allSettled(PARTS.map(buildPart))).flatMap((part) =>
    part.status === 'rejected' ? [part.reason] : [],
  );
  if (faults.length === 0) return;
  const fault = faults.find((reason) => !(reason instanceof Unprepared));
  if (fault !== undefined) throw fault;
  const outputs = faults.map((reason) => reason.output).join('\n');
  throw new Unprepared(faults.map((reason) => reason.message).join('\n'), outputs);
}

/** All that the programs need before they run. */
export async function prepare() {
  await install();
  await build();
}

/** Runs a preparation; if it fails, prints what to do and ends the process. */
export async function orStop(preparation) {
  try {
    await preparation();
  } catch (fault) {
    if (!(fault instanceof Unprepared)) throw fault;
    process.stderr.write(`${fault.output}\n${fault.message}\n`);
    process.exit(1);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await orStop(prepare);
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Socket } from 'node:net';
import pg from 'pg';

/** Debian keeps the server's programs of each version in a folder that is on no path. */
const DEBIAN = '/usr/lib/postgresql';
const VERSION_MIN = 15;
const READY_MS_MAX = 30_000;
const SUPERUSER = 'dawr';

/** Flushes as in production; small enough for a test's machine. */
const SETTINGS = ['fsync=on', 'synchronous_commit=on', 'full_page_writes=on', 'listen_addresses='];

const programs = (): string => {
  const versions = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))
    : [];
  const own = versions.filter((version) => Number(version) >= VERSION_MIN);
  const folders = [
    ...own.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  const found = folders.find((folder) => ['initdb', 'postgres'].every((p) => isIn(folder, p)));
  if (found !== undefined) return found;
  throw new Error(`there is no PostgreSQL ${VERSION_MIN} or newer: install "postgresql"`);
};

const isIn = (folder: string, program: string): boolean => existsSync(join(folder, program));

/** The server refuses to be run by root: then it is run by the user that its package made. */
const runAs = (): { uid?: number; gid?: number } => {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  const found = ['postgres', 'nobody'].flatMap((name) =>
    users.filter((line) => line.startsWith(`${name}:`)),
  );
  const [, , uid, gid] = found[0]!.split(':').map(Number);
  return { uid: uid!, gid: gid! };
};

/**
 * Waits for the end of its input, which is the end of the tests, however that comes; then ends the
 * server of the folder, if one still runs there, and removes the folder.
 */
const GUARD = `cat >/dev/null
pid=$(head -n 1 "$1/cluster/postmaster.pid" 2>/dev/null)
if [ -n "$pid" ] && tr '\\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "-D $1/cluster"; then
  kill -QUIT "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
fi
rm -rf "$1"`;

/** In a group of its own: what ends the tests does not end it. */
const guarded = (folder: string): void => {
  const guard = spawn('sh', ['-c', GUARD, 'sh', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as Socket).unref();
};

/** A real server of its own, in a scratch folder, at a socket in that folder. */
export class PostgresServer {
  private running: ChildProcess | undefined;
  private words = '';

  private constructor(
    readonly folder: string,
    private readonly bin: string,
  ) {}

  /** What its processes find in their environment, from the next start on. */
  env: Readonly<Record<string, string>> = {};

  /** Makes a new cluster and starts it. */
  static async make(): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), 'dawr-pg-'));
    guarded(folder);
    const { uid, gid } = runAs();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const server = new PostgresServer(folder, programs());
    const how = ['--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--data-checksums'];
    const child = server.run('initdb', ['-D', server.cluster, '-U', SUPERUSER, ...how]);
    const [code] = (await once(child, 'exit')) as [number];
    if (code !== 0) throw new Error(`initdb ended with ${code}: ${server.words}`);
    await server.start();
    return server;
  }

  /** The cluster's files: to be copied, and put back, while the server is stopped. */
  get cluster(): string {
    return join(this.folder, 'cluster');
  }

  /** Gives files that were put back to the user that runs the server. */
  own(path: string): void {
    const { uid, gid } = runAs();
    if (uid === undefined || gid === undefined) return;
    const entries = readdirSync(path, { recursive: true, encoding: 'utf8' });
    for (const entry of ['', ...entries]) chownSync(join(path, entry), uid, gid);
  }

  urlOf(database: string): string {
    return `postgresql://${SUPERUSER}@localhost/${database}?host=${this.folder}`;
  }

  async start(): Promise<void> {
    const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
    const child = this.run('postgres', ['-D', this.cluster, '-k', this.folder, ...settings]);
    this.running = child;
    const since = performance.now();
    while (!(await this.answers())) {
      if (child.exitCode !== null || performance.now() - since > READY_MS_MAX) {
        throw new Error(`PostgreSQL did not start: ${this.words}`);
      }
    }
  }

  /** `crash` leaves everything as it is, as when the machine kills it. */
  async stop(how: 'orderly' | 'crash'): Promise<void> {
    const child = this.running;
    this.running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(how === 'crash' ? 'SIGQUIT' : 'SIGINT');
    await gone;
  }

  /** A new, empty database; returns its address. */
  async database(name: string): Promise<string> {
    await this.ask(`CREATE DATABASE ${name}`);
    return this.urlOf(name);
  }

  /** Cuts every connection to a database. */
  async cut(name: string): Promise<void> {
    await this.ask(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
    );
  }

  async remove(): Promise<void> {
    await this.stop('crash');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    await client.query(sql);
    await client.end();
  }

  private async answers(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.urlOf('postgres') });
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
      return false;
    }
  }

  private run(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(join(this.bin, program), args, {
      ...runAs(),
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', ...this.env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => (this.words = `${this.words}${bytes}`.slice(-2000)));
    }
    return child;
  }
}

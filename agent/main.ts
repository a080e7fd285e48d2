import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { io, type Socket } from 'socket.io-client';
import type { DeviceId } from '../core/events.js';
import type { AgentView, PrinterState, PrintState } from '../core/protocol/views.js';
import { machineClock } from './clock.js';
import { enrolled, type Self } from './enrol.js';
import type { JobStatus, PrintQueue } from './jobs/queue.js';
import { startPrinter } from './printers.js';

const ANSWER_MS_MAX = 5_000;
const PROFILE = 'firmware-config/printers/virtual-80mm.json';
const HELP = `Prints the tickets of some kiosks.

  node build/agent/main.js --server URL --device ID [--data DIR] [--profile FILE]
`;

const say = (line: string): void => void process.stderr.write(`agent: ${line}\n`);

const upTo = (directory: string): string =>
  existsSync(join(directory, 'package.json')) ? directory : upTo(dirname(directory));

/** The same report has the same id, whenever it is sent. */
const requestIdOf = ({ jobId, state }: JobStatus): string =>
  createHash('sha256').update(`${jobId} ${state}`).digest('hex').slice(0, 32);

/** One agent: the link to its server, and a queue for each of its kiosks' printers. */
class Agent {
  private readonly queues = new Map<DeviceId, PrintQueue>();
  private readonly printers = new Map<DeviceId, PrinterState>();
  private readonly told = new Map<string, PrintState>();
  private readonly socket: Socket;

  constructor(
    private readonly self: Self,
    private readonly profile: string,
    cookie: string,
  ) {
    this.socket = io(`${self.server}/agent`, {
      path: '/socket',
      transports: ['websocket'],
      auth: { device: self.deviceId },
      extraHeaders: { cookie },
      reconnectionDelay: 300,
      reconnectionDelayMax: 5_000,
    });
    this.socket.on('connect', () => this.greet());
    this.socket.on('view', (view: AgentView) => this.see(view));
    this.socket.on('connect_error', ({ message }) => {
      if (message !== 'notEnrolled') return;
      say(`${self.deviceId} is no longer enrolled: remove ${self.data}/cookie and start again`);
      process.exit(1);
    });
  }

  /** A server that started again knows nothing of the printers. */
  private greet(): void {
    this.told.clear();
    for (const [kioskId, state] of this.printers) this.socket.emit('printer', { kioskId, state });
  }

  /** Lets the tickets in the printers end. */
  stop(): void {
    for (const queue of this.queues.values()) queue.stop();
    this.socket.disconnect();
  }

  private see({ kiosks, jobs }: AgentView): void {
    for (const kioskId of kiosks) {
      if (!this.queues.has(kioskId)) this.queues.set(kioskId, this.newQueue(kioskId));
    }
    const listed = new Set(jobs.map(({ jobId }) => jobId));
    for (const jobId of this.told.keys()) if (!listed.has(jobId)) this.told.delete(jobId);
    for (const queue of this.queues.values()) queue.keep(listed);
    for (const job of jobs) this.queues.get(job.kioskId)?.take(job);
  }

  private newQueue(kioskId: DeviceId): PrintQueue {
    const place = { data: this.self.data, profile: this.profile };
    return startPrinter(kioskId, place, {
      onJob: (_kioskId, status) => void this.tellJob(status),
      onPrinter: (id, state) => {
        this.printers.set(id, state);
        this.socket.emit('printer', { kioskId: id, state });
      },
      onFault: (fault) => {
        say(`the printer of ${kioskId} cannot go on: ${String(fault)}`);
        process.exit(70);
      },
    });
  }

  /** Each state is told once per connection; a final one goes into the log. */
  private async tellJob(status: JobStatus): Promise<void> {
    const { jobId, state } = status;
    if (this.told.get(jobId) === state) return;
    this.told.set(jobId, state);
    this.socket.emit('printing', { jobId, state });
    if (state === 'confirmed' || state === 'assumed' || state === 'abandoned') {
      await this.report(status);
    }
  }

  /** Unanswered, it is told again when the job is next listed. */
  private async report(status: JobStatus): Promise<void> {
    const { jobId, state } = status;
    const [ticketId = '', copy = ''] = jobId.split('/');
    const command = { type: 'reportPrint', ticketId, copy: Number(copy), state };
    const ask = { requestId: requestIdOf(status), sentAt: machineClock.now(), command };
    await this.socket
      .timeout(ANSWER_MS_MAX)
      .emitWithAck('ask', ask)
      .catch(() => this.told.delete(jobId));
  }
}

const main = async (): Promise<void> => {
  const { values } = parseArgs({
    options: {
      server: { type: 'string' },
      device: { type: 'string' },
      data: { type: 'string', default: 'data/agent' },
      profile: { type: 'string' },
    },
  });
  const { server, device: deviceId } = values;
  if (server === undefined || deviceId === undefined) {
    process.stderr.write(HELP);
    process.exit(2);
  }
  const project = upTo(dirname(fileURLToPath(import.meta.url)));
  const self = { server: server.replace(/\/$/, ''), deviceId, data: resolve(values.data) };
  const agent = new Agent(
    self,
    values.profile ?? join(project, PROFILE),
    await enrolled(self, say),
  );
  const stop = (): void => {
    agent.stop();
    process.exit(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  // Who started this agent has gone.
  process.on('disconnect', stop);
};

main().catch((error: unknown) => {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});

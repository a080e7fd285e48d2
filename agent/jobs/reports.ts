import { createHash } from 'node:crypto';
import { isRefusal, type RefusalCode } from '../../core/protocol/refusals.js';
import type { Answer, Ask } from '../../core/protocol/wire.js';
import { parseJobId } from '../../core/paper.js';
import type { SystemCommand } from '../../core/protocol/commands.js';
import type { Clock } from '../clock.js';
import { Teller } from '../teller.js';

export type ReportPrint = Extract<SystemCommand, { type: 'reportPrint' }>;

/** How a job's paper ended. */
export interface Report {
  readonly jobId: string;
  readonly state: ReportPrint['state'];
}

export interface ReportParts {
  /** The centre's time: the server refuses an ask whose `sentAt` is far from its own. */
  readonly clock: Clock;
  /** Resolves with the server's answer, or `undefined` if none came in time. */
  ask(ask: Ask<ReportPrint>): Promise<Answer | undefined>;
  /** The server will never take this report. */
  onRefused(report: Report, refused: RefusalCode): void;
}

/**
 * Tells the server how papers ended: one report at a time, each until it is carried out or refused
 * for good. One that must wait lets the others go first. What is not told when this process ends
 * is still in the journal, and told when the job is next listed.
 */
export class Reports {
  private readonly open = new Map<string, Report>();
  private isSending = false;
  private readonly teller: Teller<ReportPrint>;

  constructor(private readonly parts: ReportParts) {
    this.teller = new Teller(parts);
  }

  /** Sending again what has no answer yet is harmless. Rejects only for a bug. */
  async send(report: Report): Promise<void> {
    this.open.set(report.jobId, report);
    if (this.isSending) return;
    this.isSending = true;
    try {
      for (let next = this.next(); next !== undefined; next = this.next()) await this.tell(next);
    } finally {
      this.isSending = false;
    }
  }

  private next(): Report | undefined {
    return this.open.values().next().value;
  }

  private async tell(report: Report): Promise<void> {
    const answer = await this.teller.tell(this.askOf(report));
    this.open.delete(report.jobId);
    if (answer === undefined) this.open.set(report.jobId, report);
    else if (isRefusal(answer)) this.parts.onRefused(report, answer.refused);
  }

  /** The same report has the same id, whenever it is sent. */
  private askOf({ jobId, state }: Report): Ask<ReportPrint> {
    const hash = createHash('sha256').update(`${jobId} ${state}`).digest('hex');
    const command = { type: 'reportPrint', ...parseJobId(jobId), state } as const;
    return { requestId: hash.slice(0, 32), sentAt: this.parts.clock.now(), command };
  }
}

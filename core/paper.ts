import type { Millis, Words } from './configuration.js';
import type { Language } from './lists.js';
import type { Label } from './protocol/views.js';

/** Paper ordered longer ago is not printed without a person's word. */
export const PAPER_AGE_MS_MAX = 60_000;

/** Whether what was ordered then is printed no more by itself. */
export const isLate = (orderedAt: Millis, at: Millis): boolean => at - orderedAt > PAPER_AGE_MS_MAX;

/** Why paper is printed once more: the visitor lost it, or it did not come out. */
export const COPY_REASONS = ['lost', 'again'] as const;
export type CopyReason = (typeof COPY_REASONS)[number];

/** One piece of paper: a copy of a ticket's, the first being 0, or a part of a sheet. */
export interface PaperPart {
  /** Of the ticket or of the sheet: no two of these ids are equal. */
  readonly paperId: string;
  readonly part: number;
}

/** Each copy of a ticket is ordered by a person: a day has no time for so many. */
export const PART_MAX = 99_999;

/** Names one piece of paper for ever. */
export const jobIdOf = (paperId: PaperPart['paperId'], part: number): string =>
  `${paperId}/${part}`;

/** What a job's id names. */
export const parseJobId = (jobId: string): PaperPart => {
  const at = jobId.lastIndexOf('/');
  return { paperId: jobId.slice(0, at), part: Number(jobId.slice(at + 1)) };
};

/** Everything that stands on a ticket's paper; its layout and words are the agent's. */
export interface TicketPaper {
  readonly centre: Words;
  readonly label: Label;
  /** In the order in which they will be served, at least one. */
  readonly services: readonly Words[];
  /** `null` where nobody can count them: the server is away. */
  readonly ahead: number | null;
  /** `null` on a number of a pad: it is written by hand. */
  readonly takenAt: Millis | null;
  /** IANA zone in which `takenAt` is printed. */
  readonly zone: string;
  readonly digits: 'arab' | 'latn';
  readonly language: Language;
  /** Neutral code of the priority class, or empty. */
  readonly classId: string;
  /** The ticket's page, printed as a QR; `null` where no reachable address is configured. */
  readonly link: string | null;
  readonly enquiryUrl: string | null;
  /** Marks tickets of training days. */
  readonly training: boolean;
  /** `lost`: reprinted by staff for a lost ticket · `again`: printed again after a fault. */
  readonly copy: 'first' | CopyReason;
}

/** Parts of one sheet: a pad has one for each number. */
export const SHEET_PARTS_MAX = 50;

/** A slip that says what a service needs; `null` where the centre does not know it. */
export interface SlipPaper {
  readonly centre: Words;
  readonly service: Words;
  readonly eligibility: Words | null;
  readonly papers: readonly Words[] | null;
  readonly fees: readonly Words[] | null;
  /** Working days until it is done. */
  readonly days: number | null;
  readonly procedure: readonly Words[] | null;
  readonly takenAt: Millis;
  readonly zone: string;
  readonly digits: 'arab' | 'latn';
  readonly language: Language;
  readonly enquiryUrl: string | null;
  readonly copy: TicketPaper['copy'];
}

export type Paper = TicketPaper | SlipPaper;

export const isSlip = (paper: Paper): paper is SlipPaper => 'papers' in paper;

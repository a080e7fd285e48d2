/** What the bytes that came back mean: the answer, or that there may be more to come. */
export type Verdict = 'accepted' | 'rejected' | 'more';

/** One frame, and what its device answers; `null` where it says nothing. */
export interface Exchange {
  readonly bytes: Uint8Array;
  readonly reply: {
    readonly withinMs: number;
    /** So often again, if nothing came in time or it was garbled. */
    readonly retries: number;
    judge(heard: Uint8Array): Verdict;
  } | null;
  /** Silence on the line after the frame and its answer. */
  readonly gapMs: number;
}

/** How an exchange ended. A device that says nothing by nature has `done` at once. */
export type Outcome = 'done' | 'rejected' | 'silent';

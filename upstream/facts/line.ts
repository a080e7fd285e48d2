/** A point of a centre's log: after that event. `''` and 0 is the beginning of all. */
export interface Place {
  readonly stream: string;
  readonly seq: number;
}

export const BEGINNING: Place = { stream: '', seq: 0 };

/** A stream as it is stored; `follows` is `''` for one that continues no other. */
export interface Stream {
  readonly stream: string;
  /** 1 for the first that came from the centre. */
  readonly ordinal: number;
  readonly stored: number;
  readonly follows: string;
  readonly followsSeq: number;
}

/** As much of a stream as the reports use. */
export interface Segment {
  readonly stream: string;
  readonly upTo: number;
}

/**
 * The centre's log as it is now, over all its streams: a restored one continues another up to a
 * point, and what that other held beyond it is of no report. Returns the stream that continues what
 * is not stored, if there is one.
 */
export const lineOf = (streams: readonly Stream[]): readonly Segment[] | string => {
  const byOrdinal = streams.toSorted((a, b) => a.ordinal - b.ordinal);
  const line: Segment[] = [];
  let [at, upTo] = [byOrdinal.at(-1), byOrdinal.at(-1)?.stored ?? 0];
  while (at !== undefined) {
    const { stream, ordinal, follows, followsSeq } = at;
    line.unshift({ stream, upTo });
    if (ordinal === 1) break;
    const before = byOrdinal.findLast((other) =>
      follows === '' ? other.ordinal < ordinal : other.stream === follows,
    );
    const isThere = before !== undefined && (follows === '' || before.stored >= followsSeq);
    if (!isThere || line.some((segment) => segment.stream === before.stream)) return stream;
    at = before;
    upTo = follows === '' ? before.stored : followsSeq;
  }
  return line;
};

/** Which segment of the line a point lies in; -1 for one that the line has left. */
export const segmentAt = (line: readonly Segment[], { stream, seq }: Place): number =>
  line.findIndex((segment) => segment.stream === stream && seq <= segment.upTo);

/** What comes after a point of the line; `undefined` where nothing does. */
export const nextAfter = (
  line: readonly Segment[],
  place: Place,
): (Place & Segment) | undefined => {
  const at = place.stream === '' ? -1 : segmentAt(line, place);
  const own = line[at];
  if (own !== undefined && place.seq < own.upTo) return { ...place, upTo: own.upTo };
  const next = line.slice(at + 1).find(({ upTo }) => upTo > 0);
  return next && { ...next, seq: 0 };
};

/** Whether `a` comes before `b` in the line, which holds both. */
export const isBefore = (line: readonly Segment[], a: Place, b: Place): boolean => {
  const [atA, atB] = [segmentAt(line, a), segmentAt(line, b)];
  return atA === atB ? a.seq < b.seq : atA < atB;
};

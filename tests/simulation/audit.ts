import type Database from 'better-sqlite3';
import { canonical } from '../../core/canonical.js';
import type { Answer } from '../../core/protocol/wire.js';
import type { State } from '../../core/state.js';
import { boardView } from '../../core/views/board.js';
import type { Log } from '../../server/log/log.js';
import { rebuild } from '../../server/log/rebuild.js';
import { replay } from '../../server/log/replay.js';
import { verify } from '../../server/log/verify.js';
import { STALE_AFTER_MS } from '../../server/log/writer.js';
import { reportProjector } from '../../server/report/projection.js';
import type { Asked, Client, World } from './client.js';

/**
 * Refusals that say nothing about the ask itself: it may be carried out yet, or, when a repeat met
 * the fault, may have been before.
 */
const PASSING = ['storage.failed', 'rate.limited', 'bug'];

interface Carried {
  readonly request: string;
  readonly at: number;
  readonly times: number;
  readonly tickets: number;
}

const carriedOut = (database: Database.Database): Map<string, Carried> => {
  const rows = database
    .prepare<[], Carried>(
      `SELECT request, min(occurred_at) AS at, sum(part = 1) AS times,
       sum(type = 'ticket.issued') AS tickets FROM event GROUP BY request`,
    )
    .all();
  return new Map(rows.map((row) => [row.request, row]));
};

const isDone = (answer: Answer): boolean => 'done' in answer;

interface Held {
  readonly carried: Carried | undefined;
  /** The stored answer. */
  readonly kept: string | undefined;
  /** In the how-manieth start of the server it was carried out. */
  readonly startedIn: number;
}

/**
 * What was heard, against what the log holds; in words. Refusals live in memory: a start forgets
 * them, and a late copy of the ask may then be carried out.
 */
const askFaults = (asked: Asked, { carried, kept, startedIn }: Held): string[] => {
  const { requestId, command, heard, sentAt } = asked;
  // What had nothing to do has left no trace: nothing is promised about it.
  if (carried === undefined && command.type === 'reportPrint') return [];
  const name = `${command.type} ${requestId.slice(0, 6)}`;
  const found: string[] = [];
  const done = new Set(
    heard
      .map(({ answer }) => answer)
      .filter(isDone)
      .map((a) => JSON.stringify(a)),
  );
  if (done.size > 1) found.push(`${name} was answered in two ways`);
  const [told] = done;
  if (told !== undefined && kept !== told) found.push(`${name} was answered and is lost`);
  if ((carried?.times ?? 0) > 1) found.push(`${name} was carried out twice`);
  if (command.type === 'takeTicket' && carried !== undefined && carried.tickets !== 1) {
    found.push(`${name} has ${carried.tickets} tickets`);
  }
  if (carried !== undefined && Math.abs(carried.at - sentAt) > STALE_AFTER_MS) {
    found.push(`${name} was carried out ${Math.round((carried.at - sentAt) / 60_000)} min late`);
  }
  const first = heard.findIndex(({ answer }) => isDone(answer));
  const later = first < 0 ? [] : heard.slice(first);
  if (later.some(isFinal)) found.push(`${name} was done, and then refused`);
  if (carried !== undefined && first < 0 && heard.length > 0 && heard.every(isFinal)) {
    const known = heard.some(({ start }) => start >= startedIn);
    if (known) found.push(`${name} was refused, and carried out`);
  }
  return found;
};

const isFinal = ({ answer }: { readonly answer: Answer }): boolean =>
  'refused' in answer && !PASSING.includes(answer.refused);

/** Every ask against the log; `starts` says in which start of the server each was carried out. */
export const ledgerFaults = (
  log: Log,
  ledger: readonly Asked[],
  starts: ReadonlyMap<string, number>,
): string[] => {
  const carried = carriedOut(log.database);
  const stored = log.database
    .prepare<[string, string], string>('SELECT body FROM answer WHERE device = ? AND request = ?')
    .pluck();
  return ledger.flatMap((asked) => {
    const kept = stored.get(asked.deviceId, asked.requestId);
    const { requestId } = asked;
    const startedIn = starts.get(requestId) ?? 0;
    return askFaults(asked, { carried: carried.get(requestId), kept, startedIn });
  });
};

/** Where in the log a request began a visit, and where that visit ended. */
const placeOf = (database: Database.Database, request: string) =>
  database
    .prepare<[string], { issued: number; closed: number | null }>(
      `SELECT i.position AS issued, (
         SELECT c.position FROM event c WHERE c.type = 'ticket.closed'
         AND json_extract(CAST(c.body AS TEXT), '$.ticketId') = i.stream || ':' || i.seq
       ) AS closed
       FROM event i WHERE i.request = ? AND i.type = 'ticket.issued'`,
    )
    .get(request);

/** [ENTER-3] One visitor, one place in line, whatever became of the request without an answer. */
export const offlineFaults = ({ database }: Log, offline: World['offline']): string[] =>
  offline.flatMap(({ unanswered, entered }) => {
    const asked = placeOf(database, unanswered.requestId);
    const given = placeOf(database, entered.requestId);
    if (asked === undefined || given === undefined) return [];
    if (asked.closed !== null && asked.closed < given.issued) return [];
    return [`${unanswered.requestId.slice(0, 6)} has two places in line`];
  });

const bare = (view: object): string => {
  const shown: Record<string, unknown> = { ...view };
  const hidden = ['stream', 'version', 'at', 'configuration', 'training', 'voice'];
  return JSON.stringify(Object.entries(shown).filter(([key]) => !hidden.includes(key)));
};

/** What each board shows at last, against the hall. */
export const boardFaults = (log: Log, state: State, boards: readonly Client[]): string[] =>
  boards.flatMap(({ shown, subject }) => {
    const at = shown?.at ?? 0;
    const view = boardView(state, log.configurations, { at, boardId: subject.deviceId });
    const agrees = shown !== undefined && bare(shown) === bare(view);
    return agrees ? [] : [`${subject.deviceId} shows another hall`];
  });

/** Chain, checkpoints, projections, and the state that a start would give. */
export const logFaults = (log: Log, state: State): string[] => {
  const found = [...verify(log.database, { projectors: [reportProjector] }).problems];
  const { state: started } = replay(log.database, [log.rules, log.configurations], true);
  if (canonical(started) !== canonical(state)) found.push('[LOG-1] a replay gives another state');
  for (const { name, unchanged } of rebuild(log.database, [reportProjector])) {
    if (!unchanged) found.push(`rebuilding ${name} changed it`);
  }
  return found;
};

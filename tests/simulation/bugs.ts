import type { Logged } from '../../core/events.js';
import type { Done } from '../../core/protocol/wire.js';
import type { State } from '../../core/state.js';
import type { Clock } from '../../server/clock.js';
import type { TimeSource } from '../../node/time.js';
import type { Committer } from '../../server/log/committer.js';
import type { Log } from '../../server/log/log.js';
import type { Projector } from '../../server/log/projector.js';
import { ChainCheck, type Rules } from '../../server/log/replay.js';
import type { Outcome, Request, Writer } from '../../server/log/writer.js';

/**
 * A mistake that somebody could make, put between the real parts. The simulation must find each;
 * what the product does stays as it is.
 */
export interface Bug {
  readonly name: string;
  readonly rules?: (rules: Rules) => Rules;
  readonly opened?: (log: Log) => void;
  readonly committer?: (committer: Committer, writer: Writer) => void;
  readonly request?: (request: Request) => Request;
  readonly projector?: (projector: Projector) => Projector;
  readonly clock?: (clock: Clock, time: TimeSource) => Clock;
  /** Whether a screen takes a view in place of the one it shows. */
  readonly takes?: (held: number, fresh: number) => boolean;
  /** Answers are sent when they are made. */
  readonly answersEarly?: boolean;
  /** Versions of views begin anew with each start. */
  readonly forgetsStarts?: boolean;
  /** Around every opening of the log. */
  readonly opening?: <T>(open: () => T) => T;
}

const NOTHING = Buffer.alloc(32);

/** Two counters race for the last visitor, and both get him. */
const sharedTicket = (rules: Rules): Rules => ({
  ...rules,
  decide: (state, asked, configurations) => {
    const decided = rules.decide(state, asked, configurations);
    const { command } = asked;
    if (command.type !== 'callNext' || !('refused' in decided)) return decided;
    if (decided.refused !== 'queue.empty' || state.day === null) return decided;
    const other = [...state.day.tickets.values()].find(({ leg }) => leg.status === 'called');
    if (other === undefined) return decided;
    const { counterId } = command;
    const call = { ticketId: other.id, leg: other.leg.n, counterId, clerk: asked.actor };
    return [{ type: 'ticket.called', ...call, rule: 'due' }];
  },
  apply: (state, event, configurations) => {
    const ticket = 'ticketId' in event ? state.day?.tickets.get(event.ticketId) : undefined;
    if (event.type === 'ticket.called' && ticket?.leg.status === 'called') {
      state.day!.tickets.set(ticket.id, { ...ticket, leg: { ...ticket.leg, status: 'waiting' } });
    }
    rules.apply(state, event, configurations);
  },
});

const closesTwice = (rules: Rules): Rules => ({
  ...rules,
  decide: (state, asked, configurations) => {
    const decided = rules.decide(state, asked, configurations);
    if (asked.command.type !== 'tick' || 'refused' in decided) return decided;
    const last = decided.at(-1);
    return last?.type === 'day.closed' ? [...decided, last] : decided;
  },
  apply: (state, event, configurations) => {
    if (event.type === 'day.closed' && state.day === null) state.seq = event.seq;
    else rules.apply(state, event, configurations);
  },
});

const keepsPlace = (rules: Rules): Rules => ({
  ...rules,
  decide: (state, asked, configurations) => {
    const { command } = asked;
    if (command.type !== 'returnTicket') return rules.decide(state, asked, configurations);
    const leg = state.day?.tickets.get(command.ticketId)?.leg;
    const at = leg?.status === 'absent' ? Math.min(asked.at, leg.returnBy) : asked.at;
    return rules.decide(state, { ...asked, at }, configurations);
  },
});

const issuesLeased = (rules: Rules): Rules => ({
  ...rules,
  apply: (state, event, configurations) => {
    rules.apply(state, event, configurations);
    if (event.type !== 'lease.granted' || state.day?.day !== event.day) return;
    for (const { seriesId, to } of event.ranges) {
      const series = state.day.series.get(seriesId)!;
      state.day.series.set(seriesId, { ...series, top: to });
    }
  },
});

/** The last number is not known any more after a start. */
const oneBack = (log: Log): void => {
  const { day }: State = log.folded.state;
  for (const [id, series] of day?.series ?? []) {
    if (series.next > 1) day!.series.set(id, { ...series, next: series.next - 1 });
  }
};

/** After a rollback the commands that are run again are answered, and only the first is stored. */
const losesAfterRollback = (committer: Committer, writer: Writer): void => {
  const { handle, reload } = writer;
  let left = 0;
  writer.reload = (at) => {
    reload.call(writer, at);
    left = 2;
  };
  writer.handle = (request: Request, at: number): Outcome => {
    left -= 1;
    if (left !== 0) return handle.call(writer, request, at);
    const answer: Done = { done: true, seq: committer.state.seq };
    return { answer, events: [] };
  };
};

const skipsFacts = (projector: Projector): Projector => ({
  ...projector,
  apply: (database, event: Logged) => {
    if (event.seq % 97 !== 0) projector.apply(database, event);
  },
});

const unchecked = <T>(open: () => T): T => {
  const { take } = ChainCheck.prototype;
  ChainCheck.prototype.take = () => null;
  try {
    return open();
  } finally {
    ChainCheck.prototype.take = take;
  }
};

export const BUGS: readonly Bug[] = [
  { name: 'answers before the commit', answersEarly: true },
  {
    name: 'carries repeats out again',
    opened: ({ journal }) => {
      const { keepAnswer } = journal;
      const kept = new Set<string>();
      journal.answered = () => undefined;
      journal.keepAnswer = (key, answer) => {
        if (!kept.has(key.requestId)) keepAnswer.call(journal, key, answer);
        kept.add(key.requestId);
      };
    },
  },
  {
    name: 'knows repeats by their id only',
    request: (request) => ({ ...request, payloadHash: NOTHING }),
  },
  {
    name: 'carries out what was sent long ago',
    request: (request) => ({ ...request, sentAt: Number.NaN }),
  },
  { name: 'uses a number again after a start', opened: oneBack },
  { name: 'lets two counters call one ticket', rules: sharedTicket },
  { name: 'shows older views', takes: () => true },
  { name: 'counts versions anew at each start', forgetsStarts: true },
  {
    name: 'keeps no quarantine',
    opened: ({ journal }) => {
      journal.quarantine = () => undefined;
    },
  },
  { name: 'loses a command when its group fails', committer: losesAfterRollback },
  {
    name: 'keeps in mind what was rolled back',
    committer: (_, writer) => {
      writer.reload = () => undefined;
    },
  },
  {
    name: 'takes a failed commit for done',
    opened: ({ journal }) => {
      const { commit } = journal;
      journal.commit = () => {
        try {
          commit.call(journal);
        } catch {
          journal.rollback();
        }
      };
    },
  },
  { name: 'closes the day twice', rules: closesTwice },
  { name: 'keeps the place after the tolerance', rules: keepsPlace },
  { name: 'issues numbers of a lease', rules: issuesLeased },
  {
    name: 'enters a paper without looking for the unanswered request',
    request: (request) =>
      request.command.type === 'enterTicket'
        ? { ...request, command: { ...request.command, unanswered: null } }
        : request,
  },
  { name: 'does not check the chain', opening: unchecked },
  { name: 'forgets a fact now and then', projector: skipsFacts },
  {
    name: 'goes by the wall clock',
    clock: (clock, time) => ({
      now: () => time.wall(),
      status: () => clock.status(),
      correct: () => undefined,
    }),
  },
];

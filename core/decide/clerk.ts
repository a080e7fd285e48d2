import { choose, eligible, waitingLegs, type CallPlace } from '../calling.js';
import { counterOf, profilesServing } from '../catalogue.js';
import type { CallRule, DayEvent, Reason } from '../events.js';
import type { ClerkCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import type { Counter } from '../state.js';
import { counterOfClerk, heldBy, openTicket, reasonOf, type Hall } from './hall.js';
import { endHeldLeg, joinedCandidates } from './legs.js';
import { askHelp, issue, returnTicket, unavailable } from './visitor.js';
import { noShow, park, setClass, start, transfer, transferAndReturn, unpark } from './serving.js';

type Of<T extends ClerkCommand['type']> = Extract<ClerkCommand, { type: T }>;
type Decision = DayEvent[] | Refusal;

/** [COUNTER-1] One clerk at one counter, one counter for one clerk. */
const openCounter = (hall: Hall, { counterId, profileId }: Of<'openCounter'>): Decision => {
  const { configuration, day, asked } = hall;
  const counter = counterOf(configuration, counterId);
  if (counter === undefined) return refuse('counter.unknown');
  if (!counter.profiles.includes(profileId)) return refuse('profile.unknown');
  const own = configuration.desks.find(({ id }) => id === asked.deviceId)?.counter ?? counterId;
  if (own !== counterId) return refuse('counter.notYours');
  if (day.counters.has(counterId)) return refuse('counter.open');
  if (elsewhere(hall)) return refuse('clerk.elsewhere');
  const { actor: clerk, deviceId } = asked;
  return [{ type: 'counter.opened', counterId, profileId, clerk, deviceId }];
};

const elsewhere = ({ day, asked }: Hall): boolean =>
  [...day.counters.values()].some(({ clerk }) => clerk === asked.actor);

/** [COUNTER-4] The next clerk takes an open counter over, with the ticket that it holds. */
const handOver = (hall: Hall, { counterId }: Of<'handOver'>): Decision => {
  const counter = hall.day.counters.get(counterId);
  if (counter === undefined) return refuse('counter.notOpen');
  if (counter.deviceId !== hall.asked.deviceId) return refuse('counter.notYours');
  if (elsewhere(hall)) return refuse('clerk.elsewhere');
  return [{ type: 'counter.handedOver', counterId, clerk: hall.asked.actor }];
};

/** [COUNTER-2] A counter that holds a ticket neither pauses nor closes. */
const idleCounter = (hall: Hall, counterId: string): Counter | Refusal => {
  const counter = counterOfClerk(hall, counterId);
  if ('refused' in counter) return counter;
  return counter.ticketId === undefined ? counter : refuse('counter.busy');
};

const closeCounter = (hall: Hall, { counterId }: Of<'closeCounter'>): Decision => {
  const counter = idleCounter(hall, counterId);
  return 'refused' in counter ? counter : [{ type: 'counter.closed', counterId }];
};

const pause = (hall: Hall, { counterId, reasonId }: Of<'pause'>): Decision => {
  const counter = idleCounter(hall, counterId);
  if ('refused' in counter) return counter;
  if (counter.pausedAt !== undefined) return refuse('counter.paused');
  const reason = reasonOf(hall, 'pause', reasonId);
  return 'refused' in reason ? reason : [{ type: 'counter.paused', counterId, reason }];
};

const resume = (hall: Hall, { counterId }: Of<'resume'>): Decision => {
  const counter = counterOfClerk(hall, counterId);
  if ('refused' in counter) return counter;
  if (counter.pausedAt === undefined) return refuse('counter.notPaused');
  return [{ type: 'counter.resumed', counterId }];
};

/** [CALL-4] A counter calls only while it is open, not paused, and holds no ticket. */
const freeCounter = (hall: Hall, counterId: string): Counter | Refusal => {
  const counter = idleCounter(hall, counterId);
  if ('refused' in counter) return counter;
  return counter.pausedAt === undefined ? counter : refuse('counter.paused');
};

const placeOf = ({ day, configuration, asked }: Hall, counter: Counter): CallPlace => ({
  day,
  configuration,
  counter,
  at: asked.at,
});

/** [CALL-1] Calls the leg that is due; `joined` are legs that the same command put in line. */
const callNext = (hall: Hall, counter: Counter, joined: readonly DayEvent[] = []): Decision => {
  const gone = new Set(joined.flatMap((event) => ('ticketId' in event ? [event.ticketId] : [])));
  const waiting = waitingLegs(hall.day).filter(({ ticketId }) => !gone.has(ticketId));
  const choice = choose(placeOf(hall, counter), [...waiting, ...joinedCandidates(hall, joined)]);
  if (choice === undefined) return refuse('queue.empty');
  const { candidate, rule, passed } = choice;
  const before = hall.day.tickets.get(candidate.ticketId)?.leg.n ?? 1;
  const follows = joined.find((event) => event.type === 'leg.joined');
  const leg = follows?.ticketId === candidate.ticketId ? follows.leg : before;
  return [called(hall, counter, { ticketId: candidate.ticketId, leg, rule, passed })];
};

interface CallOf {
  readonly ticketId: string;
  readonly leg: number;
  readonly rule: CallRule;
  readonly passed?: string | undefined;
  readonly reason?: Reason;
}

const called = (hall: Hall, counter: Counter, call: CallOf): DayEvent => {
  const { passed, ...rest } = call;
  return {
    type: 'ticket.called',
    counterId: counter.id,
    clerk: hall.asked.actor,
    ...rest,
    ...(passed === undefined || passed === call.ticketId ? {} : { passed }),
  };
};

const notServedHere = (
  { configuration }: Hall,
  { profileId }: Counter,
  serviceId: string,
): Refusal | undefined =>
  profilesServing(configuration, serviceId).has(profileId)
    ? undefined
    : refuse('transfer.noCounter');

/** [CALL-5] A chosen ticket needs a reason, and the log names whom it passed. */
const callTicket = (hall: Hall, command: Of<'callTicket'>): Decision => {
  const counter = freeCounter(hall, command.counterId);
  if ('refused' in counter) return counter;
  const reason = reasonOf(hall, 'callTicket', command.reasonId);
  if ('refused' in reason) return reason;
  const ticket = openTicket(hall, command.ticketId);
  if ('refused' in ticket) return ticket;
  if (ticket.leg.status !== 'waiting') return refuse('ticket.notWaiting');
  const no = notServedHere(hall, counter, ticket.leg.serviceId);
  if (no !== undefined) return no;
  const [first] = eligible(placeOf(hall, counter), waitingLegs(hall.day));
  const { id: ticketId, leg } = ticket;
  const passed = first?.ticketId;
  return [called(hall, counter, { ticketId, leg: leg.n, rule: 'chosen', passed, reason })];
};

/** [CALL-6] The call may be repeated until the visitor is there. */
const recall = (hall: Hall, { counterId }: Of<'recall'>): Decision => {
  const held = heldBy(hall, counterId);
  if ('refused' in held) return held;
  if (held.leg.status !== 'called') return refuse('counter.started');
  return [{ type: 'ticket.recalled', ticketId: held.ticket.id, counterId }];
};

/** [SERVE-2] Ends the leg as served; with `callNext` the counter calls on in the same breath. */
const finish = (hall: Hall, command: Of<'finish'>): Decision => {
  const held = heldBy(hall, command.counterId);
  if ('refused' in held) return held;
  const events = endHeldLeg(hall, held, { outcome: 'served', result: command.result });
  if (!command.callNext) return events;
  const call = callNext(hall, held.counter, events);
  return 'refused' in call ? events : [...events, ...call];
};

/** [CALL-7] A visitor who never took a ticket is served at once, with a reason, under a number. */
const walkDirect = (hall: Hall, command: Of<'walkDirect'>): Decision => {
  const { counterId, serviceId, language, reasonId } = command;
  const counter = freeCounter(hall, counterId);
  if ('refused' in counter) return counter;
  const reason = reasonOf(hall, 'walkDirect', reasonId);
  if ('refused' in reason) return reason;
  const no = unavailable(hall, serviceId) ?? notServedHere(hall, counter, serviceId);
  if (no !== undefined) return no;
  if (hall.day.suspensions.has('')) return refuse('hall.suspended');
  const issued = issue(hall, { services: [serviceId], classId: '', language, print: false });
  if ('refused' in issued) return issued;
  const ticketId = hall.idAt(0);
  return [
    ...issued,
    called(hall, counter, { ticketId, leg: 1, rule: 'walkDirect', reason }),
    { type: 'leg.started', ticketId, counterId, confirmed: true },
  ];
};

/** Decides what a clerk asks for while a day is open. */
export const decideClerk = (
  hall: Hall,
  command: Exclude<ClerkCommand, { type: 'reprint' | 'printInformation' }>,
): Decision => {
  switch (command.type) {
    case 'openCounter':
      return openCounter(hall, command);
    case 'closeCounter':
      return closeCounter(hall, command);
    case 'handOver':
      return handOver(hall, command);
    case 'pause':
      return pause(hall, command);
    case 'resume':
      return resume(hall, command);
    case 'callNext': {
      const counter = freeCounter(hall, command.counterId);
      return 'refused' in counter ? counter : callNext(hall, counter);
    }
    case 'callTicket':
      return callTicket(hall, command);
    case 'recall':
      return recall(hall, command);
    case 'start':
      return start(hall, command);
    case 'finish':
      return finish(hall, command);
    case 'noShow':
      return noShow(hall, command);
    case 'transfer':
      return transfer(hall, command);
    case 'transferAndReturn':
      return transferAndReturn(hall, command);
    case 'park':
      return park(hall, command);
    case 'unpark':
      return unpark(hall, command);
    case 'walkDirect':
      return walkDirect(hall, command);
    case 'setClass':
      return setClass(hall, command);
    case 'returnTicket':
      return returnTicket(hall, command);
    case 'askHelp': {
      const counter = counterOfClerk(hall, command.counterId);
      return 'refused' in counter ? counter : askHelp(hall, hall.asked, counter.id);
    }
  }
};

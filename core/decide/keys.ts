import type { Event } from '../events.js';
import type { SystemCommand } from '../protocol/commands.js';
import { refuse, type Refusal } from '../protocol/refusals.js';
import type { Counter } from '../state.js';
import { decideClerk } from './clerk.js';
import type { Hall } from './hall.js';

/** A key that calls, pressed again so soon after the call, is the same press. */
const SAME_PRESS_MS = 3_000;

type PressKey = Extract<SystemCommand, { type: 'pressKey' }>;

const lastCallAt = ({ day }: Hall, counter: Counter): number | undefined => {
  const leg = counter.ticketId === undefined ? undefined : day.tickets.get(counter.ticketId)?.leg;
  return leg?.status === 'called' ? leg.lastCallAt : undefined;
};

/** What the clerk at the counter would have asked for. */
const commandOf = (
  { key, counterId }: PressKey,
  counter: Counter,
): Parameters<typeof decideClerk>[1] => {
  switch (key) {
    case 'next':
      return counter.ticketId === undefined
        ? { type: 'callNext', counterId }
        : { type: 'finish', counterId, result: 'completed', callNext: true };
    case 'done':
      return { type: 'finish', counterId, result: 'completed', callNext: false };
    case 'help':
      return { type: 'askHelp', counterId };
    case 'recall':
    case 'start':
    case 'noShow':
      return { type: key, counterId };
  }
};

/**
 * [KEY-1] A key of a counter's keypad acts for the clerk who has the counter open. [KEY-2] Pressed
 * again right after the call that it made, it does nothing more.
 */
export const pressKey = (hall: Hall, command: PressKey): readonly Event[] | Refusal => {
  const { day, asked } = hall;
  const { counterId, key } = command;
  const counter = day.counters.get(counterId);
  if (counter === undefined) return refuse('counter.notOpen');
  const calledAt = key === 'next' || key === 'recall' ? lastCallAt(hall, counter) : undefined;
  if (calledAt !== undefined && asked.at - calledAt < SAME_PRESS_MS) return [];
  const { clerk: actor, deviceId } = counter;
  return decideClerk(
    { ...hall, asked: { ...asked, actor, deviceId } },
    commandOf(command, counter),
  );
};

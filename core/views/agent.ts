import { counterOf } from '../catalogue.js';
import type { AgentCounter, AgentHall } from '../protocol/views.js';
import type { Configurations, State } from '../state.js';
import { callsShown, counterView } from './board.js';
import { currentConfiguration } from './hall.js';

/** What an agent's displays, keypads and bells need to know: of its own counters, and no more. */
export const agentCounters = (
  state: State,
  configurations: Configurations,
  agentId: string,
): AgentHall => {
  const configuration = currentConfiguration(state, configurations);
  const own = configuration.agents.find(({ id }) => id === agentId)?.counters ?? [];
  const { day } = state;
  const counters = own.flatMap((counterId): AgentCounter[] => {
    const number = counterOf(configuration, counterId)?.number;
    if (number === undefined) return [];
    return [{ ...counterView(configuration, day, counterId), number }];
  });
  const calls = day === null ? [] : callsShown(configuration, day, new Set(own));
  return {
    counters,
    calls: calls.map(({ key, label, counterId, at }) => ({ key, label, counterId, at })),
  };
};

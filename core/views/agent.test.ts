import { expect, test } from 'vitest';
import { Hall } from '../../tests/fixtures/hall.js';
import { agentCounters } from './agent.js';

const name = { ar: 'a', en: 'a' };
const agents = [
  { id: 'a1', name, kiosks: [], counters: ['c1'] },
  { id: 'a2', name, kiosks: ['k1'] },
];

test('[VIEW-1] an agent sees its own counters and the calls there, and nothing of others', () => {
  const hall = new Hall({ agents });
  const seen = (agentId: string) => agentCounters(hall.state, hall.configurations, agentId);
  const closed = { counterId: 'c1', number: 1, state: 'closed', label: null };
  expect(seen('a1')).toEqual({ counters: [closed], calls: [] });
  hall.open('c1');
  hall.open('c2', 'all', 'badr');
  for (const service of ['build', 'build', 'ask']) hall.take([service]);
  hall.must({ type: 'callNext', counterId: 'c1' });
  hall.must({ type: 'callNext', counterId: 'c2' }, { actor: 'badr' });
  const label = { letter: { ar: 'ب', en: 'B' }, number: 1 };
  const call = { counterId: 'c1', label, at: hall.at, key: expect.any(String) as string };
  expect(seen('a1')).toEqual({
    counters: [{ counterId: 'c1', number: 1, state: 'called', label }],
    calls: [call],
  });
  expect(seen('a2')).toEqual({ counters: [], calls: [] });
  expect(seen('nobody')).toEqual({ counters: [], calls: [] });
});

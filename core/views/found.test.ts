import { expect, test } from 'vitest';
import { Hall, smallHall } from '../../tests/fixtures/hall.js';
import { foundTickets } from './found.js';

test('a number finds the open tickets of every series that bear it', () => {
  const hall = new Hall();
  const build = hall.take(['build']);
  const ask = hall.take(['ask']);
  hall.take(['build']);
  const found = () => foundTickets(smallHall(), hall.state.day!, 1);
  expect(found().map(({ ticketId }) => ticketId)).toEqual([build, ask]);
  expect(found()[1]).toMatchObject({
    label: { letter: { ar: 'ب', en: 'B' }, number: 1 },
    serviceId: 'ask',
    status: 'waiting',
  });
  hall.must({ type: 'leave', ticketId: build });
  expect(found().map(({ ticketId }) => ticketId)).toEqual([ask]);
});

import { expect, test } from 'vitest';
import { apiSchemas } from '../../core/protocol/api.js';
import { TicketLinks } from './link.js';

const DAY = '2026-11-22';
const links = new TicketLinks(Buffer.alloc(32, 1));
const TOKENS = [links.token('demostream:7', DAY), links.leaseToken('demostream:3', 5, DAY)];

test('the page of a ticket of either kind asks for messages, and has its number erased', () => {
  for (const token of TOKENS) {
    const kept = { token, phone: '+201012345678', consent: true };
    expect(apiSchemas.smsKeep.safeParse(kept).success).toBe(true);
    expect(apiSchemas.smsForget.safeParse({ token }).success).toBe(true);
    expect(apiSchemas.smsForget.safeParse({ token: `${token}A` }).success).toBe(false);
  }
});

test('a token stands for what it was made for, on its day', () => {
  const linked = TOKENS.map((token) => links.linked(token, 'demostream', DAY));
  expect(linked).toEqual([{ ticketId: 'demostream:7' }, { leaseId: 'demostream:3', index: 5 }]);
  const others = TOKENS.map((token) => links.linked(token, 'demostream', '2026-11-23'));
  expect(others).toEqual([undefined, undefined]);
});

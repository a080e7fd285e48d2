import { afterEach, beforeEach, expect, test } from 'vitest';
import { DEFAULT_DESIGN, designOf, LOGO_MAX, type PaperDesign } from '../core/design.js';
import { newest } from '../server/hub/publish.js';
import { signedIn } from './fixtures/callers.js';
import { openDoors, SECRET, type Doors } from './fixtures/doors.js';
import type { Jar } from './play/client.js';

let doors: Doors;
beforeEach(async () => {
  doors = await openDoors();
  await doors.centre.staff.add({ id: 'mona', name: 'منى', role: 'manager', secret: SECRET });
});
afterEach(() => doors.close());

const ask = async (jar: Jar, at: string, body: object) => {
  const [path, device = 'manager'] = at.split('@');
  const response = await fetch(`${doors.url}/api/${path}?device=${device}`, {
    method: 'POST',
    headers: { cookie: jar.header(), 'x-dawr': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
};

const wish = (design: PaperDesign) => ({ design, paper: 'ticket', width: '80', language: 'ar' });
const economy = { ...DEFAULT_DESIGN, economy: true };

test('a manager sees a paper as it would be printed, and nobody else may ask', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const standard = await ask(jar, 'paper/preview', wish(DEFAULT_DESIGN));
  const shorter = await ask(jar, 'paper/preview', wish(economy));
  expect(standard.answer['lengthMm']).toBeLessThanOrEqual(60);
  expect(shorter.answer['lengthMm']).toBeLessThanOrEqual(40);
  const png = Buffer.from(String(shorter.answer['png']), 'base64');
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  const clerk = await signedIn(doors, 'desk', 'amal');
  expect((await ask(clerk, 'paper/preview@desk-1', wish(economy))).status).toBe(403);
  expect((await ask(clerk, 'paper@desk-1', { design: economy })).status).toBe(403);
});

test('pictures are drawn only so fast', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => ask(jar, 'paper/preview', wish(DEFAULT_DESIGN))),
  );
  expect(answers.map(({ status }) => status)).toEqual(expect.arrayContaining([200, 429]));
});

test('a design that would print no number is refused, and so is one of another shape', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const ticket = DEFAULT_DESIGN.ticket.filter(({ field }) => field !== 'label');
  const bare = await ask(jar, 'paper', { design: { ...DEFAULT_DESIGN, ticket } });
  expect([bare.status, bare.answer]).toEqual([409, { refused: 'paper.invalid' }]);
  const odd = await ask(jar, 'paper', { design: { ...DEFAULT_DESIGN, colour: 'red' } });
  expect([odd.status, odd.answer]).toEqual([400, { refused: 'payload.invalid' }]);
});

/** A logo of so many dots, all of them black. */
const logo = (width: number, rows: number) => ({
  ...{ width, rows, data: Buffer.alloc((width / 8) * rows, 0xff).toString('base64') },
});
const withLogo = (own: object) => {
  const ticket = [
    { field: 'logo', size: 'normal', languages: 'visitor' } as const,
    ...DEFAULT_DESIGN.ticket.filter(({ field }) => field !== 'logo'),
  ];
  return { ...DEFAULT_DESIGN, ticket, logo: own } as PaperDesign;
};

test('a logo is printed and kept as it was given', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const own = logo(LOGO_MAX.width, 64);
  const bare = await ask(jar, 'paper/preview', wish(DEFAULT_DESIGN));
  const drawn = await ask(jar, 'paper/preview', wish(withLogo(own)));
  expect(drawn.status).toBe(200);
  expect(drawn.answer['png']).not.toBe(bare.answer['png']);
  expect((await ask(jar, 'paper', { design: withLogo(own) })).answer).toEqual({ waiting: [] });
  expect(designOf(doors.centre.configuration()).logo).toEqual(own);
});

test.each([
  ['too wide', logo(LOGO_MAX.width + 8, 8)],
  ['too high', logo(8, LOGO_MAX.rows + 1)],
  ['with rows missing', { ...logo(16, 16), rows: 17 }],
  ['of what is no picture', { width: 16, rows: 16, data: 'not base64!' }],
  ['of a width that is not whole bytes', { ...logo(16, 16), width: 15 }],
])('a logo %s is refused', async (_what, own) => {
  const jar = await signedIn(doors, 'manager', 'mona');
  const refused = await ask(jar, 'paper', { design: withLogo(own) });
  expect([refused.status, refused.answer]).toEqual([400, { refused: 'payload.invalid' }]);
  expect((await ask(jar, 'paper/preview', wish(withLogo(own)))).status).toBe(400);
  expect(designOf(doors.centre.configuration()).logo).toBeNull();
});

test('[PUBLISH-2] what is saved holds today, and outlives a restart', async () => {
  const jar = await signedIn(doors, 'manager', 'mona');
  expect((await ask(jar, 'paper', { design: economy })).answer).toEqual({ waiting: [] });
  expect((await ask(jar, 'paper', { design: economy })).answer).toEqual({ waiting: [] });
  expect(designOf(doors.centre.configuration()).economy).toBe(true);
  const { data } = doors;
  await doors.stop();
  doors = await openDoors({ data, staff: false });
  expect(designOf(newest(doors.centre)).economy).toBe(true);
});

import { expect, test } from 'vitest';
import { PRINT_STATES, PRINTER_STATES } from '../core/protocol/views.js';
import ar from '../web/messages/kiosk.ar.json' with { type: 'json' };
import { paperNews } from './paper.js';

const receipt = { ticketId: 's:1', printing: true };
const news = (printer: (typeof PRINTER_STATES)[number], job?: (typeof PRINT_STATES)[number]) =>
  paperNews({ printer, printing: job === undefined ? {} : { 's:1': job } }, receipt);

test('every state of job and printer has words', () => {
  for (const printer of PRINTER_STATES) {
    for (const job of [undefined, ...PRINT_STATES]) {
      expect(ar).toHaveProperty([`paper.${news(printer, job)}`]);
      expect(ar).toHaveProperty([`paper.${news(printer, job)}What`]);
    }
  }
});

test('paper that came out is there, whatever the printer says afterwards', () => {
  expect(news('paperEnd', 'confirmed')).toBe('take');
  expect(news('ready', 'assumed')).toBe('take');
});

test('a printer without paper, or away, has not printed', () => {
  for (const printer of ['paperEnd', 'coverOpen', 'fault', 'away'] as const) {
    expect(news(printer, 'queued')).toBe('failed');
  }
  expect(news('ready', 'abandoned')).toBe('failed');
});

test('a paper that comes out elsewhere is looked for there, unless it breaks off there too', () => {
  const elsewhere = (job: (typeof PRINT_STATES)[number]) =>
    paperNews({ printer: 'paperEnd', printing: { 's:1': job } }, receipt, true);
  expect([elsewhere('queued'), elsewhere('confirmed')]).toEqual(['elsewhere', 'elsewhere']);
  expect(elsewhere('interrupted')).toBe('unprinted');
  expect(ar).toHaveProperty(['paper.elsewhere']);
  expect(ar).toHaveProperty(['paper.elsewhereWhat']);
});

test('a job not seen yet is on its way, unless the kiosk does not print', () => {
  expect(news('ready')).toBe('printing');
  expect(news('ready', 'interrupted')).toBe('unprinted');
  expect(news('nearEnd', 'reprinting')).toBe('again');
  expect(news('none')).toBe('none');
  expect(paperNews({ printer: 'ready', printing: {} }, { ...receipt, printing: false })).toBe(
    'none',
  );
});

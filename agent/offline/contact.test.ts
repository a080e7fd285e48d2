import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MINUTE_MS } from '../../core/time.js';
import { Contact, CONTACT_EVERY_MS } from './contact.js';

const folder = mkdtempSync(join(tmpdir(), 'dawr-contact-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The centre's time when the server is heard first. */
const AT = Date.UTC(2026, 10, 22, 6);

let count = 0;
/** A machine whose clock is wrong by so much, and that can be started anew. */
const machineOff = (offMs: number) => {
  const file = join(folder, `contact-${(count += 1)}.json`);
  const state = { bootId: 'first', up: 1_000_000, off: offMs, at: AT };
  const machine = {
    get bootId() {
      return state.bootId;
    },
    uptime: () => state.up,
    wall: () => state.at + state.off,
  };
  const pass = (ms: number): void => {
    state.at += ms;
    state.up += ms;
  };
  return { file, machine, state, pass };
};

test('a wrong clock, or one that is set, does not move the time since the last contact', () => {
  const { file, machine, state, pass } = machineOff(7 * MINUTE_MS);
  const contact = new Contact(file, machine);
  contact.hear(AT);
  pass(90 * MINUTE_MS);
  state.off = -40 * MINUTE_MS;
  expect(contact.now()).toBe(AT + 90 * MINUTE_MS);
});

test('an agent that starts again on the same machine goes on from the last contact', () => {
  const { file, machine, state, pass } = machineOff(0);
  new Contact(file, machine).hear(AT);
  pass(5 * MINUTE_MS);
  state.off = 3 * MINUTE_MS;
  expect(new Contact(file, machine).now()).toBe(AT + 5 * MINUTE_MS);
});

test('a machine that starts again goes by its clock and by how far that was wrong', () => {
  const { file, machine, state, pass } = machineOff(7 * MINUTE_MS);
  new Contact(file, machine).hear(AT);
  pass(60 * MINUTE_MS);
  Object.assign(state, { bootId: 'second', up: 0 });
  expect(new Contact(file, machine).now()).toBe(AT + 60 * MINUTE_MS);
  state.off = -300 * MINUTE_MS;
  expect(new Contact(file, machine).now()).toBe(AT);
});

test('what was heard is written down now and then, and whole', () => {
  const { file, machine, state, pass } = machineOff(0);
  const contact = new Contact(file, machine);
  contact.hear(AT);
  pass(CONTACT_EVERY_MS - 1);
  contact.hear(state.at);
  expect(new Contact(file, machine).lastAt).toBe(AT);
  pass(1);
  contact.hear(state.at);
  expect(new Contact(file, machine).lastAt).toBe(AT + CONTACT_EVERY_MS);
  writeFileSync(file, '{"at":');
  expect(new Contact(file, machine).lastAt).toBeUndefined();
});

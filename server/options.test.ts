import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { startOf } from './options.js';

test('without options it is the demo, with its own place', () => {
  expect(startOf([])).toEqual({
    kind: 'demo',
    data: resolve('data/demo'),
    port: 4000,
    speed: null,
  });
});

test('the demo takes a place, a port and a speed', () => {
  expect(startOf(['--simulate'])).toMatchObject({ speed: 10 });
  const args = ['--simulate', '--speed', '2.5', '--port', '0', '--data', '/tmp/x'];
  expect(startOf(args)).toEqual({ kind: 'demo', data: '/tmp/x', port: 0, speed: 2.5 });
});

test('a centre has its file, and may train', () => {
  expect(startOf(['--config', 'x'])).toEqual({ kind: 'centre', config: 'x', training: false });
  expect(startOf(['--training', '--config', 'x'])).toMatchObject({ training: true });
  expect(startOf(['--help', '--config', 'x'])).toEqual({ kind: 'help' });
});

test.each([
  ['--port abc', '--port abc is not a port: give a number from 0 to 65534.'],
  ['--port 80000', '--port 80000 is not a port'],
  ['--port 65535', '--port 65535 is not a port'],
  ['--port 1e3', '--port 1e3 is not a port'],
  ['--simulate --speed abc', '--speed abc is not a speed: give a number above 0, up to 600.'],
  ['--simulate --speed 601', '--speed 601 is not a speed'],
  ['--simulate --speed 0', '--speed 0 is not a speed'],
  ['--speed 30', '--speed goes with --simulate.'],
  ['--training', '--training goes with --config FILE'],
  ['--config x --simulate', '--simulate is for the demo'],
  ['--config x --port 4000', '--port is for the demo'],
  ['--config x --data y', '--data is for the demo'],
  ['--colour', "Unknown option '--colour'."],
  ['--port', "Option '--port <value>' argument missing."],
  ['verifiy', "Unexpected argument 'verifiy'."],
])('%s is answered by a sentence', (line, sentence) => {
  let message = '';
  try {
    startOf(line.split(' '));
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message.startsWith(sentence), message).toBe(true);
  expect(message).not.toMatch(/TypeError|ERR_|\n/);
});

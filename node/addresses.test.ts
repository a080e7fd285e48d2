import { expect, test } from 'vitest';
import { urlOf, urlsOf } from './addresses.js';

const address = (ip: string, family: 'IPv4' | 'IPv6', internal: boolean) => ({
  ...{ address: ip, family, internal, netmask: '', mac: '', cidr: null },
  ...(family === 'IPv6' ? { scopeid: 0 } : {}),
});
const interfaces = {
  lo: [address('127.0.0.1', 'IPv4', true)],
  eth0: [address('10.0.0.5', 'IPv4', false), address('fe80::1', 'IPv6', false)],
  eth1: [address('192.168.1.9', 'IPv4', false)],
} as unknown as Parameters<typeof urlsOf>[1];

test('a listener on one address has that one', () => {
  expect(urlsOf(urlOf('http', '127.0.0.1', 4000), interfaces)).toEqual(['http://127.0.0.1:4000']);
  expect(urlOf('https', '::1', 4000)).toBe('https://[::1]:4000');
});

test.each(['0.0.0.0', '::'])('a listener on %s has those of the machine', (host) => {
  expect(urlsOf(urlOf('https', host, 4000), interfaces)).toEqual([
    'https://10.0.0.5:4000',
    'https://192.168.1.9:4000',
  ]);
  expect(urlsOf(urlOf('https', host, 443), interfaces)[0]).toBe('https://10.0.0.5');
  expect(urlsOf(urlOf('http', host, 4000), {})).toEqual(['http://localhost:4000']);
});

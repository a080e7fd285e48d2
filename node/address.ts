import { isIPv6 } from 'node:net';

const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));

/**
 * Whose limits an address shares: its own, or for IPv6 those of its /64, since one line has all of
 * these. Many people may be behind one, so limits by address are generous.
 */
export const lineOf = (address: string | undefined): string => {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.replace(/%.*$/, '').split('::');
  const known = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = Array<string>(Math.max(0, 8 - known.length - last.length)).fill('0');
  const groups = [...known, ...zeros, ...last].slice(0, 4);
  return groups.map((group) => parseInt(group, 16).toString(16)).join(':');
};

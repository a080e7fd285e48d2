import { networkInterfaces } from 'node:os';

type Interfaces = ReturnType<typeof networkInterfaces>;

/** A host as it stands in an address: an IPv6 address in brackets. */
const written = (host: string): string => (/^[^[].*:/.test(host) ? `[${host}]` : host);

export const urlOf = (scheme: string, host: string, port: number): string =>
  `${scheme}://${written(host)}:${port}`;

/**
 * The addresses at which a listener can be opened in a browser: its own or, when it listens on all
 * addresses of this machine, each of those that other machines can reach.
 */
export const urlsOf = (url: string, interfaces: Interfaces = networkInterfaces()): string[] => {
  const { protocol, hostname, port } = new URL(url);
  const isAll = hostname === '0.0.0.0' || hostname === '[::]';
  if (!isAll) return [url];
  const outside = Object.values(interfaces).flatMap((addresses = []) =>
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4'),
  );
  const hosts = outside.map(({ address }) => address);
  return (hosts.length === 0 ? ['localhost'] : hosts).map(
    // The port as the listener has it: URL leaves out the scheme's usual one.
    (host) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`,
  );
};

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';

/** Whether a request was meant for this server, by the name that it was sent to. */
type OwnHost = (request: IncomingMessage) => boolean;

/** How a server listens, and by which names it is reached. */
export interface Named {
  readonly host: string;
  readonly names: readonly string[];
  readonly tls: { readonly cert: string } | null;
  /** A further name, as of now. */
  readonly publicUrl?: () => string | null;
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

const isAddress = (name: string): boolean => isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

/** The certificate's word on its names, wildcards included. */
const certified = ({ tls }: Named): ((name: string) => boolean) => {
  if (tls === null) return () => false;
  const certificate = new X509Certificate(readFileSync(tls.cert));
  return (name) => certificate.checkHost(name) !== undefined;
};

/**
 * Keeps out pages of elsewhere whose own name was made to point here (DNS rebinding): a browser
 * takes their requests for requests to that name. An address is nobody's name, so on a network any
 * address will do; a server of this machine alone is reached by this machine's names and its port.
 */
export const ownHostOf = (named: Named): OwnHost => {
  const { host, names, tls, publicUrl = () => null } = named;
  const scheme = tls === null ? 'http' : 'https';
  const usualPort = tls === null ? 80 : 443;
  const isCertified = certified(named);
  const isLocal = LOOPBACK.has(host) || host === '::1';
  const here = hostname().toLowerCase();
  const known = new Set([...names, ...(isLocal ? [] : [host, here, `${here}.local`])]);
  return ({ headers, socket }) => {
    const sentTo = `${scheme}://${headers.host ?? ''}`;
    if (!URL.canParse(sentTo)) return false;
    const { hostname: name, port } = new URL(sentTo);
    const isPublic = (): boolean => {
      const url = publicUrl();
      return url !== null && new URL(url).hostname === name;
    };
    if (known.has(name) || isCertified(name)) return true;
    if (!isLocal) return isAddress(name) || name === 'localhost' || isPublic();
    if (!LOOPBACK.has(name)) return isPublic();
    return (port === '' ? usualPort : Number(port)) === socket.localPort;
  };
};

/** What was to be started, as far as a sentence about its failure needs it. */
export interface Starting {
  /** The centre's file; `null` for the demo. */
  readonly config: string | null;
  readonly host: string;
  readonly phonePort: number | null;
  /** What stands before the names of its fields; a centre's are in `server`. */
  readonly prefix?: string;
}

/** An error of Node's listeners; `port` and `hostname` as far as it knows them. */
interface ListenError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly port?: number;
}

export const isListenError = (error: unknown): error is ListenError =>
  error instanceof Error &&
  'syscall' in error &&
  (error.syscall === 'listen' || error.syscall === 'getaddrinfo');

/** What to do about a listener that did not open; `null` where that is not known. */
export const listenSentence = (error: ListenError, starting: Starting): string | null => {
  const { config, host, phonePort, prefix = 'server.' } = starting;
  const { code, port } = error;
  const isPhones = port !== undefined && port === phonePort;
  const which = `Port ${port}${isPhones ? ', the one for phones,' : ''}`;
  const field = `${prefix}${isPhones ? 'phonePort' : 'port'}`;
  const other = config === null ? 'another with --port' : `another as ${field} in ${config}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${which} is in use: stop the other program, or choose ${other}.`;
    case 'EACCES':
      return (
        `${which} is not open to this user: choose ${other}, from 1024 up, ` +
        'or give the service CAP_NET_BIND_SERVICE.'
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EADDRNOTAVAIL':
      return (
        `${host} is not an address of this machine (${code}): ` +
        `correct ${prefix}host${config === null ? '' : ` in ${config}`}.`
      );
    default:
      return null;
  }
};

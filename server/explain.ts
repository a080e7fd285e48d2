import { LogFault } from './log/faults.js';
import { ConfigurationError } from './settings.js';

/** What was to be started, as far as a sentence about its failure needs it. */
export interface Starting {
  /** The centre's file; `null` for the demo. */
  readonly config: string | null;
  readonly host: string;
  readonly phonePort: number | null;
}

/** An error of Node's listeners; `port` and `hostname` as far as it knows them. */
interface ListenError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly port?: number;
}

const isListenError = (error: unknown): error is ListenError =>
  error instanceof Error &&
  'syscall' in error &&
  (error.syscall === 'listen' || error.syscall === 'getaddrinfo');

const listening = (error: ListenError, { config, host, phonePort }: Starting): string | null => {
  const { code, port } = error;
  const isPhones = port !== undefined && port === phonePort;
  const which = `Port ${port}${isPhones ? ', the one for phones,' : ''}`;
  const field = isPhones ? 'server.phonePort' : 'server.port';
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
        `correct server.host${config === null ? '' : ` in ${config}`}.`
      );
    default:
      return null;
  }
};

/** Faults that a person can mend are told in sentences; the rest with everything known. */
export const explain = (error: unknown, starting: Starting | undefined): string => {
  if (error instanceof ConfigurationError || error instanceof LogFault) return error.message;
  if (starting !== undefined && isListenError(error)) {
    const sentence = listening(error, starting);
    if (sentence !== null) return sentence;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

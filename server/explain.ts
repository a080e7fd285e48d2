import { isListenError, listenSentence, type Starting } from '../node/listening.js';
import { LogFault } from './log/faults.js';
import { ConfigurationError } from '../node/settings.js';

/** Faults that a person can mend are told in sentences; the rest with everything known. */
export const explain = (error: unknown, starting: Starting | undefined): string => {
  if (error instanceof ConfigurationError || error instanceof LogFault) return error.message;
  if (starting !== undefined && isListenError(error)) {
    const sentence = listenSentence(error, starting);
    if (sentence !== null) return sentence;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
};

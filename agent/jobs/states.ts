import type { PrintState } from '../../core/protocol/views.js';

/** What happens to a print job beside its printer; only staff abandon one, in the log. */
export type JobEvent =
  'started' | 'written' | 'confirmed' | 'assumed' | 'interrupted' | 'startedAgain';

const NEXT: Readonly<Record<PrintState, Partial<Record<JobEvent, PrintState>>>> = {
  queued: { started: 'sending' },
  sending: { written: 'sent', interrupted: 'interrupted' },
  sent: { confirmed: 'confirmed', assumed: 'assumed', interrupted: 'interrupted' },
  interrupted: { startedAgain: 'reprinting' },
  reprinting: { written: 'sent', interrupted: 'interrupted' },
  confirmed: {},
  assumed: {},
  abandoned: {},
};

/** The state that follows. Throws where the event cannot happen: that is a bug. */
export function nextState(state: PrintState, event: JobEvent): PrintState {
  const next = NEXT[state][event];
  if (next === undefined) throw new Error(`a job that is ${state} cannot be ${event}`);
  return next;
}

/** Whether bytes of the job may be in the printer: after a restart nobody knows how many. */
export const isUnderWay = (state: PrintState): boolean =>
  state === 'sending' || state === 'sent' || state === 'reprinting';

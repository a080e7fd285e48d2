/**
 * Why a command is not carried out. The closed list: each has words in every language's messages
 * under `refusal.<code>`, and `core/SPEC.md` says when it arises.
 */
export const REFUSALS = [
  // the day
  'day.notOpen',
  'day.open',
  'day.issuingClosed',
  'day.holiday',
  'day.over',
  'day.wrongTime',
  'clock.unconfirmed',
  // tickets
  'ticket.unknown',
  'ticket.closed',
  'ticket.notWaiting',
  'ticket.notParked',
  'ticket.notAbsent',
  'ticket.called',
  'ticket.rated',
  'ticket.notClosed',
  'ticket.tooManyServices',
  'ticket.serviceTwice',
  'delay.outOfRange',
  'series.full',
  'lease.unknown',
  'pad.unknown',
  'pad.used',
  'pad.wrongTime',
  'hall.full',
  'hall.suspended',
  'service.unknown',
  'service.suspended',
  'class.unknown',
  'class.same',
  // paper
  'paper.notWaiting',
  'paper.onItsWay',
  'paper.stopped',
  'paper.running',
  'printer.unknown',
  // counters
  'counter.unknown',
  'counter.notOpen',
  'counter.open',
  'counter.busy',
  'counter.paused',
  'counter.notPaused',
  'counter.empty',
  'counter.notYours',
  'counter.started',
  'profile.unknown',
  'profile.same',
  'clerk.elsewhere',
  'queue.empty',
  'noShow.tooSoon',
  'reason.unknown',
  'reason.needed',
  'transfer.sameService',
  'transfer.noCounter',
  'transfer.returning',
  // help, suspension, devices, configuration
  'help.pending',
  'help.none',
  'suspend.already',
  'suspend.none',
  'device.unknown',
  'device.lastManager',
  'configuration.unknown',
  'configuration.same',
  // the door
  'payload.invalid',
  'role.denied',
  'rate.limited',
  'request.reused',
  'request.stale',
  'storage.failed',
  'bug',
] as const;
export type RefusalCode = (typeof REFUSALS)[number];

export interface Refusal {
  readonly refused: RefusalCode;
}

/** A refusal with the code. */
export const refuse = (refused: RefusalCode): Refusal => ({ refused });

/** Whether an answer of `decide`, or of the server, is a refusal. */
export const isRefusal = (value: object): value is Refusal => 'refused' in value;

import type { Millis, Words } from '../configuration.js';
import type { Outcome, TicketId } from '../events.js';
import type { Language, Result } from '../lists.js';
import type { SmsState } from './sms.js';
import type { HallTimes, Label, ViewBase } from './views.js';

/** What the page of one ticket shows. */
export interface PhoneView extends ViewBase {
  readonly centre: Words;
  readonly digits: 'arab' | 'latn';
  readonly zone: string;
  readonly ticketId: TicketId;
  readonly label: Label;
  /** What it bore before it took the number on the visitor's paper. */
  readonly was?: Label;
  readonly language: Language;
  readonly state: 'waiting' | 'delayed' | 'called' | 'serving' | 'parked' | 'absent' | 'closed';
  readonly service: Words;
  readonly nextServices: readonly Words[];
  readonly papers: readonly Words[] | null;
  readonly ahead: number;
  readonly joinedAt: Millis;
  readonly counter: { readonly number: number; readonly floor: Words } | null;
  readonly calls: number;
  /** While absent: coming back until then keeps the place; while delayed: the stated time. */
  readonly until: Millis | null;
  readonly delayMax: Millis;
  readonly outcome: Outcome | null;
  readonly result: Result | null;
  readonly stars: number | null;
  readonly hall: HallTimes;
  /** Text messages are offered; `null` while no number is known. */
  readonly sms?: { readonly state: SmsState | null };
}

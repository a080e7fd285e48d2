import { z } from 'zod';
import type { Millis } from '../configuration.js';
import { LANGUAGES, SERVICES_ASKED_MAX } from '../lists.js';
import { ID } from './forms.js';
import type { Refusal } from './refusals.js';
import type { Label, PrinterState, PrintState } from './views.js';

/** What a kiosk's page asks of the agent on its machine while the server is away. */
export const doorAskSchema = z.strictObject({
  kioskId: z.string().regex(ID),
  /** The id of the request that the server has not answered. */
  requestId: z.string().regex(/^[0-9a-f]{32}$/),
  services: z.array(z.string().regex(ID)).min(1).max(SERVICES_ASKED_MAX),
  classId: z.string().regex(/^(P[1-9])?$/),
  language: z.enum(LANGUAGES),
});
export type DoorAsk = z.infer<typeof doorAskSchema>;

/** How a kiosk stands while its server is away. */
export interface DoorStatus {
  /** The centre's time, as the agent reckons it. */
  readonly now: Millis;
  /** Until when tickets can be given out; `null` if they cannot. */
  readonly openUntil: Millis | null;
  readonly printer: PrinterState;
  /** Papers of tickets that the page has from here, by the visitor's request. */
  readonly papers: Readonly<Record<string, PrintState>>;
}

/** What the visitor gets; `qr` is the link, drawn as SVG. */
export interface DoorTicket {
  readonly requestId: string;
  readonly label: Label;
  readonly takenAt: Millis;
  readonly link: string | null;
  readonly printing: boolean;
  readonly qr: string | null;
}

export type DoorAnswer = DoorTicket | Refusal;

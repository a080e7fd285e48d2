import { z } from 'zod';
import { MODEL_SHAPE } from '../bus/model.js';
import { readChecked } from '../files.js';

const command = z.string().regex(/^AT[+^&A-Z0-9=,"?]{1,60}$/, 'is not an AT command');

/** What the agent must know of a model of GSM modem, beyond 3GPP TS 27.005 and 27.007. */
export const modemSchema = z.strictObject({
  ...MODEL_SHAPE,
  /** Asked whether there is a network; one that says so is enough. */
  registration: z.array(z.enum(['CREG', 'CGREG', 'CEREG'])).min(1),
  /** Sent once the modem is spoken to; each must be answered by OK. */
  init: z.array(command).max(10),
  /**
   * How the modem is told to pass on delivery reports, as +CDS or as +CDSI with what is then read
   * and deleted; `null` where it has none: messages then stay *sent*.
   */
  reports: command.nullable(),
  /** A command is answered within this; a message within the other, as the manual says. */
  commandMs: z.number().int().min(300).max(30_000),
  sendMs: z.number().int().min(5_000).max(180_000),
});
export type ModemProfile = z.infer<typeof modemSchema>;

/** Reads a modem's profile. Throws `FileRefused`. */
export const readModem = (file: string): ModemProfile => readChecked(file, modemSchema);

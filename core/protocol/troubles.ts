import { z } from 'zod';
import { ID } from './forms.js';

const id = z.string().regex(ID);

/** An agent tells of no more at once. */
export const TROUBLES_MAX = 40;

/**
 * What is wrong with a device beside an agent. `away`: its line cannot be opened, or was lost ·
 * `silent`: it answers by nature and does not · `refuses`: it answers that it will not.
 */
export const troubleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('line'), line: id, fault: z.literal('away') }),
  z.strictObject({ kind: z.literal('scanner'), scanner: id, fault: z.literal('away') }),
  z.strictObject({
    kind: z.enum(['display', 'relay']),
    line: id,
    address: z.number().int().min(0).max(255),
    fault: z.enum(['silent', 'refuses']),
  }),
]);
export type Trouble = z.infer<typeof troubleSchema>;

/** What an agent tells whole, each time that it changes. */
export const troublesSchema = z.array(troubleSchema).max(TROUBLES_MAX);

/**
 * What is wrong with a kiosk's own page. `unkept`: its browser does not keep it, so that it comes
 * back only with the server.
 */
const pageTroubleSchema = z.strictObject({ kind: z.literal('page'), fault: z.literal('unkept') });
export type PageTrouble = z.infer<typeof pageTroubleSchema>;

/** What a kiosk tells of itself, as an agent tells of the devices beside it. */
export const pageTroublesSchema = z.array(pageTroubleSchema).max(1);

/** Of which device a trouble is, whatever is wrong with it. */
export const placeOf = (trouble: Trouble | PageTrouble): string => {
  switch (trouble.kind) {
    case 'page':
      return 'page';
    case 'line':
      return `line ${trouble.line}`;
    case 'scanner':
      return `scanner ${trouble.scanner}`;
    default:
      return `${trouble.kind} ${trouble.line} ${trouble.address}`;
  }
};

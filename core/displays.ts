import { z } from 'zod';
import type { Label } from './protocol/views.js';

/** One printable character of ASCII: what the wires to LED displays carry. */
const shape = z.string().regex(/^[ -~]$/, 'is not one printable character of ASCII');

interface Shapes {
  readonly width: number;
  readonly characters: string;
  readonly twins: Readonly<Record<string, string>>;
}

/** A text in the shapes of a display, or `undefined` where one is missing or it is too long. */
export const shownOn = (shapes: Shapes, text: string): string | undefined => {
  let shown = '';
  for (const character of text) {
    const twin = shapes.characters.includes(character) ? character : shapes.twins[character];
    if (twin === undefined || !shapes.characters.includes(twin)) return undefined;
    shown += twin;
  }
  return shown.length <= shapes.width ? shown : undefined;
};

/**
 * What a model of LED display can show: so many characters side by side, of these shapes. `twins`
 * names for a character without a shape the one that stands for it, as `A` for `أ`.
 */
export const faceSchema = z
  .strictObject({
    width: z.number().int().min(1).max(40),
    align: z.enum(['left', 'right']),
    characters: z.string().regex(/^[ -~]+$/, 'holds more than printable ASCII'),
    twins: z.record(z.string().min(1).max(1), shape),
    /** What stands there when there is no number to show; empty is dark. */
    signs: z.strictObject({
      closed: z.string().max(40),
      paused: z.string().max(40),
      /** The server is away: what stood there may be wrong. */
      lost: z.string().max(40),
    }),
  })
  .refine((face) => Object.values(face.signs).every((sign) => shownOn(face, sign) === sign), {
    path: ['signs'],
    message: 'holds a sign that is too wide, or of shapes that are not among characters',
  });
export type Face = z.infer<typeof faceSchema>;

/**
 * A label as a display shows it, without the space that paper has: the Arabic letter or its twin,
 * else the Latin letter of the pair. `undefined` where the display cannot show it.
 */
export const labelOn = (face: Face, { letter, number }: Label): string | undefined => {
  const letters = letter === null ? [''] : [letter.ar, letter.en];
  for (const candidate of letters) {
    const shown = shownOn(face, `${candidate}${number}`);
    if (shown !== undefined) return shown;
  }
  return undefined;
};

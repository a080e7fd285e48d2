import { createRequire } from 'node:module';
import { GlobalFonts } from '@napi-rs/canvas';
import { WEIGHTS, type Face } from './sheet.js';

const require = createRequire(import.meta.url);

/** The font file of one script and weight: the same files as a browser's. */
export const fontFile = (script: 'arabic' | 'latin', weight: number): string =>
  require.resolve(`@fontsource/cairo/files/cairo-${script}-${weight}-normal.woff2`);

/** Registers Cairo once per process. Throws if a file is missing or is not a font. */
export function registerFonts(): void {
  for (const weight of WEIGHTS) {
    for (const script of ['arabic', 'latin'] as const) {
      const name = family(script, weight);
      if (GlobalFonts.has(name)) continue;
      const file = fontFile(script, weight);
      if (GlobalFonts.registerFromPath(file, name) === null) {
        throw new Error(`${file} cannot be read as a font`);
      }
    }
  }
}

const family = (script: 'arabic' | 'latin', weight: number): string => `Cairo-${script}-${weight}`;

/** A canvas `font` value: Arabic glyphs first, Latin ones for what is missing there. */
export const fontOf = ({ sizePx, weight }: Face): string =>
  `${sizePx}px "${family('arabic', weight)}", "${family('latin', weight)}"`;

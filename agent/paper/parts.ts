import { createHash } from 'node:crypto';
import type { Configuration, Words } from '../../core/configuration.js';
import { designOf } from '../../core/design.js';
import { emptyBitmap, type Bitmap } from '../../paper/bitmap.js';
import { wrapped } from '../../paper/fit.js';
import { logoDots } from '../../paper/logo.js';
import type { Face, TextItem } from '../../paper/sheet.js';
import type { Raster } from '../../paper/raster.js';
import { PAPER_WORDS } from '../../paper/words.js';
import { withoutDle } from './bands.js';

/** How a part of a paper is drawn. */
export type TextKind = keyof typeof FACES;
export type PartKind = TextKind | 'logo';

/** A part of papers that stays the same from ticket to ticket, drawn for the printer's memory. */
export interface Part {
  /** What it is looked up by: its kind and its text. */
  readonly id: string;
  readonly bitmap: Bitmap;
  /** Two ASCII characters that follow from what is drawn: the same key is the same picture. */
  readonly key: string;
}

/** What a graphic takes in a printer beside its dots. */
export const GRAPHIC_HEAD_BYTES = 8;

export const LOGO_PART = 'logo ';
export const partId = (kind: PartKind, text: string): string => `${kind} ${text}`;

const FACES = {
  centre: { sizePx: 26, weight: 800 },
  letter: { sizePx: 92, weight: 900 },
  /** The letter where there is little room. */
  initial: { sizePx: 64, weight: 900 },
  service: { sizePx: 38, weight: 800 },
  /** A service as one of several, or where there is little room. */
  listed: { sizePx: 24, weight: 800 },
  /** What every ticket may say. */
  small: { sizePx: 24, weight: 800 },
  heading: { sizePx: 30, weight: 900 },
  text: { sizePx: 30, weight: 700 },
} as const satisfies Readonly<Record<string, Face>>;
const LINES_MAX = 2;
const SERVICE_LINES_MAX = 3;
/** A QR code of 37 modules of 4 dots, and what is clear at both its sides. */
const CODE_DOTS = 37 * 4 + 24;
/** On narrower paper a service stands below the code. */
const WIDE_DOTS = 512;
const MARGIN_DOTS = 8;
const LEADING = 1.35;
const ABOVE = 1.1;
const BELOW = 0.6;

/** Every part that papers of a centre may need, in the order of their use, each once. */
export function partsOf(configuration: Configuration, raster: Raster): Part[] {
  const { centre, categories, services } = configuration;
  const paper = designOf(configuration);
  const { ahead, peopleAhead, scan, training, copy, slip } = PAPER_WORDS.ar;
  const { ask, none, ...headings } = slip;
  const texts = [ahead, peopleAhead.zero ?? '', scan, training, copy.lost, copy.again];
  const notes = paper.note === null ? [] : [paper.note.ar];
  const arabic = (words: readonly Words[]): string[] => words.map(({ ar }) => ar);
  const wanted: [TextKind, string][] = [
    ['centre', centre.name.ar],
    ...categories.flatMap(({ letter }): [TextKind, string][] =>
      (['letter', 'initial'] as const).flatMap((kind): [TextKind, string][] =>
        letter === null ? [] : [[kind, letter.ar]],
      ),
    ),
    ...[...texts, ...notes].map((text): [TextKind, string] => ['small', text]),
    ...[ask, none, ...notes].map((text): [TextKind, string] => ['text', text]),
    ...Object.values(headings).map((text): [TextKind, string] => ['heading', text]),
    ...(['service', 'listed'] as const).flatMap((kind) =>
      arabic(services.map(({ name }) => name)).map((name): [TextKind, string] => [kind, name]),
    ),
  ];
  const drawn = wanted.map(([kind, text]) => ({
    id: partId(kind, text),
    bitmap: drawnText(
      { kind, text, linesMax: kind === 'service' ? SERVICE_LINES_MAX : LINES_MAX },
      raster,
    ),
  }));
  const logo = paper.logo === null ? [] : [{ id: LOGO_PART, bitmap: logoDots(paper.logo) }];
  return keyed([...logo, ...drawn]);
}

interface Text {
  readonly kind: TextKind;
  readonly text: string;
  readonly linesMax: number;
}

/** An Arabic text on at most so many lines in the middle, without blank paper around it. */
export function drawnText({ kind, text, linesMax }: Text, raster: Raster): Bitmap {
  const face = FACES[kind];
  const { width: sheetWidth } = raster;
  const isBeside = sheetWidth >= WIDE_DOTS && (kind === 'service' || kind === 'listed');
  const beside = isBeside ? CODE_DOTS : 0;
  const room = sheetWidth - 2 * MARGIN_DOTS - beside;
  const width = (line: string): number => raster.measure.width(line, face);
  const lines = wrapped(text, linesMax, { width, room });
  // Lines start under one another, and the widest stands in the middle.
  const x = Math.round((sheetWidth + Math.max(...lines.map(width))) / 2);
  const leading = Math.round(face.sizePx * LEADING);
  const items = lines.map((line, index): TextItem => ({
    ...{ kind: 'text', text: line, language: 'ar', face, white: false },
    ...{ x, anchor: 'right' },
    baseline: Math.round(face.sizePx * ABOVE) + index * leading,
  }));
  const height = Math.round(face.sizePx * (ABOVE + BELOW)) + (lines.length - 1) * leading;
  return cropped(raster.draw({ width: sheetWidth, height, items, watermark: null }));
}

/** Without blank rows above and below, and as many blank bytes less at both sides. */
function cropped({ bytesPerRow, rows, data }: Bitmap): Bitmap {
  const isInked = (x: number, y: number): boolean => data[y * bytesPerRow + x] !== 0;
  const all = Array.from({ length: rows }, (_, y) => y);
  const columns = Array.from({ length: bytesPerRow }, (_, x) => x);
  const inked = all.filter((y) => columns.some((x) => isInked(x, y)));
  const top = inked[0];
  const bottom = inked.at(-1);
  if (top === undefined || bottom === undefined) return emptyBitmap(1, 1);
  const blank = columns.findIndex((x) =>
    inked.some((y) => isInked(x, y) || isInked(bytesPerRow - 1 - x, y)),
  );
  const part = emptyBitmap(bytesPerRow - 2 * blank, bottom - top + 1);
  for (let y = 0; y < part.rows; y += 1) {
    const from = (top + y) * bytesPerRow + blank;
    part.data.set(data.subarray(from, from + part.bytesPerRow), y * part.bytesPerRow);
  }
  return { ...part, data: withoutDle(part.data) };
}

const FIRST_KEY = 0x21;
const KEY_LETTERS = 94;

/** Keys from the hash of what is drawn; of two that fall on one key, the second goes further. */
function keyed(parts: readonly Omit<Part, 'key'>[]): Part[] {
  const ids = new Set<string>();
  const taken = new Set<string>();
  const hashed = parts.map((part) => ({ part, hash: hashOf(part.bitmap) }));
  // In the order of the hashes, so that the order of a list of services does not matter.
  const keys = new Map<string, string>();
  for (const { hash } of [...hashed].sort((a, b) => (a.hash < b.hash ? -1 : 1))) {
    if (keys.has(hash)) continue;
    let salt = 0;
    while (taken.has(keyOf(hash, salt))) salt += 1;
    taken.add(keyOf(hash, salt));
    keys.set(hash, keyOf(hash, salt));
  }
  return hashed.flatMap(({ part, hash }) => {
    if (ids.has(part.id)) return [];
    ids.add(part.id);
    return [{ ...part, key: keys.get(hash)! }];
  });
}

const hashOf = ({ bytesPerRow, rows, data }: Bitmap): string =>
  createHash('sha256').update(`${bytesPerRow} ${rows} `).update(data).digest('hex');

function keyOf(hash: string, salt: number): string {
  const value = (Number.parseInt(hash.slice(0, 8), 16) + salt) % (KEY_LETTERS * KEY_LETTERS);
  return String.fromCharCode(
    FIRST_KEY + Math.floor(value / KEY_LETTERS),
    FIRST_KEY + (value % KEY_LETTERS),
  );
}

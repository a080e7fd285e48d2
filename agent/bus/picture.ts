import type { Face } from './virtual-bus.js';

/** Segments of a digit, lit: a top, then clockwise b c d e f, and g in the middle. */
const SEGMENTS: Readonly<Record<string, string>> = {
  ...{ '0': 'abcdef', '1': 'bc', '2': 'abdeg', '3': 'abcdg', '4': 'bcfg', '5': 'acdfg' },
  ...{ '6': 'acdefg', '7': 'abc', '8': 'abcdefg', '9': 'abcdfg', '-': 'g', ' ': '' },
  ...{ A: 'abcefg', b: 'cdefg', C: 'adef', d: 'bcdeg', E: 'adefg', F: 'aefg', H: 'bcefg' },
  ...{ J: 'bcde', L: 'def', P: 'abefg', U: 'bcdef', y: 'bcdfg' },
};
/** Corner points of each segment in a cell of 20 by 34. */
const SHAPES: Readonly<Record<string, string>> = {
  a: '3,2 17,2 14,5 6,5',
  b: '18,3 18,16 15,14 15,6',
  c: '18,18 18,31 15,28 15,20',
  d: '3,32 17,32 14,29 6,29',
  e: '2,18 2,31 5,28 5,20',
  f: '2,3 2,16 5,14 5,6',
  g: '4,17 6,15 14,15 16,17 14,19 6,19',
};
const CELL = { width: 22, height: 34 };
const ROW = 58;
const HOUSING_HEIGHT = 46;
const LIT = '#ff3b2f';
const DARK = '#33110e';

const digit = (character: string, at: number): string => {
  const lit = SEGMENTS[character];
  const x = at * CELL.width;
  if (lit === undefined) {
    const style = `font-family="monospace" font-size="30" font-weight="700" fill="${LIT}"`;
    return `<text x="${x + 2}" y="29" ${style}>${character === '>' ? '&gt;' : character}</text>`;
  }
  const segments = Object.entries(SHAPES).map(([name, points]) => {
    return `<polygon points="${points}" fill="${lit.includes(name) ? LIT : DARK}"/>`;
  });
  return `<g transform="translate(${x} 0)">${segments.join('')}</g>`;
};

const BLINK =
  '<animate attributeName="opacity" values="1;0.15" dur="1s" calcMode="discrete" ' +
  'repeatCount="indefinite"/>';

const widthOf = (text: string): number => text.length * CELL.width + 12;

const housing = ({ text, blinks }: Face): string => {
  const digits = [...text].map(digit).join('');
  return (
    `<rect width="${widthOf(text)}" height="${HOUSING_HEIGHT}" rx="4" fill="#140807"/>` +
    `<g transform="translate(6 6)">${digits}${blinks ? BLINK : ''}</g>`
  );
};

const row = (face: Face, at: number): string =>
  `<g transform="translate(8 ${8 + at * ROW})">${housing(face)}` +
  `<text x="${widthOf(face.text) + 8}" y="28" font-family="sans-serif" font-size="13" ` +
  `fill="#555">${face.address}</text></g>`;

const drawn = (width: number, height: number, inner: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
  `viewBox="0 0 ${width} ${height}">${inner}</svg>\n`;

/** One display as it looks: an SVG document. */
export const displayPicture = (face: Face): string =>
  drawn(widthOf(face.text), HOUSING_HEIGHT, housing(face));

/** The displays of a bus as they look, with their addresses: an SVG document. */
export const busPicture = (faces: readonly Face[]): string => {
  const widest = Math.max(4, ...faces.map(({ text }) => text.length));
  const width = widest * CELL.width + 70;
  const height = Math.max(1, faces.length) * ROW + 8;
  return drawn(width, height, faces.map(row).join(''));
};

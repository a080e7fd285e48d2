import { lineOf, script, type Complaint, type Source } from './tree.js';

/** Marks of unfinished work, silenced checks, and of the place where the work was done. */
const FORBIDDEN = [
  /\b(?:TOD[O]|FIXM[E]|XX[X])\b/g,
  /@ts-(?:ignor[e]|nochec[k])/g,
  /eslint-disabl[e](?!-next-line [\w@/-]+ -- \w)/g,
  /\b(?:describe|test|it|suite)\.(?:onl[y]|ski[p]|tod[o])\b/g,
  /\bissues? #?\d+/gi,
  /(?<![\w.])\/wor[k]\//g,
  /bash_job[s]|\/\.librar[y]\b|before-sto[p]/g,
];

/** Words that have no place in the project's files. */
export function wordComplaints({ path, text }: Source): Complaint[] {
  return FORBIDDEN.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((found) => ({
      path,
      words: `line ${lineOf(text, found.index)} says ${found[0]}`,
    })),
  );
}

const COLOUR =
  /#(?:[\da-f]{8}|[\da-f]{6}|[\da-f]{3,4})\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(/i;
const NAMED =
  /(?<![\w-])(?:white|black|gr[ae]y|silver|red|green|blue|yellow|orange|gold|purple)\b/i;
/** What a mask is painted with is not seen. */
const MASK = /^(?:-webkit-)?mask/;
const DECLARATION = /(?<name>[\w-]+)\s*:\s*(?<value>[^;{}]+)(?=[;}])/g;
const PAINT = /\b(?:fill|stroke|color|stop-color|background)="(?<value>[^"{]+)"/g;
const QUOTED = /(?<quote>['"`])(?<value>#[\da-f]{3,8})\k<quote>/gi;

const isColour = (value: string): boolean => COLOUR.test(value) || NAMED.test(value);

function styles({ path, text }: Source): string {
  const style = path.endsWith('.css') ? text : /<style[^>]*>([\s\S]*?)<\/style>/.exec(text)?.[1];
  return (style ?? '').replace(/\/\*[\s\S]*?\*\/|\burl\([^)]*\)/g, '');
}

/** Colours written down outside the theme, in the browser apps. */
export function colourComplaints(source: Source): Complaint[] {
  const { path, text } = source;
  const app = /^(?:web|kiosk|display|desk|manager|overview|phone)\/.*\.(?:svelte|css|ts)$/.test(
    path,
  );
  if (!app || path.startsWith('web/theme') || path.endsWith('.test.ts')) return [];
  const markup = path.endsWith('.svelte') ? text.replace(/<style[\s\S]*/, '') : '';
  const values = [
    ...styles(source).matchAll(DECLARATION),
    ...markup.matchAll(PAINT),
    ...script(source).matchAll(QUOTED),
  ]
    .filter((found) => !MASK.test(found.groups?.['name'] ?? ''))
    .map((found) => found.groups?.['value'] ?? '');
  return values.filter(isColour).map((value) => ({ path, words: `colour ${value.trim()}` }));
}

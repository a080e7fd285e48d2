import { round } from './figures.js';

/** A line of a table: column and figure. */
export type Row = Readonly<Record<string, string | number>>;

/** What a figure should be, beside what it is. */
export interface Aim {
  readonly aim: string;
  readonly figure: number;
  readonly met: boolean;
}

export interface Section {
  readonly title: string;
  /** What was raised, left out or shared; each a sentence. */
  readonly notes: readonly string[];
  readonly rows: readonly Row[];
  readonly aims: readonly Aim[];
}

/** Where sections work, and how long they may take. */
export interface Place {
  /** An empty folder on the disk that is measured; removed at the end. */
  readonly folder: string;
  readonly quick: boolean;
  /** The data directory with a long history, made when it is first asked for. */
  readonly history: () => Promise<History>;
}

export interface History {
  readonly directory: string;
  readonly days: number;
  readonly tickets: number;
}

export const atMost = (aim: string, figure: number, most: number): Aim => ({
  aim: `${aim} ≤ ${most}`,
  figure: round(figure),
  met: figure <= most,
});

export const atLeast = (aim: string, figure: number, least: number): Aim => ({
  aim: `${aim} ≥ ${least}`,
  figure: round(figure),
  met: figure >= least,
});

const columnsOf = (rows: readonly Row[]): string[] => [
  ...new Set(rows.flatMap((row) => Object.keys(row))),
];

const table = (rows: readonly Row[]): string => {
  const columns = columnsOf(rows);
  const lines = [columns, ...rows.map((row) => columns.map((name) => String(row[name] ?? '–')))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  const text = lines.map((line) => `| ${line.map((c, at) => c.padEnd(widths[at]!)).join(' | ')} |`);
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [text[0]!, rule, ...text.slice(1)].join('\n');
};

/** A section as Markdown. */
export const written = ({ title, notes, rows, aims }: Section): string => {
  const asked = aims.map(({ aim, figure, met }) => ({
    aim,
    figure,
    result: met ? 'met' : 'NOT MET',
  }));
  const parts = [table(rows), ...(asked.length > 0 ? [table(asked)] : [])];
  return [`\n## ${title}`, ...notes.map((note) => `- ${note}`), '', parts.join('\n\n')].join('\n');
};

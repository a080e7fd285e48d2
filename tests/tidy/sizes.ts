import { posix } from 'node:path';
import ts from 'typescript';
import { script, type Complaint, type Source } from './tree.js';

export const COLUMNS_MAX = 100;
export const FUNCTION_LINES_MAX = 70;
export const FILE_LINES_MAX = 300;
export const COMPONENT_LINES_MAX = 200;
export const PARAMETERS_MAX = 3;
export const FOLDER_FILES_MAX = 25;

const lines = (text: string): string[] => text.replace(/\n$/, '').split('\n');

/** Lines of programs and styles that are too wide. Prose and data have no such limit. */
export function lineComplaints({ path, text }: Source): Complaint[] {
  if (!/\.(?:ts|js|mjs|svelte|css|html)$/.test(path)) return [];
  return lines(text).flatMap((line, index) => {
    const width = [...line].length;
    return width <= COLUMNS_MAX ? [] : [{ path, words: `line ${index + 1} has ${width} columns` }];
  });
}

export function fileComplaints({ path, text }: Source): Complaint[] {
  const max = path.endsWith('.svelte') ? COMPONENT_LINES_MAX : FILE_LINES_MAX;
  const count = lines(text).length;
  if (!/\.(?:ts|js|mjs|svelte)$/.test(path) || count <= max) return [];
  return [{ path, words: `${count} lines, at most ${max}` }];
}

export function folderComplaints(all: readonly Source[]): Complaint[] {
  const counts = new Map<string, number>();
  for (const { path } of all) {
    const folder = posix.dirname(path);
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FOLDER_FILES_MAX)
    .map(([path, count]) => ({ path, words: `${count} files, at most ${FOLDER_FILES_MAX}` }));
}

const isGivenTo = (node: ts.Node, name: RegExp): boolean =>
  ts.isCallExpression(node.parent) && name.test(node.parent.expression.getText());
/** The block of a `describe` is a chapter of a file, not a function. */
const isChapter = (node: ts.Node): boolean => isGivenTo(node, /^describe\b/);
/** What takes the columns of a table of cases has as many parameters as the table. */
const isTable = (node: ts.Node): boolean => isGivenTo(node, /^(?:test|describe)\.each\b/);

/** Functions that are too long or take too many parameters. */
export function functionComplaints(source: Source): Complaint[] {
  const { path } = source;
  if (!/\.(?:ts|js|mjs|svelte)$/.test(path)) return [];
  const text = script(source);
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: Complaint[] = [];
  const lineAt = (offset: number): number => file.getLineAndCharacterOfPosition(offset).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const from = lineAt(node.getStart());
      const length = lineAt(node.getEnd()) - from + 1;
      if (length > FUNCTION_LINES_MAX && !isChapter(node)) {
        found.push({ path, words: `the function at line ${from} has ${length} lines` });
      }
      const taken = node.parameters.length;
      if (taken > PARAMETERS_MAX && !isTable(node)) {
        found.push({ path, words: `the function at line ${from} takes ${taken} parameters` });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

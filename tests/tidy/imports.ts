import { posix } from 'node:path';
import ts from 'typescript';
import { script, type Complaint, type Source } from './tree.js';

const APPS = ['kiosk', 'display', 'desk', 'manager', 'overview', 'phone'];

/** The import rule: what each folder may import besides itself. Tests may import anything. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  paper: ['core'],
  chain: ['core'],
  node: ['core', 'chain'],
  server: ['core', 'node', 'chain', 'paper'],
  upstream: ['core', 'node', 'chain'],
  agent: ['core', 'node', 'paper'],
  provision: ['core', 'node', 'chain', 'paper', 'server', 'agent'],
  web: ['core'],
  ...Object.fromEntries(APPS.map((app) => [app, ['web', 'core']])),
};

/** The only packages of the pure part. */
const CORE_PACKAGES = ['zod'];

const folderOf = (path: string): string => path.split('/')[0] ?? '';

function specifiers(source: Source): string[] {
  const found = ts.preProcessFile(script(source), true, true).importedFiles;
  return found.map(({ fileName }) => fileName);
}

function broken(path: string, specifier: string): string | undefined {
  const from = folderOf(path);
  if (specifier.startsWith('.')) {
    const to = folderOf(posix.join(posix.dirname(path), specifier));
    const allowed = to === from || MAY_IMPORT[from]?.includes(to) === true;
    return allowed ? undefined : `${from} imports ${to}: ${specifier}`;
  }
  if (from === 'core' && !CORE_PACKAGES.includes(specifier)) return `core imports ${specifier}`;
  const browser = from === 'web' || APPS.includes(from);
  if (browser && specifier.startsWith('node:')) return `a browser has no ${specifier}`;
  return undefined;
}

/** Imports that break the layout's rule. */
export function importComplaints(source: Source): Complaint[] {
  const { path } = source;
  if (MAY_IMPORT[folderOf(path)] === undefined || path.endsWith('.test.ts')) return [];
  if (!/\.(?:ts|svelte)$/.test(path)) return [];
  return specifiers(source).flatMap((specifier) => {
    const words = broken(path, specifier);
    return words === undefined ? [] : [{ path, words }];
  });
}

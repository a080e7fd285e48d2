import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's own files: what is installed, built or recorded is not among them. */
const FOREIGN = ['node_modules', 'build', 'data', '.git', 'package-lock.json'];

export interface Source {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A place that breaks a rule of the house, in words. */
export interface Complaint {
  readonly path: string;
  readonly words: string;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TEXT = /\.(?:ts|js|mjs|svelte|css|html|json|md)$/;

function paths(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (FOREIGN.includes(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? paths(path) : [path];
  });
}

const slashed = (path: string): string => relative(ROOT, path).split(sep).join('/');

/** Every file of the project. Text that people write comes with it; else it is empty. */
export function sources(): Source[] {
  return paths(ROOT).map((path) => ({
    path: slashed(path),
    text: TEXT.test(path) ? readFileSync(path, 'utf8') : '',
  }));
}

/** The program text of a file: its scripts if it is a component, with lines where they were. */
export function script({ path, text }: Source): string {
  if (!path.endsWith('.svelte')) return text;
  const scripts = [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  let out = '';
  for (const found of scripts) {
    const body = found[1] ?? '';
    const from = found.index + found[0].indexOf('>') + 1;
    out += '\n'.repeat(lineOf(text, from) - lineOf(out, out.length)) + body;
  }
  return out;
}

/** Counted from 1. */
export const lineOf = (text: string, offset: number): number =>
  text.slice(0, offset).split('\n').length;

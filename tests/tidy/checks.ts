import { importComplaints } from './imports.js';
import { messageComplaints } from './messages.js';
import { ruleComplaints } from './rules.js';
import * as sizes from './sizes.js';
import type { Complaint, Source } from './tree.js';
import { colourComplaints, wordComplaints } from './words.js';

/** A rule of the house, with a small tree that breaks it and what must then be said. */
interface Check {
  readonly name: string;
  readonly complaints: (all: readonly Source[]) => Complaint[];
  readonly broken: readonly (readonly [path: string, text: string])[];
  readonly said: readonly string[];
}

const each =
  (check: (source: Source) => Complaint[]) =>
  (all: readonly Source[]): Complaint[] =>
    all.flatMap(check);

const lines = (count: number): string => 'x();\n'.repeat(count);

export const CHECKS: readonly Check[] = [
  {
    name: 'imports',
    complaints: each(importComplaints),
    broken: [
      ['core/a.ts', "import { b } from '../server/b.js';\nimport fs from 'node:fs';"],
      ['server/a.ts', "export { b } from '../agent/b.js';\nimport { c } from '../core/c.js';"],
      ['desk/A.svelte', '<script lang="ts">\nimport B from "../kiosk/B.svelte";\n</script>'],
      ['web/a.ts', "const a = await import('../phone/a.js');"],
      ['web/b.ts', "import { join } from 'node:path';"],
    ],
    said: [
      'core imports server: ../server/b.js',
      'core imports node:fs',
      'server imports agent: ../agent/b.js',
      'desk imports kiosk: ../kiosk/B.svelte',
      'web imports phone: ../phone/a.js',
      'a browser has no node:path',
    ],
  },
  {
    name: 'lines',
    complaints: each(sizes.lineComplaints),
    broken: [['core/a.ts', `a();\n${'x'.repeat(101)}\n${'x'.repeat(100)}\n`]],
    said: ['line 2 has 101 columns'],
  },
  {
    name: 'files',
    complaints: each(sizes.fileComplaints),
    broken: [
      ['core/a.ts', lines(301)],
      ['core/b.ts', lines(300)],
      ['desk/A.svelte', lines(201)],
    ],
    said: ['301 lines, at most 300', '201 lines, at most 200'],
  },
  {
    name: 'functions',
    complaints: each(sizes.functionComplaints),
    broken: [
      ['core/a.ts', `const a = () => {\n${lines(69)}};`],
      ['core/b.ts', `const b = () => {\n${lines(68)}};`],
      ['core/c.ts', `describe('c', () => {\n${lines(69)}});`],
      ['core/d.test.ts', 'test.each(d)("d", (a, b, c, d) => {});'],
      ['desk/A.svelte', '<script>\nfunction a(b, c, d, e) {}\n</script>'],
    ],
    said: ['the function at line 1 has 71 lines', 'the function at line 2 takes 4 parameters'],
  },
  {
    name: 'folders',
    complaints: sizes.folderComplaints,
    broken: Array.from({ length: 26 }, (_, index) => [`core/a${index}.ts`, ''] as const),
    said: ['26 files, at most 25'],
  },
  {
    name: 'words',
    complaints: each(wordComplaints),
    broken: [
      ['core/a.ts', `// ${'TO'}DO later`],
      ['core/b.ts', `// see iss${'ue 7'}\n`],
      ['core/c.test.ts', `\ntest.${'skip'}('a');`],
      ['README.md', `in /wo${'rk'}/main`],
    ],
    said: [
      `line 1 says ${'TO'}DO`,
      `line 1 says iss${'ue 7'}`,
      `line 2 says test.${'skip'}`,
      `line 1 says /wo${'rk'}/`,
    ],
  },
  {
    name: 'colours',
    complaints: each(colourComplaints),
    broken: [
      ['desk/A.svelte', '<p fill="#abc">{#each a as b}#</p><style>a#bed { color: red; }</style>'],
      ['web/a.css', 'a { border: 1px solid rgb(0 0 0); color: var(--red); mask: #000 }'],
      ['web/b.ts', "const a = '#ffc745';"],
      ['web/theme.css', ':root { --ink: #12233a; }'],
    ],
    said: ['colour red', 'colour #abc', 'colour 1px solid rgb(0 0 0)', 'colour #ffc745'],
  },
  {
    name: 'rules',
    complaints: ruleComplaints,
    broken: [
      [
        'core/SPEC.md',
        '## ABC-1 a\n- **ABC-2** b\n**ABC-3** c\n**ABC-3** again: `a.b`\nsee ABC-9\n',
      ],
      ['core/protocol/refusals.ts', "  'a.b',\n  'c.d',\n"],
      ['core/a.test.ts', "test('[ABC-1, ABC-3] a', f);\ntest('[ABC-4] b', f);"],
    ],
    said: [
      'ABC-3 is defined twice',
      'does not say when c.d arises',
      'ABC-2 has no test',
      'tests ABC-4, which core/SPEC.md does not define',
    ],
  },
  {
    name: 'messages',
    complaints: messageComplaints,
    broken: [
      ['web/messages/ar.json', '{"a":"{n, plural, one {x} other {#}}","b":"{x}","c":"c"}'],
      ['web/messages/en.json', '{"a":"{n, plural, one {x} other {#}}","b":"{y}"}'],
      ['web/messages/desk.ar.json', '{}'],
    ],
    said: [
      ...['zero', 'two', 'few', 'many'].map((form) => `a has no form ${form}`),
      'b takes x in one, y in the other',
      'c in one only',
      'lacks a language',
    ],
  },
];

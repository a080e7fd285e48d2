import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

const APPS = ['web', 'kiosk', 'display', 'desk', 'manager', 'overview', 'phone'];
const under = (folders, ...ends) =>
  folders.flatMap((folder) => ends.map((e) => `${folder}/**/${e}`));
const hall = under(
  ['core', 'node', 'chain', 'upstream', 'server', 'agent', 'paper', 'provision'],
  '*.ts',
);
/** The only places that read the machine's clock, its timers and its randomness. */
const PORTS = ['node/time.ts', 'agent/clock.ts'];

const plain = [
  { selector: 'TSEnumDeclaration', message: 'a const array and a derived type instead of an enum' },
  { selector: 'ExportDefaultDeclaration', message: 'export by name' },
];
const timeless = [
  {
    selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
    message: 'time comes in from outside',
  },
  {
    selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
    message: 'time comes in from outside',
  },
  {
    selector: 'CallExpression[callee.object.name="performance"][callee.property.name="now"]',
    message: 'time comes in from outside',
  },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'randomness comes in from outside',
  },
  {
    selector: 'CallExpression[callee.name=/^set(Timeout|Interval|Immediate)$/]',
    message: 'timers come in from outside',
  },
];

export default ts.config(
  { ignores: ['build/', 'data/', 'node_modules/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ts.configs.strict,
  svelte.configs.recommended,
  {
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An invariant that the types cannot carry is stated by `!` and tested.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...plain],
      'prefer-const': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: ['**/*.svelte.ts'],
    languageOptions: { parserOptions: { projectService: true }, globals: globals.node },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    files: hall,
    ignores: [...PORTS, '**/*.test.ts'],
    rules: { 'no-restricted-syntax': ['error', ...plain, ...timeless] },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser }, globals: globals.browser },
    rules: {
      'no-restricted-syntax': [
        'error',
        ...plain,
        {
          selector: 'SvelteAttribute[key.name="style"]',
          message: "the pages' Content-Security-Policy refuses it: a class, or style:name={value}",
        },
      ],
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      // Caches and outboxes are plain on purpose; what is shown is `$state` or `$derived`.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  { files: under(APPS, '*.ts'), languageOptions: { globals: globals.browser } },
  {
    files: ['*.mjs', 'verify/*.mjs', '*.js', '*.config.ts', 'agent/get-pixels-stub/*.js'],
    languageOptions: { globals: globals.node },
    rules: { 'no-console': 'off', 'no-restricted-syntax': 'off' },
  },
  { files: ['tests/**/*.ts', '**/main.ts'], rules: { 'no-console': 'off' } },
);

import type { Complaint, Source } from './tree.js';

const NAME = /[A-Z]+-\d+/g;
/** A rule is defined by a heading, or by bold words at the start of a line or list item. */
const DEFINED = /^(?:#+ +\**|(?:[-*] +)?\*\*|\| *\*\*)(?<name>[A-Z]+-\d+)\b/gm;
/** Test titles carry rules in brackets: `[ABC-1]`, `[ABC-1, ABC-2]`. */
const CARRIED = /\[(?<names>[A-Z]+-\d+(?:, ?[A-Z]+-\d+)*)\]/g;

const SPEC = 'core/SPEC.md';

/** Refusals' codes in their closed list, a line each. */
const CODE = /^ {2}'(?<code>[a-z]+(?:\.[a-zA-Z]+)?)',$/gm;
const CODES = 'core/protocol/refusals.ts';

/** Rules without a test, or defined twice, tests of none, and refusals that no rule explains. */
export function ruleComplaints(all: readonly Source[]): Complaint[] {
  const spec = all.find(({ path }) => path === SPEC)?.text ?? '';
  const rules = [...spec.matchAll(DEFINED)].map((found) => found.groups?.['name'] ?? '');
  const carried = all
    .filter(({ path }) => path.endsWith('.test.ts') && !path.startsWith('tests/tidy'))
    .flatMap(({ path, text }) =>
      [...text.matchAll(CARRIED)].flatMap((found) =>
        (found[0].match(NAME) ?? []).map((name) => ({ path, name })),
      ),
    );
  const tested = new Set(carried.map(({ name }) => name));
  const codes = all.find(({ path }) => path === CODES)?.text ?? '';
  const refusals = [...codes.matchAll(CODE)].map((found) => found.groups?.['code'] ?? '');
  const twice = rules.filter((rule, index) => rules.indexOf(rule) !== index);
  return [
    ...(rules.length === 0 ? [{ path: SPEC, words: 'defines no rule' }] : []),
    ...twice.map((rule) => ({ path: SPEC, words: `${rule} is defined twice` })),
    ...refusals
      .filter((code) => !spec.includes(`\`${code}\``))
      .map((code) => ({ path: SPEC, words: `does not say when ${code} arises` })),
    ...rules
      .filter((rule) => !tested.has(rule))
      .map((rule) => ({ path: SPEC, words: `${rule} has no test` })),
    ...carried
      .filter(({ name }) => !rules.includes(name))
      .map(({ path, name }) => ({ path, words: `tests ${name}, which ${SPEC} does not define` })),
  ];
}

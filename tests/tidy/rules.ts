import type { Complaint, Source } from './tree.js';

const NAME = /[A-Z]+-\d+/g;
/** A rule is defined by a heading, or by bold words at the start of a line or list item. */
const DEFINED = /^(?:#+ +\**|(?:[-*] +)?\*\*|\| *\*\*)(?<name>[A-Z]+-\d+)\b/gm;
/** Test titles carry rules in brackets: `[ABC-1]`, `[ABC-1, ABC-2]`. */
const CARRIED = /\[(?<names>[A-Z]+-\d+(?:, ?[A-Z]+-\d+)*)\]/g;

const SPEC = 'core/SPEC.md';

/** Rules that no test carries, rules defined twice, and tests of rules that do not exist. */
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
  const twice = rules.filter((rule, index) => rules.indexOf(rule) !== index);
  return [
    ...(rules.length === 0 ? [{ path: SPEC, words: 'defines no rule' }] : []),
    ...twice.map((rule) => ({ path: SPEC, words: `${rule} is defined twice` })),
    ...rules
      .filter((rule) => !tested.has(rule))
      .map((rule) => ({ path: SPEC, words: `${rule} has no test` })),
    ...carried
      .filter(({ name }) => !rules.includes(name))
      .map(({ path, name }) => ({ path, words: `tests ${name}, which ${SPEC} does not define` })),
  ];
}

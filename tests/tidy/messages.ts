import { IntlMessageFormat } from 'intl-messageformat';
import type { Complaint, Source } from './tree.js';

const FORMS: Readonly<Record<string, readonly string[]>> = {
  ar: ['zero', 'one', 'two', 'few', 'many', 'other'],
  en: ['one', 'other'],
};

type Message = ReturnType<IntlMessageFormat['getAst']>;
type Element = Message[number];

interface Shape {
  /** Names of the values that the text takes. */
  readonly params: ReadonlySet<string>;
  /** The forms of each counting argument. */
  readonly plurals: readonly (readonly string[])[];
}

function elements(message: Message): Element[] {
  return message.flatMap((element) => {
    const inner: Message[] = [];
    if ('options' in element) inner.push(...Object.values(element.options).map((o) => o.value));
    if ('children' in element) inner.push(element.children);
    return [element, ...inner.flatMap(elements)];
  });
}

function shape(text: string, language: string): Shape {
  const all = elements(new IntlMessageFormat(text, language).getAst());
  const plural = all.filter((e) => 'pluralType' in e && e.pluralType === 'cardinal');
  return {
    params: new Set(all.flatMap((e) => ('value' in e && !isLiteral(e) ? [e.value] : []))),
    plurals: plural.map((e) => ('options' in e ? Object.keys(e.options) : [])),
  };
}

/** The parser's own numbers of elements: 0 is literal text. */
const isLiteral = (element: Element): boolean => element.type === 0;

function textComplaints(path: string, key: string, texts: Record<string, string>): Complaint[] {
  const shapes = Object.entries(texts).map(([language, text]) => ({
    language,
    ...shape(text, language),
  }));
  const params = shapes.map((s) => [...s.params].sort().join(' '));
  const missing = shapes.flatMap(({ language, plurals }) =>
    plurals.flatMap((forms) => (FORMS[language] ?? []).filter((form) => !forms.includes(form))),
  );
  return [
    ...(new Set(params).size > 1 ? [`${key} takes ${params.join(' in one, ')} in the other`] : []),
    ...missing.map((form) => `${key} has no form ${form}`),
    ...Object.values(texts).flatMap((text) => (text.trim() === '' ? [`${key} is empty`] : [])),
  ].map((words) => ({ path, words }));
}

/** Message files come in pairs, `<name>.ar.json` and `<name>.en.json`, of the same keys. */
export function messageComplaints(all: readonly Source[]): Complaint[] {
  const files = all.filter(({ path }) => /^web\/messages\/.*\.json$/.test(path));
  const stems = new Set(files.map(({ path }) => path.replace(/(?:ar|en)\.json$/, '')));
  if (stems.size === 0) return [{ path: 'web/messages', words: 'holds no messages' }];
  return [...stems].flatMap((stem) => {
    const [ar, en] = ['ar', 'en'].map((language) => {
      const text = files.find(({ path }) => path === `${stem}${language}.json`)?.text;
      return text === undefined ? undefined : (JSON.parse(text) as Record<string, string>);
    });
    if (ar === undefined || en === undefined) return [{ path: stem, words: 'lacks a language' }];
    const keys = new Set([...Object.keys(ar), ...Object.keys(en)]);
    return [...keys].flatMap((key) => {
      const [a, e] = [ar[key], en[key]];
      if (a === undefined || e === undefined) return [{ path: stem, words: `${key} in one only` }];
      return textComplaints(stem, key, { ar: a, en: e });
    });
  });
}

import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import type { Plugin } from 'vite';
import type { Message, Part } from '../message.js';

const partOf = (element: MessageFormatElement): Part => {
  switch (element.type) {
    case TYPE.literal:
      return element.value;
    case TYPE.argument:
      return { of: element.value };
    case TYPE.pound:
      return { of: '#' };
    case TYPE.plural: {
      if (element.offset !== 0 || element.pluralType !== 'cardinal') break;
      const cases = Object.entries(element.options);
      return {
        of: element.value,
        plural: Object.fromEntries(cases.map(([name, { value }]) => [name, value.map(partOf)])),
      };
    }
    default:
  }
  throw new Error('messages hold text, {arguments} and cardinal plurals only');
};

/** The parts of an ICU message. Throws on bad syntax, and on what no message of ours needs. */
export const compile = (message: string): Message =>
  parse(message, { ignoreTag: true }).map(partOf);

/** Parses messages while building, so that no screen carries a parser. */
export const messages: Plugin = {
  name: 'messages',
  enforce: 'pre',
  transform: {
    filter: { id: /\/web\/messages\/(?:\w+\/)?[\w.]+\.json$/ },
    handler: (source) => {
      const table = JSON.parse(source) as Record<string, string>;
      const compiled = Object.entries(table).map(([key, text]) => [key, compile(text)]);
      const json = JSON.stringify(Object.fromEntries(compiled));
      return { code: `export default ${json};`, map: null, moduleType: 'js' };
    },
  },
};

/** A piece of a message: text, an argument, or a choice by a count. */
export type Part = string | { readonly of: string; readonly plural?: Cases };
type Cases = Readonly<Record<string, Message>>;
/** An ICU message as the build made it. */
export type Message = readonly Part[];

/** How one language writes and counts numbers. */
export interface Counting {
  readonly number: (value: number) => string;
  readonly plural: (value: number) => string;
}

/**
 * The text of a message. Numbers get the language's digits; a count without a case of its own gets
 * `other`; an argument that is not given stays empty.
 */
export const textOf = (
  message: Message,
  params: Readonly<Record<string, string | number>>,
  counting: Counting,
): string => {
  const parts = message.map((part): string => {
    if (typeof part === 'string') return part;
    const value = params[part.of] ?? '';
    if (part.plural === undefined) {
      return typeof value === 'number' ? counting.number(value) : value;
    }
    const count = Number(value);
    const { plural } = part;
    const chosen = plural[`=${count}`] ?? plural[counting.plural(count)] ?? plural['other'] ?? [];
    return textOf(chosen, { ...params, '#': count }, counting);
  });
  return parts.join('');
};

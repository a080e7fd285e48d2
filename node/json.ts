/** Where a text stops being JSON, counted from 1, and what was wrong there. */
export interface Slip {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

const SPACE = /[ \t\r\n]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- RFC 8259 §7 refuses them inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;
const DEPTH_MAX = 64;

class Stop extends Error {
  constructor(
    readonly at: number,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** Reads one JSON text (RFC 8259) left to right. */
class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  all(): unknown {
    const value = this.value();
    if (this.peek() !== undefined) throw new Stop(this.at, 'nothing may follow the closing }');
    return value;
  }

  private value(): unknown {
    const first = this.peek();
    if (first === '{') return this.nested(() => this.object());
    if (first === '[') return this.nested(() => this.list());
    if (first === '"') return this.string();
    const plain = this.take(WORD) ?? this.take(NUMBER);
    if (plain !== undefined) return JSON.parse(plain);
    throw this.unexpected('a value');
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > DEPTH_MAX) throw new Stop(this.at, `nested deeper than ${DEPTH_MAX}`);
    this.at += 1;
    const value = read();
    this.depth -= 1;
    return value;
  }

  private object(): object {
    const entries = new Map<string, unknown>();
    if (this.skip('}')) return {};
    do {
      if (this.peek() !== '"') throw this.unexpected('a name in quotes');
      const start = this.at;
      const name = this.string();
      if (entries.has(name)) throw new Stop(start, `"${name}" is written twice: remove one`);
      if (!this.skip(':')) throw this.unexpected(`: after "${name}"`);
      entries.set(name, this.value());
    } while (this.skip(','));
    if (!this.skip('}')) throw this.unexpected(', or }');
    return Object.fromEntries(entries);
  }

  private list(): unknown[] {
    const values: unknown[] = [];
    if (this.skip(']')) return values;
    do values.push(this.value());
    while (this.skip(','));
    if (!this.skip(']')) throw this.unexpected(', or ]');
    return values;
  }

  private string(): string {
    const quoted = this.take(STRING);
    if (quoted !== undefined) return String(JSON.parse(quoted));
    throw new Stop(this.at, 'this text has no closing quote on its line, or a wrong \\ in it');
  }

  private peek(): string | undefined {
    this.take(SPACE);
    return this.text[this.at];
  }

  private skip(sign: string): boolean {
    const found = this.peek() === sign;
    if (found) this.at += 1;
    return found;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private unexpected(wanted: string): Stop {
    const sign = this.peek();
    if (sign === undefined) return new Stop(this.at, `the file ends here: expected ${wanted}`);
    if (sign === '/') return new Stop(this.at, 'JSON has no comments: remove it');
    const comma = (sign === '}' || sign === ']') && /,\s*$/.test(this.text.slice(0, this.at));
    if (comma) return new Stop(this.at, `no comma may stand before ${sign}: remove it`);
    return new Stop(this.at, `expected ${wanted}, found ${sign}`);
  }
}

/** Reads JSON written by hand. Refuses also a name that an object holds twice. */
export const parseJson = (text: string): { readonly value: unknown } | Slip => {
  try {
    return { value: new Reader(text).all() };
  } catch (cause) {
    if (!(cause instanceof Stop)) throw cause;
    const before = text.slice(0, cause.at).split('\n');
    const column = (before.at(-1) ?? '').length + 1;
    return { line: before.length, column, reason: cause.reason };
  }
};

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** JSON without spaces and with the names of each object in order: equal for equal values. */
export const canonicalJson = (value: unknown): string => JSON.stringify(value, sorted);

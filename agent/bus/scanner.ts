import { z } from 'zod';
import { TICKET_TOKEN } from '../../core/protocol/forms.js';
import type { Clock } from '../clock.js';
import { readChecked } from '../files.js';
import { MODEL_SHAPE } from './model.js';

/** The same code again so soon is the same reading: a scanner repeats what lies before it. */
export const SAME_CODE_MS = 3_000;
/** No code of ours is longer; what is, is noise. */
const LINE_BYTES_MAX = 400;

/** What the agent must know of a model of scanner in serial mode. */
export const scannerSchema = z.strictObject({
  ...MODEL_SHAPE,
  /** What stands before each code, as its bytes; empty for nothing. */
  prefix: z.string().regex(/^([0-9A-F]{2})*$/, 'is not bytes such as 02'),
  /** What ends each code. */
  suffix: z.enum(['cr', 'lf', 'crlf', 'etx']),
});
export type ScannerProfile = z.infer<typeof scannerSchema>;

/** Reads a scanner's profile. Throws `FileRefused`. */
export const readScanner = (file: string): ScannerProfile => readChecked(file, scannerSchema);

const ENDS = { cr: '\r', lf: '\n', crlf: '\r\n', etx: '\x03' } as const;

/** The token of a ticket's link, alone or at the end of an address. */
const tokenIn = (code: string): string | null => {
  const token = code.slice(code.lastIndexOf('/') + 1).toUpperCase();
  return TICKET_TOKEN.test(token) ? token : null;
};

/** Finds codes in what a scanner sends; the same one is told once in `SAME_CODE_MS`. */
export class CodeReader {
  private held = '';
  private last: { readonly code: string; readonly at: number } | undefined;

  constructor(
    private readonly profile: Pick<ScannerProfile, 'prefix' | 'suffix'>,
    private readonly clock: Clock,
  ) {}

  /** Tokens of tickets, and `null` for each code that is none. */
  read(bytes: Uint8Array): readonly (string | null)[] {
    this.held += Buffer.from(bytes).toString('latin1');
    const parts = this.held.split(ENDS[this.profile.suffix]);
    this.held = (parts.pop() ?? '').slice(-LINE_BYTES_MAX);
    return parts.flatMap((part) => {
      const code = this.strip(part.slice(-LINE_BYTES_MAX)).trim();
      return code === '' || this.isSame(code) ? [] : [tokenIn(code)];
    });
  }

  private strip(code: string): string {
    const prefix = Buffer.from(this.profile.prefix, 'hex').toString('latin1');
    return code.startsWith(prefix) ? code.slice(prefix.length) : code;
  }

  private isSame(code: string): boolean {
    const at = this.clock.now();
    const before = this.last;
    this.last = { code, at };
    return before !== undefined && before.code === code && at - before.at < SAME_CODE_MS;
  }
}

import type { PrinterState } from '../../core/protocol/views.js';
import type { FullBit } from './profile.js';

/** What a printer says, told apart by the fixed bits of Epson's reference. */
export type Reply =
  | { readonly kind: 'realTime'; readonly byte: number }
  | { readonly kind: 'paper'; readonly byte: number }
  | { readonly kind: 'processId'; readonly id: string }
  | { readonly kind: 'cleared' }
  /** Automatic status: the four bytes of GS a. */
  | { readonly kind: 'automatic'; readonly state: PrinterState }
  /** The four bytes of an answer to DLE EOT 20 behind its first two. */
  | { readonly kind: 'full'; readonly bytes: readonly number[] }
  /** The paper left on the roll, as a Custom printer tells it. */
  | { readonly kind: 'paperLeft'; readonly mm: number }
  /** A part of the list of graphics in the printer's memory. */
  | { readonly kind: 'keys'; readonly keys: readonly string[]; readonly isLast: boolean };

const BLOCK = 0x37;
/** The list of graphics brings 40 keys at once. */
const BLOCK_BYTES_MAX = 84;

/** What an answer to DLE EOT 20 begins with, and its length. */
const FULL = [0x10, 0x0f] as const;
const FULL_BYTES = 6;

/** Bytes of an automatic status. */
const AUTOMATIC_BYTES = 4;

/**
 * Cuts the printer's stream into replies. Bytes that are none are passed over: the stream has no
 * frame that could be lost.
 */
export class ReplyReader {
  private bytes: number[] = [];
  /** The letters of an answer that was asked for, as far as they have come. */
  private letters: string | undefined;
  /** Whether the full status was asked for: it reads like an automatic one. */
  private expectsFull = false;

  /** The next letters and digits are an answer to GS E1h, up to its unit. */
  expectLetters(isExpected: boolean): void {
    this.letters = isExpected ? '' : undefined;
  }

  /** What reads so is an answer to DLE EOT 20, once. */
  expectFull(isExpected: boolean): void {
    this.expectsFull = isExpected;
  }

  take(piece: Uint8Array): Reply[] {
    this.bytes.push(...piece);
    const replies: Reply[] = [];
    while (this.bytes.length > 0) {
      if (this.letters !== undefined && isLetter(this.bytes[0])) {
        replies.push(...this.takeLetter(String.fromCharCode(this.bytes.shift()!)));
        continue;
      }
      if (this.expectsFull && FULL.every((byte, at) => byte === (this.bytes[at] ?? byte))) {
        if (this.bytes.length < FULL_BYTES) break;
        this.expectsFull = false;
        replies.push({ kind: 'full', bytes: this.bytes.splice(0, FULL_BYTES).slice(FULL.length) });
      } else if (this.bytes[0] === BLOCK) {
        const end = this.bytes.indexOf(0);
        if (end === -1 && this.bytes.length < BLOCK_BYTES_MAX) break;
        replies.push(...blockReply(this.bytes.splice(0, end === -1 ? 1 : end + 1)));
      } else if (isAutomatic(this.bytes)) {
        if (this.bytes.length < AUTOMATIC_BYTES) break;
        const [online = 0, error = 0, paper = 0] = this.bytes.splice(0, AUTOMATIC_BYTES);
        replies.push({ kind: 'automatic', state: automaticState({ online, error, paper }) });
      } else replies.push(...byteReply(this.bytes.shift()!));
    }
    return replies;
  }

  private takeLetter(letter: string): Reply[] {
    this.letters = `${this.letters}${letter}`;
    if (letter !== 'm') return [];
    const centimetres = /^(?<n>\d{1,6})cm$/.exec(this.letters)?.groups?.['n'];
    this.letters = undefined;
    return centimetres === undefined ? [] : [{ kind: 'paperLeft', mm: Number(centimetres) * 10 }];
  }
}

const isLetter = (byte = 0): boolean => /[0-9cm]/.test(String.fromCharCode(byte));

function blockReply([, id, ...rest]: readonly number[]): Reply[] {
  if (id === 0x25) return [{ kind: 'cleared' }];
  if (id === 0x72) return keysReply(rest);
  if (id !== 0x22 || rest.length !== 5) return [];
  return [{ kind: 'processId', id: String.fromCharCode(...rest.slice(0, 4)) }];
}

function keysReply([status, ...rest]: readonly number[]): Reply[] {
  const text = String.fromCharCode(...rest.slice(0, -1));
  return [{ kind: 'keys', keys: text.match(/../gs) ?? [], isLast: status === 0x40 }];
}

function byteReply(byte: number): Reply[] {
  if ((byte & 0x93) === 0x12) return [{ kind: 'realTime', byte }];
  if ((byte & 0x90) === 0x00) return [{ kind: 'paper', byte }];
  return [];
}

/** Whether these bytes are an automatic status or may become one. */
const isAutomatic = ([first = 0, ...rest]: readonly number[]): boolean =>
  (first & 0x93) === 0x10 &&
  rest.slice(0, AUTOMATIC_BYTES - 1).every((byte) => (byte & 0x90) === 0);

interface Automatic {
  readonly online: number;
  readonly error: number;
  readonly paper: number;
}

const automaticState = ({ online, error, paper }: Automatic): PrinterState => {
  if ((online & 0x20) !== 0) return 'coverOpen';
  if ((paper & 0x0c) !== 0) return 'paperEnd';
  if ((error & 0x08) !== 0) return 'jam';
  if ((error & 0x60) !== 0) return 'fault';
  return (paper & 0x03) !== 0 ? 'nearEnd' : 'ready';
};

/** Whether the answer to DLE EOT 2 says that DLE EOT 3 tells more. */
export const isError = (offline: number): boolean => (offline & 0x40) !== 0;

/**
 * The state that answers to DLE EOT 2 (cause of being offline), 3 (error) and 4 (paper) tell. Of
 * an error, a mechanical one and a stuck cutter are a jam.
 */
export function stateOf(told: {
  readonly offline: number;
  readonly error: number;
  readonly paper: number;
}): PrinterState {
  const { offline, error, paper } = told;
  if ((offline & 0x04) !== 0) return 'coverOpen';
  if ((paper & 0x60) !== 0 || (offline & 0x20) !== 0) return 'paperEnd';
  if (isError(offline)) return (error & 0x0c) !== 0 ? 'jam' : 'fault';
  return (paper & 0x0c) !== 0 ? 'nearEnd' : 'ready';
}

/** What the bytes of a full status tell, by the bits of a model: its state, and a paper held. */
export function fullStateOf(
  bits: readonly FullBit[],
  bytes: readonly number[],
): { readonly state: PrinterState; readonly isHeld: boolean } {
  const told = bits.filter(({ byte, bit }) => ((bytes[byte - 3] ?? 0) & (1 << bit)) !== 0);
  const [worst] = told.flatMap(({ means }) => (means === 'held' ? [] : [means]));
  return { state: worst ?? 'ready', isHeld: told.some(({ means }) => means === 'held') };
}

/** Whether the answer to GS r says that there is no paper: what it follows is not all printed. */
export const saysPaperEnd = (reply: Reply): boolean =>
  reply.kind === 'paper' && (reply.byte & 0x0c) !== 0;

/** Whether a printer in this state prints. */
export const prints = (state: PrinterState): boolean => state === 'ready' || state === 'nearEnd';

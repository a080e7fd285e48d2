import type { PrinterState } from '../../core/protocol/views.js';

/** What a printer says, told apart by the fixed bits of Epson's reference. */
export type Reply =
  | { readonly kind: 'realTime'; readonly byte: number }
  | { readonly kind: 'paper'; readonly byte: number }
  | { readonly kind: 'processId'; readonly id: string }
  | { readonly kind: 'cleared' };

const BLOCK = 0x37;
const BLOCK_BYTES_MAX = 16;

/** Cuts the printer's stream into replies. Bytes that are none, and status that was not asked for,
 * are passed over: the stream has no frame that could be lost. */
export class ReplyReader {
  private bytes: number[] = [];

  take(piece: Uint8Array): Reply[] {
    this.bytes.push(...piece);
    const replies: Reply[] = [];
    while (this.bytes.length > 0) {
      if (this.bytes[0] === BLOCK) {
        const end = this.bytes.indexOf(0);
        if (end === -1 && this.bytes.length < BLOCK_BYTES_MAX) break;
        replies.push(...blockReply(this.bytes.splice(0, end === -1 ? 1 : end + 1)));
      } else replies.push(...byteReply(this.bytes.shift()!));
    }
    return replies;
  }
}

function blockReply([, id, ...rest]: readonly number[]): Reply[] {
  if (id === 0x25) return [{ kind: 'cleared' }];
  if (id !== 0x22 || rest.length !== 5) return [];
  return [{ kind: 'processId', id: String.fromCharCode(...rest.slice(0, 4)) }];
}

function byteReply(byte: number): Reply[] {
  if ((byte & 0x93) === 0x12) return [{ kind: 'realTime', byte }];
  if ((byte & 0x90) === 0x00) return [{ kind: 'paper', byte }];
  return [];
}

/** The state that answers to DLE EOT 2 (cause of being offline) and DLE EOT 4 (paper) tell. */
export function stateOf(offline: number, paper: number): PrinterState {
  if ((offline & 0x04) !== 0) return 'coverOpen';
  if ((paper & 0x60) !== 0 || (offline & 0x20) !== 0) return 'paperEnd';
  if ((offline & 0x40) !== 0) return 'fault';
  return (paper & 0x0c) !== 0 ? 'nearEnd' : 'ready';
}

/** Whether a printer in this state prints. */
export const prints = (state: PrinterState): boolean => state === 'ready' || state === 'nearEnd';

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { TicketId } from '../core/events.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEY_ID = 1;
const SEQ_BYTES = 6;
const MAC_BYTES = 16;

/** RFC 4648 §6 without padding. */
const base32 = (bytes: Buffer): string => {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
};

const fromBase32 = (text: string): Buffer => {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => parseInt(byte, 2)));
};

/** Whether a text has the form of a token; whether it is good, only its day's key tells. */
export const isTicketToken = (text: string): boolean => /^[A-Z2-7]{37}$/.test(text);

/** The page of a ticket, for paper, screens and phones. */
export const ticketUrl = (publicUrl: string, token: string): string =>
  `${publicUrl.replace(/\/$/, '')}/t/${token}`;

/**
 * Signed links to tickets: key id, sequence number, and an HMAC-SHA-256 cut to 128 bits, in base32
 * capitals so that a QR can carry them in alphanumeric mode. The key is made for one stream and day
 * and forgotten with it, so a link ends with its day; guessing one is 1 in 2^128.
 */
export class TicketLinks {
  private key: { readonly stream: string; readonly day: string; readonly bytes: Buffer } | null =
    null;

  /** `earlier`: streams before a restore whose links of the open day are still good. */
  constructor(
    private readonly secret: Buffer,
    private readonly earlier: () => readonly string[] = () => [],
  ) {}

  token(ticketId: TicketId, day: string): string {
    const [stream = '', seq = ''] = ticketId.split(':');
    const head = Buffer.alloc(1 + SEQ_BYTES);
    head.writeUInt8(KEY_ID, 0);
    head.writeUIntBE(Number(seq), 1, SEQ_BYTES);
    return base32(Buffer.concat([head, this.mac(head, stream, day)]));
  }

  /** The ticket of a token that was made for this stream, or an earlier one, on this day. */
  ticketOf(token: string, stream: string, day: string): TicketId | undefined {
    if (!isTicketToken(token)) return undefined;
    const bytes = fromBase32(token);
    const head = bytes.subarray(0, 1 + SEQ_BYTES);
    const mac = bytes.subarray(1 + SEQ_BYTES);
    if (mac.length !== MAC_BYTES) return undefined;
    const made = [stream, ...this.earlier()].find((candidate) =>
      timingSafeEqual(mac, this.mac(head, candidate, day)),
    );
    return made === undefined ? undefined : `${made}:${head.readUIntBE(1, SEQ_BYTES)}`;
  }

  private mac(head: Buffer, stream: string, day: string): Buffer {
    const key = this.keyOf(stream, day);
    return createHmac('sha256', key).update(head).digest().subarray(0, MAC_BYTES);
  }

  /** Made once for the day of the last link: it is asked for with every ticket. */
  private keyOf(stream: string, day: string): Buffer {
    if (this.key?.stream === stream && this.key.day === day) return this.key.bytes;
    const made = hkdfSync('sha256', this.secret, stream, `ticket link ${day}`, 32);
    this.key = { stream, day, bytes: Buffer.from(made) };
    return this.key.bytes;
  }
}

import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { TicketId } from '../../core/events.js';
import { TICKET_TOKEN } from '../../core/protocol/forms.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Of a ticket's own link, and of one that was signed with a lease before there was a ticket. */
const TICKET_KEY_ID = 1;
const LEASE_KEY_ID = 2;
const SEQ_BYTES = 6;
const INDEX_BYTES = 2;
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

/** The page of a ticket, for paper, screens and phones. */
export const ticketUrl = (publicUrl: string, token: string): string =>
  `${publicUrl.replace(/\/$/, '')}/t/${token}`;

/** What a token stands for: a ticket, or the n-th number of a lease. */
export type Linked =
  { readonly ticketId: TicketId } | { readonly leaseId: string; readonly index: number };

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
    head.writeUInt8(TICKET_KEY_ID, 0);
    head.writeUIntBE(Number(seq), 1, SEQ_BYTES);
    return base32(Buffer.concat([head, this.mac(head, stream, day)]));
  }

  /** The token of the n-th number of a lease, good on the lease's day. */
  leaseToken(leaseId: string, index: number, day: string): string {
    const [stream = '', seq = ''] = leaseId.split(':');
    const head = Buffer.alloc(1 + SEQ_BYTES + INDEX_BYTES);
    head.writeUInt8(LEASE_KEY_ID, 0);
    head.writeUIntBE(Number(seq), 1, SEQ_BYTES);
    head.writeUIntBE(index, 1 + SEQ_BYTES, INDEX_BYTES);
    return base32(Buffer.concat([head, this.mac(head, stream, day)]));
  }

  /** What a token stands for that was made for this stream, or an earlier one, on this day. */
  linked(token: string, stream: string, day: string): Linked | undefined {
    if (!TICKET_TOKEN.test(token)) return undefined;
    const bytes = fromBase32(token);
    const head = bytes.subarray(0, bytes.length - MAC_BYTES);
    const mac = bytes.subarray(bytes.length - MAC_BYTES);
    const isLease = head.length > 1 + SEQ_BYTES;
    if (head[0] !== (isLease ? LEASE_KEY_ID : TICKET_KEY_ID)) return undefined;
    const made = [stream, ...this.earlier()].find((candidate) =>
      timingSafeEqual(mac, this.mac(head, candidate, day)),
    );
    if (made === undefined) return undefined;
    const id = `${made}:${head.readUIntBE(1, SEQ_BYTES)}`;
    if (!isLease) return { ticketId: id };
    return { leaseId: id, index: head.readUIntBE(1 + SEQ_BYTES, INDEX_BYTES) };
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

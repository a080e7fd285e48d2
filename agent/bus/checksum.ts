/** What follows a frame so that its receiver knows it for whole. */
export const CHECKSUMS = ['sum8', 'xor8', 'lrc8', 'sum16', 'crc16-modbus'] as const;
export type Checksum = (typeof CHECKSUMS)[number];

/**
 * CRC of Modbus over serial line (V1.02, 6.2.2): reflected 0x8005 from 0xFFFF. Sent low byte first.
 */
export const crc16Modbus = (bytes: Uint8Array): number => {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  }
  return crc;
};

const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => total + byte, 0);

const METHODS: Readonly<
  Record<Checksum, { readonly bytes: 1 | 2; of(bytes: Uint8Array): number }>
> = {
  sum8: { bytes: 1, of: (bytes) => sum(bytes) & 0xff },
  xor8: { bytes: 1, of: (bytes) => bytes.reduce((all, byte) => all ^ byte, 0) },
  /** Modbus over serial line, 6.2.1: what brings the sum to zero. */
  lrc8: { bytes: 1, of: (bytes) => -sum(bytes) & 0xff },
  sum16: { bytes: 2, of: (bytes) => sum(bytes) & 0xffff },
  'crc16-modbus': { bytes: 2, of: crc16Modbus },
};

/** How a checksum is written: its bytes, low or high one first, or in capital hex digits. */
export const CHECKSUM_FORMS = ['bytes-low-first', 'bytes-high-first', 'hex'] as const;
export type ChecksumForm = (typeof CHECKSUM_FORMS)[number];

export interface ChecksumRule {
  readonly kind: Checksum;
  readonly form: ChecksumForm;
}

/** The checksum of bytes as it stands in a frame. */
export const checksumOf = ({ kind, form }: ChecksumRule, over: Uint8Array): Uint8Array => {
  const { bytes, of } = METHODS[kind];
  const value = of(over);
  if (form === 'hex') {
    return Buffer.from(
      value
        .toString(16)
        .toUpperCase()
        .padStart(bytes * 2, '0'),
      'latin1',
    );
  }
  if (bytes === 1) return Uint8Array.of(value);
  const [high, low] = [value >> 8, value & 0xff];
  return form === 'bytes-low-first' ? Uint8Array.of(low, high) : Uint8Array.of(high, low);
};

/** How many bytes the checksum takes in a frame. */
export const checksumLength = ({ kind, form }: ChecksumRule): number =>
  METHODS[kind].bytes * (form === 'hex' ? 2 : 1);

import { emptyBitmap, type Bitmap } from '../../paper/bitmap.js';
import { isAlike, withoutDle } from './bands.js';
import { TRANSMIT_PAPER_STATUS } from './escpos.js';
import type { ShelfStep } from './shelf.js';

const word = (value: number): [number, number] => [value & 0xff, value >> 8];

/** GS ( L <Function 64>: transmit the key code list for defined NV graphics. */
export const encodeList = (): Buffer => Buffer.from([0x1d, 0x28, 0x4c, 4, 0, 48, 64, 0x4b, 0x43]);

/** ACK: the host has the part of the list and wants the next; after the last it ends the list. */
export const ACK = Buffer.of(0x06);

/**
 * GS ( L <Function 67>, define NV graphics, or <Function 66>, delete them; never FS q,
 * which would wipe out all. GS r follows where the model answers it.
 */
export function encodeStep(step: ShelfStep, asksEnd: boolean): Buffer {
  const command = step.kind === 'define' ? define(step.part) : remove(step.key);
  const end = asksEnd ? [TRANSMIT_PAPER_STATUS] : [];
  return Buffer.concat([command, ...end]);
}

const remove = (key: string): Buffer =>
  Buffer.concat([Buffer.from([0x1d, 0x28, 0x4c, 4, 0, 48, 66]), Buffer.from(key, 'ascii')]);

function define({ key, bitmap }: { readonly key: string; readonly bitmap: Bitmap }): Buffer {
  const { bytesPerRow, rows, data } = bitmap;
  const size = [...word(bytesPerRow * 8), ...word(rows)];
  const head = [48, 67, 48, ...Buffer.from(key, 'ascii'), 1, ...size, 49];
  const length = word(head.length + data.length);
  // A length that reads as a real-time command is another one with a blank row below.
  if (isAlike(length[0], length[1])) return define({ key, bitmap: withBlankRow(bitmap) });
  const bytes = Buffer.from([0x1d, 0x28, 0x4c, ...length, ...head]);
  return Buffer.concat([bytes, withoutDle(data)]);
}

function withBlankRow({ bytesPerRow, rows, data }: Bitmap): Bitmap {
  const longer = emptyBitmap(bytesPerRow, rows + 1);
  longer.data.set(data);
  return longer;
}

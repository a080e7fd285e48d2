import { encode } from 'uqr';

export interface QrPath {
  /** Modules across, the quiet zone of four included. */
  readonly size: number;
  /** SVG path of the dark modules, one unit each. */
  readonly path: string;
}

/** A QR code of the text at level M, with the quiet zone that readers need. */
export const makeQr = (text: string): QrPath => {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const path = data
    .map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join(''))
    .join('');
  return { size, path };
};

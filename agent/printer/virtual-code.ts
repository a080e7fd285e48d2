import { emptyBitmap, setDot, type Bitmap } from '../../paper/bitmap.js';
import { qrModules, type QrCode } from '../../paper/qr.js';
import type { PrinterCommand } from './decode.js';

/** What GS ( k has set so far of a QR code. */
export class VirtualCode {
  /** `undefined` before a model is chosen. */
  private code: Partial<QrCode> | undefined;

  set(command: Extract<PrinterCommand, { kind: `qr${string}` }>): void {
    if (command.kind === 'qrModel') this.code = {};
    else if (this.code === undefined) throw new Error('GS ( k before a model is chosen');
    else if (command.kind === 'qrModule') this.code = { ...this.code, moduleDots: command.dots };
    else if (command.kind === 'qrLevel') this.code = { ...this.code, level: command.level };
    else if (command.kind === 'qrStore') this.code = { ...this.code, text: command.text };
  }

  /** The code that is printed now. Throws while something of it is not set. */
  whole(): QrCode {
    const { moduleDots, level, text } = this.code ?? {};
    if (moduleDots === undefined || level === undefined || text === undefined) {
      throw new Error('a QR code is printed before its size, level and data are set');
    }
    return { moduleDots, level, text };
  }
}

/** A code as the printer draws it, and its side in dots. */
export function codeBitmap({
  text,
  level,
  moduleDots,
}: QrCode): Bitmap & { readonly side: number } {
  const modules = qrModules(text, level);
  const side = modules.length * moduleDots;
  const drawn = emptyBitmap(Math.ceil(side / 8), side);
  const at = (dot: number): number => Math.floor(dot / moduleDots);
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) if (modules[at(y)]![at(x)]) setDot(drawn, x, y);
  }
  return { ...drawn, side };
}

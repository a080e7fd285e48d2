import type { Bitmap } from '../../paper/bitmap.js';
import { GRAPHIC_HEAD_BYTES } from '../paper/parts.js';

/** Keys that one part of the list brings. */
const KEYS_MAX = 40;

/** What lies in a printer without power: graphics under two characters each. */
export class Memory {
  private readonly graphics = new Map<string, Bitmap>();
  /** Parts of the list that the host has not taken yet. */
  private parts: string[][] = [];
  /** Commands that wore the memory. */
  writes = 0;

  constructor(private readonly capacityBytes: number) {}

  get keys(): string[] {
    return [...this.graphics.keys()];
  }

  graphic(key: string): Bitmap {
    const found = this.graphics.get(key);
    if (found === undefined) throw new Error(`no graphic "${key}" is stored`);
    return found;
  }

  define(key: string, bitmap: Bitmap): void {
    this.graphics.delete(key);
    const used = [...this.graphics.values()].reduce((sum, { data }) => sum + sizeOf(data), 0);
    if (used + sizeOf(bitmap.data) > this.capacityBytes) {
      throw new Error(`the memory of ${this.capacityBytes} bytes is full`);
    }
    this.graphics.set(key, bitmap);
    this.writes += 1;
  }

  delete(key: string): void {
    if (this.graphics.delete(key)) this.writes += 1;
  }

  /** What <Function 64> answers at first. */
  list(): number[] {
    const { keys } = this;
    this.parts = Array.from({ length: Math.max(1, Math.ceil(keys.length / KEYS_MAX)) }, (_, part) =>
      keys.slice(part * KEYS_MAX, (part + 1) * KEYS_MAX),
    );
    return this.part();
  }

  /** What follows when the host has answered. */
  answer(answer: 'more' | 'again' | 'cancel'): number[] {
    if (this.parts.length === 0) throw new Error('an answer to no list');
    if (answer === 'cancel') this.parts = [];
    if (answer === 'more') this.parts.shift();
    return this.parts.length === 0 ? [] : this.part();
  }

  private part(): number[] {
    const status = this.parts.length > 1 ? 0x41 : 0x40;
    return [0x37, 0x72, status, ...Buffer.from(this.parts[0]!.join(''), 'ascii'), 0];
  }
}

const sizeOf = (data: Uint8Array): number => data.length + GRAPHIC_HEAD_BYTES;

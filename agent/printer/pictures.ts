import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { DeviceId } from '../../core/events.js';

/** Of each kiosk; what was printed before is removed. */
export const PICTURES_KEPT = 50;

/** Keeps a picture whole: a reader never sees half of one. */
export const keepPicture = (folder: string, name: string, picture: Buffer | string): void => {
  mkdirSync(folder, { recursive: true });
  const partial = join(folder, `.${name}.partial`);
  writeFileSync(partial, picture);
  renameSync(partial, join(folder, name));
};

/** Pictures of the newest papers of one kiosk's virtual printer, in a folder shared by kiosks. */
export class Pictures {
  /** Oldest first. */
  private readonly names: string[];

  constructor(
    private readonly folder: string,
    private readonly kioskId: DeviceId,
  ) {
    const pattern = new RegExp(`^${kioskId}-\\d+\\.png$`);
    const age = (name: string): number => statSync(join(folder, name)).mtimeMs;
    const found = existsSync(folder) ? readdirSync(folder) : [];
    this.names = found
      .filter((name) => pattern.test(name))
      .map((name) => [name, age(name)] as const)
      .sort(([, one], [, other]) => one - other)
      .map(([name]) => name);
  }

  /** Keeps a picture, and no more than `PICTURES_KEPT`. */
  keep(png: Buffer, at: number): void {
    const name = `${this.kioskId}-${at}.png`;
    keepPicture(this.folder, name, png);
    if (this.names.at(-1) !== name) this.names.push(name);
    for (const old of this.names.splice(0, this.names.length - PICTURES_KEPT)) {
      rmSync(join(this.folder, old), { force: true });
    }
  }
}

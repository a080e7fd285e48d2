import type { BusPlan } from '../../agent/bus/devices.js';
import { displayPicture } from '../../agent/bus/picture.js';
import { UnknownFrame } from '../../agent/bus/players.js';
import { fill } from '../../agent/bus/template.js';
import { VirtualBus, type Face } from '../../agent/bus/virtual-bus.js';
import { playersOf } from '../../agent/buses.js';
import type { Key } from '../../core/protocol/keys.js';
import { openPty, type Pty } from '../fixtures/pty.js';

/** The strict virtual bus at the far end of a serial line. */
export class HallBus {
  unplugged = false;
  refused: string | null = null;
  private bus = new VirtualBus([]);
  private plan: BusPlan | undefined;

  private constructor(private readonly pty: Pty) {}

  static async open(): Promise<HallBus> {
    let take = (_bytes: Uint8Array): Uint8Array => new Uint8Array(0);
    const pty = await openPty((bytes) => take(bytes));
    const made = new HallBus(pty);
    take = (bytes) => made.take(bytes);
    return made;
  }

  get place(): string {
    return this.pty.near;
  }

  /** Hangs devices on the line. */
  hang(plan: BusPlan): void {
    this.plan = plan;
    this.bus = new VirtualBus(playersOf(plan));
  }

  /** What stands on a display; `undefined` before it was first written to. */
  face(address: number): Face | undefined {
    return this.bus.looks().find((one) => one.address === address);
  }

  /** A picture of one display, dark before it was first written to. */
  picture(address: number): string {
    const dark: Face = { address, text: '      ', blinks: false, frames: 0 };
    return displayPicture(this.face(address) ?? dark);
  }

  /** Pulls the adapter out, or plugs it in; displays keep what they show. */
  async setUnplugged(unplugged: boolean): Promise<void> {
    if (this.unplugged === unplugged) return;
    this.unplugged = unplugged;
    try {
      await (unplugged ? this.pty.unplug() : this.plugIn());
    } catch (fault) {
      this.unplugged = !unplugged;
      throw fault;
    }
  }

  /** Presses a key of a counter's keypad. */
  async press(counterId: string, key: Key): Promise<void> {
    const keypad = this.plan?.keypads.find(({ counter }) => counter === counterId);
    const code = Object.entries(keypad?.profile.keys ?? {}).find(([, is]) => is === key)?.[0];
    if (keypad === undefined || code === undefined || this.unplugged) return;
    const { profile, address } = keypad;
    await this.pty.say(fill(profile.match, profile, { address, key: Number.parseInt(code, 16) }));
  }

  remove(): Promise<void> {
    return this.pty.remove();
  }

  private async plugIn(): Promise<void> {
    await this.bus.open();
    await this.pty.plugIn();
  }

  private take(bytes: Uint8Array): Uint8Array {
    try {
      return this.bus.receive(bytes);
    } catch (fault) {
      if (!(fault instanceof UnknownFrame)) throw fault;
      this.refused ??= fault.message;
      void this.bus.open();
      return new Uint8Array(0);
    }
  }
}

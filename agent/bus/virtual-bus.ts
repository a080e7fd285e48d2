import { LinkLost, type DeviceLink } from '../wires/link.js';
import { UnknownFrame, type Player, type Taken } from './players.js';

/** What a display of the virtual bus looks like. */
export interface Face {
  readonly address: number;
  readonly text: string;
  readonly blinks: boolean;
  /** Frames that it took. */
  readonly frames: number;
}

/**
 * A line with devices that are stricter than real ones: a byte that begins no frame of any of them
 * throws `UnknownFrame`, as does a character without a shape. It plays the devices either in this
 * process, as a link, or at the far end of a real line by `receive`.
 */
export class VirtualBus implements DeviceLink {
  private readonly faces = new Map<number, Face>();
  private held = new Uint8Array();
  private isOpen = false;
  private hear: (bytes: Uint8Array) => void = () => undefined;
  private lost: () => void = () => undefined;

  constructor(
    private readonly players: readonly Player[],
    private readonly onChange: (faces: readonly Face[]) => void = () => undefined,
  ) {}

  /** Takes bytes of any length; returns what the devices answer. */
  receive(bytes: Uint8Array): Uint8Array {
    this.held = Uint8Array.from([...this.held, ...bytes]);
    const replies: number[] = [];
    for (;;) {
      const taken = this.takeOne();
      if (taken === undefined) return Uint8Array.from(replies);
      replies.push(...(taken.reply ?? []));
    }
  }

  /** What stands on each display that was written to, by address. */
  looks(): readonly Face[] {
    return [...this.faces.values()].sort((a, b) => a.address - b.address);
  }

  async open(): Promise<void> {
    this.held = new Uint8Array();
    this.isOpen = true;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (!this.isOpen) throw new LinkLost('the virtual bus is not open');
    const reply = this.receive(bytes);
    if (reply.length > 0) queueMicrotask(() => this.say(reply));
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.hear = listener;
  }

  onLost(listener: () => void): void {
    this.lost = listener;
  }

  /** What a device says unasked, as a keypad does. */
  say(bytes: Uint8Array): void {
    if (this.isOpen) this.hear(bytes);
  }

  unplug(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.lost();
  }

  async close(): Promise<void> {
    this.isOpen = false;
  }

  private takeOne(): Taken | undefined {
    if (this.held.length === 0) return undefined;
    let isMore = false;
    for (const player of this.players) {
      const taken = player.take(this.held);
      if (taken === 'more') isMore = true;
      if (typeof taken === 'string') continue;
      this.held = this.held.slice(taken.length);
      if (taken.face !== undefined) this.change(player.address, taken.face);
      return taken;
    }
    if (!isMore) throw new UnknownFrame(this.held, 'no device on the bus knows');
    return undefined;
  }

  private change(address: number, face: NonNullable<Taken['face']>): void {
    const frames = (this.faces.get(address)?.frames ?? 0) + 1;
    this.faces.set(address, { address, frames, ...face });
    this.onChange(this.looks());
  }
}

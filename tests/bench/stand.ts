import { openPage } from '../play/client.js';
import { Child } from './child.js';
import type { Opened } from './limits.js';
import type { Taken, Taking } from './load.js';
import type { Door } from './wire.js';

/** Of one round: fewer than a hall may hold, so that none is refused. */
export const ROUND_TICKETS = 1_500;
export const QUICK_TICKETS = 500;

/** A hall, and kiosks' connections to it. */
export class Stand {
  private constructor(
    readonly hall: Child,
    readonly load: Child,
    readonly opened: Opened,
    private readonly cookie: string,
  ) {}

  static async open(load: Child, data: string): Promise<Stand> {
    const hall = await Child.start('hall');
    const opened = await hall.tell<Opened>('open', data);
    const cookie = (await openPage(opened.url, 'kiosk', 'k1')).header();
    return new Stand(hall, load, opened, cookie);
  }

  connect(name: string, count: number): Promise<void> {
    const { url } = this.opened;
    const door: Door = { url, role: 'kiosk', deviceId: 'k1', cookie: this.cookie };
    return this.load.tell('connect', { name, door, count });
  }

  /** A round of tickets in an empty hall. */
  async take(name: string, tickets: number): Promise<Taken> {
    const { services } = this.opened;
    const taking: Taking = { name, services, tickets };
    const taken = await this.load.tell<Taken>('take', taking);
    await this.hall.tell('empty');
    return taken;
  }
}
